"""The list of activities as a workbook, all pages of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from huakai_platform.kernel import audit, tenancy, workbooks
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.i18n import Message, _, listed
from huakai_platform.kernel.workbooks import Column
from huakai_tenants.activities import listing
from huakai_tenants.activities.catalogue import DIRECTIONS, STATES, Catalogue
from huakai_tenants.activities.listing import Found

COLUMNS: Sequence[tuple[Message, int]] = (
    (_("日期"), 14),
    (_("活动名称"), 32),
    (_("状态"), 10),
    (_("方向"), 10),
    (_("四进"), 12),
    (_("项目"), 24),
    (_("活动形式"), 18),
    (_("服务对象"), 24),
    (_("三朵花"), 20),
    (_("地点"), 20),
    (_("合作单位"), 20),
    (_("场次"), 8),
    (_("场次为估计"), 12),
    (_("人次"), 8),
    (_("人次为估计"), 12),
    (_("人数"), 8),
    (_("人数为估计"), 12),
    (_("计入本站"), 10),
)
YES, NO = _("是"), _("否")


def workbook(
    session: Session, actor: Actor, known: Catalogue, rows: Sequence[Found], total: int, language: str
) -> bytes:
    """The activities as .xlsx, with a last line where they are not all."""
    lines = [_line(known, row, language) for row in rows]
    if said := cut(total):
        lines.append([said.render()])
    columns = [Column(title.render(), width) for title, width in COLUMNS]
    written = workbooks.write(workbooks.table(_("活动").render(), columns, lines))
    audit.record(session, actor, "activities.exported", "site", tenancy.current(session), rows=len(rows))
    return written


def cut(total: int) -> Message | None:
    """Says that an export of so many is not the whole, where it is not."""
    most = listing.MOST
    if total <= most:
        return None
    return _("共 {total} 条，一次最多导出 {most} 条，请缩小筛选范围后再导出。", total=total, most=most)


def _line(known: Catalogue, row: Found, language: str) -> list[Any]:
    def titles(codes: Mapping[str, Any], *chosen: str | None) -> str | None:
        named = (codes.get(code) or {"zh": code} for code in chosen if code)
        said = listed(one.get(language) or one["zh"] for one in named)
        return (said.render() if isinstance(said, Message) else said) or None

    return [
        row.held_on,
        row.title,
        STATES[row.state].render(),
        DIRECTIONS[row.direction].render(),
        titles(known.venues, row.venue),
        titles(known.programmes, row.programme),
        titles(known.forms, row.form),
        titles(known.audiences, *row.audiences),
        titles(known.flowers, *row.flowers),
        row.place,
        row.partner,
        *_numbers(row),
        (YES if row.counted else NO).render(),
    ]


def _numbers(row: Found) -> list[Any]:
    """Each number, and whether it is an estimate."""
    found: list[Any] = []
    for name in ("sessions", "attendances", "people"):
        number = getattr(row, name)
        found += [number, None if number is None else (YES if getattr(row, f"{name}_estimated") else NO).render()]
    return found
