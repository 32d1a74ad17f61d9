"""What is done with a piece of equipment: written down, changed, checked, repaired, scrapped."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from huakai_platform.kernel import audit, clock, outbox, tenancy
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import Conflict, Invalid, NotFound, StaleVersion
from huakai_platform.kernel.events import NumbersChanged
from huakai_platform.kernel.i18n import Message, _, listed
from huakai_platform.kernel.ids import uuid7
from huakai_platform.resources.rows import ImportRow
from huakai_tenants.equipment import history
from huakai_tenants.equipment.models import EquipmentItem
from huakai_tenants.equipment.plan import plan
from huakai_tenants.premises.models import Space

NAMES = (
    "number",
    "kind",
    "name",
    "serial",
    "space_id",
    "quantity",
    "bought_on",
    "price",
    "funds",
    "warranty_until",
    "note",
)
"""What a form or a sheet may change."""
STATES: dict[str, Message] = {"in_use": _("在用"), "in_repair": _("维修中"), "scrapped": _("已报废")}
FUNDS: dict[str, Message] = {
    "government": _("财政拨款"),
    "institution": _("机构自有资金"),
    "community": _("社区经费"),
    "donation": _("捐赠"),
    "project": _("项目经费"),
    "other": _("其他"),
}
REASONS: dict[str, Message] = {
    "broken": _("损坏无法修复"),
    "worn": _("老化或到使用年限"),
    "lost": _("遗失"),
    "unsafe": _("有安全隐患"),
    "replaced": _("更新换代"),
}
"""Why something is scrapped."""


def get(session: Session, item_id: UUID, *, lock: bool = False) -> EquipmentItem:
    """An item of this room, scrapped or not; raises NotFound."""
    wanted = select(EquipmentItem).where(EquipmentItem.id == item_id)
    item = session.scalar(wanted.with_for_update() if lock else wanted)
    if item is None:
        raise NotFound(_("没有这件设备。"))
    return item


def add(session: Session, actor: Actor, values: Mapping[str, Any]) -> EquipmentItem:
    """Write a new item down; without a number the next free one is given. Raises Invalid."""
    given = {name: values.get(name) for name in NAMES}
    lock_numbering(session)
    given["number"] = given["number"] or next_numbers(session, 1)[0]
    item = EquipmentItem(id=uuid7(), state="in_use", faulty=False, created_at=clock.now(), **given)
    _check(session, item)
    session.add(item)
    session.flush()
    history.enter(session, actor, item, "added")
    _counted(session)
    audit.record(session, actor, "equipment.added", "equipment_item", item.id, kind=item.kind, quantity=item.quantity)
    return item


def change(session: Session, actor: Actor, item_id: UUID, values: Mapping[str, Any], *, version: int) -> EquipmentItem:
    """Change what the form holds; raises StaleVersion when `version` is not the present one, Conflict or Invalid."""
    lock_numbering(session)
    item = _standing(session, item_id)
    given = {name: values.get(name) for name in NAMES} | {"number": values.get("number") or item.number}
    changed = sorted(name for name in NAMES if getattr(item, name) != given[name])
    if not changed:
        return item
    if item.version != version:
        differences = [(name, getattr(item, name), given[name]) for name in changed]
        raise StaleVersion(_("刚才有人修改过这件设备，请核对后再保存。"), item.version, differences)
    with session.no_autoflush:
        for name in changed:
            setattr(item, name, given[name])
        _check(session, item)
    session.flush()
    history.enter(session, actor, item, "changed", fields=changed)
    _counted(session)
    audit.record(session, actor, "equipment.changed", "equipment_item", item.id, fields=changed)
    return item


def apply(session: Session, actor: Actor, rows: Sequence[ImportRow[Any]]) -> None:
    """Write the rows of a sheet; those that the rules refuse are given their errors."""
    lock_numbering(session)
    kinds, places = plan(session).kinds, spaces(session)
    named = [row.record.id for row in rows if row.record]
    stored = select(EquipmentItem).where(EquipmentItem.id.in_(named)).order_by(EquipmentItem.id).with_for_update()
    items = {item.id: item for item in session.scalars(stored)}
    right: list[tuple[ImportRow[Any], EquipmentItem | None, dict[str, Any]]] = []
    for row in rows:
        item = items[row.record.id] if row.record else None
        values = {name: row.values.get(name, getattr(item, name) if item else None) for name in NAMES}
        if item and item.state == "scrapped":
            row.refuse("number", _("这件设备已经报废，不能再改动。"))
        elif item and values["kind"] != item.kind and "number" not in row.values:
            known = {"number": item.number}
            row.refuse("serial", _("这个序列号已登记在另一种设备 {number} 上，要改动它请填写编号", **known))
        for name, said in wrong(values, {**kinds, **({item.kind: None} if item else {})}, places).items():
            row.refuse(name, listed(said))
        if not row.errors:
            right.append((row, item, values))
    _write(session, actor, right)


def check(session: Session, actor: Actor, items: Sequence[UUID], *, ok: bool, on: date, note: str | None = None) -> int:
    """Write down what a look at some items found; scrapped and unknown ones are passed over. Gives how many."""
    _not_later(on)
    wanted = select(EquipmentItem).where(EquipmentItem.id.in_(items), EquipmentItem.state != "scrapped")
    found = session.scalars(wanted.order_by(EquipmentItem.id).with_for_update()).all()
    for item in found:
        item.checked_on = max(on, item.checked_on or on)
        item.faulty = not ok
    session.flush()
    for item in found:
        history.enter(session, actor, item, "checked" if ok else "failed", on=on, note=note)
    if found:
        _counted(session)
        about = {"items": [str(item.id) for item in found], "ok": ok, "on": on.isoformat()}
        audit.record(session, actor, "equipment.checked", "site", tenancy.current(session), **about)
    return len(found)


def send(session: Session, actor: Actor, item_id: UUID, *, on: date, note: str | None = None) -> None:
    """Away for repair. Raises Conflict where it is not in use, Invalid for a day to come."""
    item = _standing(session, item_id)
    if item.state != "in_use":
        raise Conflict(_("这件设备已在维修中。"))
    _not_later(on)
    item.state = "in_repair"
    _moved(session, actor, item, "sent", on, note)
    audit.record(session, actor, "equipment.sent", "equipment_item", item.id, on=on.isoformat())


def take_back(session: Session, actor: Actor, item_id: UUID, *, on: date, note: str | None = None) -> None:
    """Back from repair, in order again. Raises Conflict where it was not away, Invalid for a day to come."""
    item = _standing(session, item_id)
    if item.state != "in_repair":
        raise Conflict(_("这件设备没有在维修。"))
    _not_later(on)
    item.state, item.faulty, item.checked_on = "in_use", False, max(on, item.checked_on or on)
    _moved(session, actor, item, "returned", on, note)
    audit.record(session, actor, "equipment.returned", "equipment_item", item.id, on=on.isoformat())


def scrap(session: Session, actor: Actor, item_id: UUID, *, on: date, reason: str, note: str | None = None) -> None:
    """Out of the register's count for good; its history stays. Raises Conflict when it is already, or Invalid."""
    item = _standing(session, item_id)
    _not_later(on)
    item.state, item.scrapped_on = "scrapped", on
    _moved(session, actor, item, "scrapped", on, note, reason=reason)
    audit.record(session, actor, "equipment.scrapped", "equipment_item", item.id, on=on.isoformat(), reason=reason)


def lock_numbering(session: Session) -> None:
    """Lock the numbering of the room's equipment until commit."""
    whose = f"equipment:{tenancy.current(session)}"
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(whose, 0))))


def next_numbers(session: Session, count: int, *, besides: Collection[str] = ()) -> list[str]:
    """Free numbers of the form E0001, in order; those `besides` are taken, too."""
    taken = [*session.scalars(select(EquipmentItem.number).where(EquipmentItem.number.like("E%"))), *besides]
    ours = [int(number[1:]) for number in taken if number[:1] == "E" and number[1:].isdecimal() and len(number) < 9]
    first = max(ours, default=0) + 1
    return [f"E{number:04}" for number in range(first, first + count)]


def wrong(values: Mapping[str, Any], kinds: Mapping[str, Any], spaces: Mapping[UUID, Any]) -> dict[str, list[str]]:
    """What cannot be of an item, by field."""
    found: dict[str, list[str]] = {}
    if values["kind"] not in kinds:
        found["kind"] = [_("请从列出的选项中选择")]
    if values["space_id"] and values["space_id"] not in spaces:
        found["space_id"] = [_("请从列出的选项中选择")]
    bought, until = values["bought_on"], values["warranty_until"]
    if bought and bought > clock.today():
        found["bought_on"] = [_("不能晚于今天")]
    if bought and until and until < bought:
        found["warranty_until"] = [_("不能早于购置日期")]
    return found


def spaces(session: Session) -> dict[UUID, Space]:
    """Where something may stand."""
    return {space.id: space for space in session.scalars(select(Space).order_by(Space.code))}


def _write(
    session: Session,
    actor: Actor,
    rows: Sequence[tuple[ImportRow[Any], EquipmentItem | None, dict[str, Any]]],
) -> None:
    """Write checked rows down together: the new ones numbered, the known ones changed, each with its history."""
    fresh = [values for _row, item, values in rows if item is None]
    free = iter(next_numbers(session, len(fresh), besides={str(values["number"]) for values in fresh}))
    lines = []
    for row, item, values in rows:
        if item is None:
            number = values["number"] or next(free)
            about = {"number": number, "state": "in_use", "faulty": False, "created_at": clock.now()}
            item = EquipmentItem(tenant_id=tenancy.current(session), id=uuid7(), **{**values, **about})
            session.add(item)
            lines.append(history.line(actor, item, "added", {}))
        else:
            for name in row.changes:
                setattr(item, name, values[name])
            lines.append(history.line(actor, item, "changed", {"fields": row.changes}))
    session.flush()
    session.add_all(lines)
    session.flush()
    if rows:
        _counted(session)


def _check(session: Session, item: EquipmentItem) -> None:
    """Hold an item against the edition and the other items; raises Invalid with every field that is wrong."""
    kinds = {**plan(session).kinds, **_known(session, item)}
    found = wrong({name: getattr(item, name) for name in NAMES}, kinds, spaces(session))
    others = select(EquipmentItem.id).where(EquipmentItem.id != item.id, EquipmentItem.number == item.number)
    if session.scalar(others.limit(1)):
        found["number"] = [_("这个编号已被使用")]
    if found:
        raise Invalid(_("填写的内容有误。"), found)


def _known(session: Session, item: EquipmentItem) -> dict[str, None]:
    """The kind that an item already has, though a later edition no longer knows it."""
    kind = session.scalar(select(EquipmentItem.kind).where(EquipmentItem.id == item.id))
    return {kind: None} if kind else {}


def _standing(session: Session, item_id: UUID) -> EquipmentItem:
    item = get(session, item_id, lock=True)
    if item.state == "scrapped":
        raise Conflict(_("这件设备已经报废，不能再改动。"))
    return item


def _moved(
    session: Session, actor: Actor, item: EquipmentItem, deed: str, on: date, note: str | None, **says: Any
) -> None:
    session.flush()
    history.enter(session, actor, item, deed, on=on, note=note, **says)
    _counted(session)


def _not_later(on: date) -> None:
    if on > clock.today():
        raise Invalid(_("填写的内容有误。"), {"held_on": [_("不能晚于今天")]})


def _counted(session: Session) -> None:
    outbox.publish(session, NumbersChanged(clock.month(clock.today()).isoformat()))
