"""The equipment register as a workbook: what the list shows, all pages of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from huakai_platform.kernel import audit, tenancy, workbooks
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.clock import CHINA
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.workbooks import Column
from huakai_tenants.equipment import service
from huakai_tenants.equipment.listing import Found
from huakai_tenants.equipment.plan import Plan

COLUMNS: Sequence[tuple[Message, int]] = (
    (_("设备编号"), 12),
    (_("设备种类"), 24),
    (_("品牌型号"), 24),
    (_("序列号"), 20),
    (_("所在空间"), 18),
    (_("数量"), 8),
    (_("购置日期"), 14),
    (_("总价（元）"), 12),
    (_("资金来源"), 14),
    (_("保修至"), 14),
    (_("状态"), 10),
    (_("有故障"), 8),
    (_("上次检查"), 14),
    (_("下次检查"), 14),
    (_("报废日期"), 14),
    (_("备注"), 30),
)


def workbook(
    session: Session, actor: Actor, plan: Plan, rows: Sequence[Found], spaces: Mapping[str, str], language: str
) -> bytes:
    """The rows as .xlsx; `spaces` are the words of the spaces' codes."""
    lines = [_line(row, plan, spaces, language) for row in rows]
    columns = [Column(title.render(), width) for title, width in COLUMNS]
    written = workbooks.write(workbooks.table(_("设备").render(), columns, lines))
    audit.record(session, actor, "equipment.exported", "site", tenancy.current(session), rows=len(rows))
    return written


def _line(row: Found, plan: Plan, spaces: Mapping[str, str], language: str) -> list[Any]:
    kind = plan.kind(row.kind)
    until = kind.next_check(row.checked_on, row.created_at.astimezone(CHINA).date())
    return [
        row.number,
        kind.title.get(language) or kind.title["zh"],
        row.name,
        row.serial,
        row.space_name or spaces.get(row.space, row.space),
        row.quantity,
        row.bought_on,
        row.price,
        service.FUNDS[row.funds].render() if row.funds else None,
        row.warranty_until,
        service.STATES[row.state].render(),
        _("是").render() if row.faulty else None,
        row.checked_on,
        until if row.state == "in_use" else None,
        row.scrapped_on,
        row.note,
    ]
