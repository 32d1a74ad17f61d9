"""How a room's spaces stand against its template, as of any day that was not surveyed over since."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock
from huakai_platform.standards.pinned import Pinned, find
from huakai_tenants.premises.models import Space
from huakai_tenants.premises.template import Prescribed, required

Stood = Row[*tuple[Any, ...]]


@dataclass(frozen=True)
class Lack:
    """A space that must be there: `state` is `absent`, `planned`, `closed`, or `small` where the area falls short."""

    prescribed: Prescribed
    state: str


def missing(session: Session, day: date) -> list[Lack]:
    """Which required spaces are not there, not ready or too small; none while the room has no edition."""
    here = find(session)
    found = _required(session, here, _stood(session, day)) if here else []
    return [Lack(one, state) for one, state in found if state not in ("ready", "unmeasured")]


def counts(session: Session, day: date) -> dict[str, int]:
    """Required spaces, those that are ready, and whether people are counselled in any; nothing without an edition."""
    here = find(session)
    if here is None:
        return {}
    rows = _stood(session, day)
    required = _required(session, here, rows)
    return {
        "spaces_required": len(required),
        "spaces_ready": sum(state in ("ready", "small", "unmeasured") for _one, state in required),
        "sites_counselling": int(any(row.counselling and row.state != "closed" for row in rows)),
    }


def first(session: Session, room: Pinned) -> dict[str, int]:
    """The same counts of a room with just the spaces that its tier must have, none of it looked at yet."""
    wanted = required(session, room.edition_id, room.tier, set())
    counselling = any(one.counselling for one in wanted)
    return {"spaces_required": len(wanted), "spaces_ready": 0, "sites_counselling": int(counselling)}


def _required(session: Session, room: Pinned, stood: Sequence[Stood]) -> list[tuple[Prescribed, str]]:
    rows = {row.code: row for row in stood}
    wanted = required(session, room.edition_id, room.tier, set(rows))
    return [(one, _state(one, rows.get(one.code))) for one in wanted]


def _state(wanted: Prescribed, row: Stood | None) -> str:
    if row is None:
        return "absent"
    if row.state != "ready":
        return str(row.state)
    if row.area is None:
        return "unmeasured"
    return "small" if wanted.at_least is not None and row.area < wanted.at_least else "ready"


def _stood(session: Session, day: date) -> Sequence[Stood]:
    """What a space was before its last survey is forgotten: it counts as what it became."""
    known = select(Space.code, Space.area, Space.state, Space.counselling)
    return session.execute(known.where(Space.created_at < clock.end_of(day))).all()
