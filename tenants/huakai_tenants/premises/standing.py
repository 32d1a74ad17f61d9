"""How a room's spaces stand against its template, as of any day that was not surveyed over since."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock
from huakai_platform.standards.pinned import find
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
    return [Lack(one, state) for one, state in _required(session, day) if state not in ("ready", "unmeasured")]


def counts(session: Session, day: date) -> dict[str, int]:
    """Required spaces, those that are ready, and whether people are counselled in any; nothing without an edition."""
    if find(session) is None:
        return {}
    required = _required(session, day)
    counselling = any(row.counselling and row.state != "closed" for row in _stood(session, day))
    return {
        "spaces_required": len(required),
        "spaces_ready": sum(state in ("ready", "small", "unmeasured") for _one, state in required),
        "sites_counselling": int(counselling),
    }


def _required(session: Session, day: date) -> list[tuple[Prescribed, str]]:
    here = find(session)
    if here is None:
        return []
    rows = {row.code: row for row in _stood(session, day)}
    wanted = required(session, here.edition_id, here.tier, set(rows))
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
