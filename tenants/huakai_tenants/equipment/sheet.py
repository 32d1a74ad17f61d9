"""Equipment as a sheet to fill in: its columns, how each is filled in, and the empty or filled template."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_platform.kernel import audit, tenancy
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.fields import Choice, Code, Date, Int, Money, Text
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.workbooks import lists
from huakai_platform.kernel.workbooks.lists import ListColumn
from huakai_tenants.equipment import service
from huakai_tenants.equipment.models import EquipmentItem
from huakai_tenants.equipment.plan import Plan
from huakai_tenants.equipment.schemas import MOST_PIECES, NUMBER

MOST_ROWS = 2_000
GUIDE: tuple[Message, ...] = (
    _("每行一件，或同时购置的几件同类设备，最多 2000 行；不要改动第一行的列名。"),
    _("上传后先逐行检查，不会写入任何内容；确认后才写入没有错误的行。"),
    _("填写了已有编号的行修改那件设备；编号空白的行登记为新设备，自动编号。"),
    _("空白的格子不改动已登记的内容。检查、送修和报废请在设备页面进行。"),
)
NOTES: dict[str, Message] = {
    "number": _("空白时自动编号。已有的编号表示修改那件设备。"),
    "kind": _("从下拉列表中选择。"),
    "quantity": _("1 或更大的整数。"),
    "space_id": _("从下拉列表中选择。"),
    "bought_on": _("如 2026-01-05。"),
    "price": _("数字，最多两位小数。"),
    "funds": _("从下拉列表中选择。"),
    "warranty_until": _("如 2027-01-05。"),
}
WIDTHS = {"kind": 24, "name": 24, "serial": 20, "space_id": 18, "note": 30}
ORDER = (
    "number",
    "kind",
    "name",
    "quantity",
    "serial",
    "space_id",
    "bought_on",
    "price",
    "funds",
    "warranty_until",
    "note",
)


def columns(plan: Plan, places: Sequence[tuple[UUID, str]], language: str) -> tuple[ListColumn, ...]:
    """The columns in order, with drop-downs in the reader's language."""
    kinds = {code: kind.title.get(language) or kind.title["zh"] for code, kind in plan.kinds.items()}
    spaces = {str(space_id): name for space_id, name in places}
    funds = {code: word.render() for code, word in service.FUNDS.items()}
    fields: dict[str, tuple[Any, Mapping[str, str]]] = {
        "number": (Code(NUMBER, max_length=20), {}),
        "kind": (Choice(kinds, required=True), kinds),
        "name": (Text(max_length=80), {}),
        "quantity": (Int(1, MOST_PIECES, required=True), {}),
        "serial": (Text(max_length=60), {}),
        "space_id": (Choice(spaces), spaces),
        "bought_on": (Date(), {}),
        "price": (Money(), {}),
        "funds": (Choice(funds), funds),
        "warranty_until": (Date(), {}),
        "note": (Text(max_length=500, multiline=True), {}),
    }
    return tuple(
        ListColumn(key, service.FIELDS[key], fields[key][0], WIDTHS.get(key, 14), _note(key), fields[key][1])
        for key in ORDER
    )


def template(
    session: Session, actor: Actor, plan: Plan, places: Sequence[tuple[UUID, str]], language: str, *, filled: bool
) -> bytes:
    """The sheet to fill in; `filled` with what is in the register, as much as fits, on record."""
    rows = _present(session) if filled else []
    written = lists.template(_("设备").render(), columns(plan, places, language), rows, [one.render() for one in GUIDE])
    if filled:
        audit.record(session, actor, "equipment.exported", "site", tenancy.current(session), rows=len(rows))
    return written


def stored(session: Session, numbers: Sequence[str], *, lock: bool = False) -> Mapping[str, EquipmentItem]:
    """The items that the rows name; with `lock` they stand still until the end."""
    wanted = select(EquipmentItem).where(EquipmentItem.number.in_(numbers)).order_by(EquipmentItem.id)
    return {item.number: item for item in session.scalars(wanted.with_for_update() if lock else wanted)}


def _note(key: str) -> str:
    return NOTES[key].render() if key in NOTES else ""


def _present(session: Session) -> list[Mapping[str, Any]]:
    wanted = select(*(getattr(EquipmentItem, name) for name in ORDER)).where(EquipmentItem.state != "scrapped")
    rows = session.execute(wanted.order_by(EquipmentItem.number).limit(MOST_ROWS))
    return [{**row._mapping, "space_id": str(row.space_id) if row.space_id else None} for row in rows]
