"""What the edition's list asks for beside what the room has: per kind, and as counts of any day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock
from huakai_platform.standards import service as standards
from huakai_platform.standards.pinned import Pinned
from huakai_tenants.equipment.models import EquipmentEvent, EquipmentItem
from huakai_tenants.equipment.plan import Kind, Plan, held, of

MOVING = ("checked", "failed", "sent", "returned", "scrapped")
"""The deeds after which an item may stand otherwise than before."""
Stood = Row[*tuple[Any, ...]]


@dataclass(frozen=True)
class Standing:
    """A kind of the list: how many there are that were not scrapped, and how many of them do not work."""

    kind: Kind
    present: int
    out_of_order: int

    @property
    def missing(self) -> int:
        return max(0, self.kind.wanted - self.present)

    @property
    def state(self) -> str:
        """`missing`, `broken` where too few work, or `complete`."""
        if self.missing:
            return "missing"
        return "broken" if self.present - self.out_of_order < self.kind.wanted else "complete"


def standings(session: Session, plan: Plan, day: date) -> list[Standing]:
    """Every kind that the room must have, as it stood at the end of a day."""
    return stood(plan, _stood(session, day))


def missing(session: Session, day: date) -> list[Standing]:
    """The kinds of which the room has too few; none while it has no edition."""
    plan = held(session)
    return [one for one in standings(session, plan, day) if one.missing] if plan else []


def out_of_order(session: Session, day: date) -> Sequence[Stood]:
    """The items, with `id`, `kind`, `quantity`, that are away for repair or were found faulty."""
    return [row for row in _stood(session, day) if _broken(row)]


def counts(session: Session, day: date) -> dict[str, int]:
    """Kinds that must be there, those that are, and items that do not work; nothing while there is no edition."""
    plan = held(session)
    if plan is None:
        return {}
    return _counted(plan, _stood(session, day))


def first(session: Session, room: Pinned) -> dict[str, int]:
    """The same counts of a room whose register is empty, without reading it."""
    return _counted(of(standards.body(session, room.edition_id, "equipment"), room.tier), ())


def _counted(plan: Plan, rows: Sequence[Stood]) -> dict[str, int]:
    found = stood(plan, rows)
    return {
        "equipment_required": len(found),
        "equipment_present": sum(not one.missing for one in found),
        "equipment_out_of_order": sum(_broken(row) for row in rows),
    }


def stood(plan: Plan, rows: Sequence[Stood]) -> list[Standing]:
    """Every kind that the room must have, when these items were there."""
    return [
        Standing(
            kind,
            sum(row.quantity for row in rows if row.kind == kind.code),
            sum(row.quantity for row in rows if row.kind == kind.code and _broken(row)),
        )
        for kind in plan.required
    ]


def _broken(row: Stood) -> bool:
    return row.state == "in_repair" or bool(row.faulty)


def _stood(session: Session, day: date) -> Sequence[Stood]:
    return session.execute(_as_of(day)).all()


def _as_of(day: date) -> Select[*tuple[Any, ...]]:
    """What was in the register at the end of a day, as its last deed up to then left it."""
    ended = clock.end_of(day)
    last = (
        select(EquipmentEvent.tenant_id, EquipmentEvent.item_id, EquipmentEvent.says)
        .ext(distinct_on(EquipmentEvent.tenant_id, EquipmentEvent.item_id))
        .where(
            EquipmentEvent.held_on <= day,
            EquipmentEvent.deed.in_(MOVING),
        )
        .order_by(
            EquipmentEvent.tenant_id, EquipmentEvent.item_id, EquipmentEvent.held_on.desc(), EquipmentEvent.at.desc()
        )
        .subquery()
    )
    state = func.coalesce(last.c.says["state"].astext, "in_use")
    return (
        select(
            EquipmentItem.id,
            EquipmentItem.kind,
            EquipmentItem.quantity,
            state.label("state"),
            func.coalesce(last.c.says["faulty"].as_boolean(), False).label("faulty"),
        )
        .outerjoin(last, (last.c.tenant_id == EquipmentItem.tenant_id) & (last.c.item_id == EquipmentItem.id))
        .where(EquipmentItem.created_at < ended, state != "scrapped")
        .order_by(EquipmentItem.number)
    )
