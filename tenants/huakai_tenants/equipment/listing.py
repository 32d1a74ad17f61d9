"""The list of a room's equipment, and what of it wants attention."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, false, func, or_, select
from sqlalchemy.orm import Session

from huakai_platform.kernel.i18n import Message, _
from huakai_tenants.equipment.models import EquipmentItem
from huakai_tenants.equipment.plan import Plan, last_good
from huakai_tenants.premises.models import Space

PAGE, MOST = 50, 5_000
SOON = 30
"""Days before its end from which a warranty is said to run out soon."""
SORTS = {
    "number": EquipmentItem.number,
    "kind": EquipmentItem.kind,
    "quantity": EquipmentItem.quantity,
    "bought": EquipmentItem.bought_on,
    "warranty": EquipmentItem.warranty_until,
    "checked": EquipmentItem.checked_on,
}
STATES: dict[str, Message] = {
    "present": _("在册"),
    "in_use": _("在用"),
    "in_repair": _("维修中"),
    "scrapped": _("已报废"),
    "all": _("全部"),
}
WANTS: dict[str, Message] = {
    "check": _("该检查了"),
    "fault": _("有故障"),
    "warranty": _("保修将到期"),
}
"""What an item may want."""
Found = Row[*tuple[Any, ...]]


@dataclass(frozen=True)
class Filter:
    """What a list is narrowed to; the names are those of the address."""

    q: str | None = None
    kind: str | None = None
    space: str | None = None
    wants: str | None = None
    state: str = "present"
    sort: str = "number"
    page: int = 1


@dataclass(frozen=True)
class Listing:
    rows: Sequence[Found]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


def list_page(session: Session, wanted: Filter, plan: Plan, on: date) -> Listing:
    """One page of the register, in two statements."""
    kept = _narrowed(wanted, plan, on)
    total = session.scalar(select(func.count()).select_from(EquipmentItem).where(*kept)) or 0
    rows = session.execute(_rows(wanted, kept).limit(PAGE).offset((wanted.page - 1) * PAGE)).all()
    return Listing(rows, total, wanted.page)


def unordered_query(wanted: Filter, plan: Plan, on: date) -> Select[*tuple[Any, ...]]:
    """What a list shows, in no order yet."""
    return _rows(wanted, _narrowed(wanted, plan, on)).order_by(None)


def all_rows(session: Session, wanted: Filter, plan: Plan, on: date) -> Sequence[Found]:
    """All that a list shows, whatever its page."""
    whole = replace(wanted, page=1)
    return session.execute(_rows(whole, _narrowed(whole, plan, on)).limit(MOST)).all()


def wanting(session: Session, plan: Plan, on: date) -> dict[str, int]:
    """How many items want what, in one statement."""
    counts = [func.count().filter(_wants(name, plan, on)).label(name) for name in WANTS]
    row = session.execute(select(*counts).select_from(EquipmentItem)).one()
    return dict(row._mapping)


def _narrowed(wanted: Filter, plan: Plan, on: date) -> list[ColumnElement[bool]]:
    kept: list[ColumnElement[bool]] = []
    if wanted.state == "present":
        kept.append(EquipmentItem.state != "scrapped")
    elif wanted.state != "all":
        kept.append(EquipmentItem.state == wanted.state)
    if wanted.q:
        kept.append(
            or_(
                *(
                    column.icontains(wanted.q, autoescape=True)
                    for column in (EquipmentItem.number, EquipmentItem.name, EquipmentItem.serial)
                )
            )
        )
    if wanted.kind:
        kept.append(EquipmentItem.kind == wanted.kind)
    if wanted.space:
        here = select(Space.id).where(Space.code == wanted.space)
        kept.append(EquipmentItem.space_id.in_(here))
    if wanted.wants:
        kept.append(_wants(wanted.wants, plan, on))
    return kept


def _wants(what: str, plan: Plan, on: date) -> ColumnElement[bool]:
    if what == "fault":
        return or_(EquipmentItem.faulty, EquipmentItem.state == "in_repair") & (EquipmentItem.state != "scrapped")
    if what == "warranty":
        return EquipmentItem.warranty_until.between(on, on + timedelta(days=SOON)) & (EquipmentItem.state != "scrapped")
    return due(plan, on)


def due(plan: Plan, on: date) -> ColumnElement[bool]:
    """What is in use and was not looked at within the rhythm of its kind."""
    rhythms: dict[str, list[str]] = {}
    for kind in plan.kinds.values():
        if kind.check:
            rhythms.setdefault(kind.check, []).append(kind.code)
    stale = [
        and_(
            EquipmentItem.kind.in_(codes),
            or_(EquipmentItem.checked_on.is_(None), EquipmentItem.checked_on <= last_good(rhythm, on)),
        )
        for rhythm, codes in rhythms.items()
    ]
    return and_(EquipmentItem.state == "in_use", or_(false(), *stale))


def _rows(wanted: Filter, kept: list[ColumnElement[bool]]) -> Select[*tuple[Any, ...]]:
    by = SORTS[wanted.sort.removeprefix("-")]
    order = by.desc().nulls_last() if wanted.sort.startswith("-") else by.asc().nulls_first()
    columns = [column for column in EquipmentItem.__table__.c if column.key != "tenant_id"]
    here = (Space.tenant_id == EquipmentItem.tenant_id) & (Space.id == EquipmentItem.space_id)
    return (
        select(*columns, Space.code.label("space"), Space.name.label("space_name"))
        .outerjoin_from(EquipmentItem, Space, here)
        .where(*kept)
        .order_by(order, EquipmentItem.number)
    )
