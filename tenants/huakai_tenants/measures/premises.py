"""Area and spaces of a room against its tier, as they were at the end of a day."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock
from huakai_platform.standards.measured import Evidence, Measured
from huakai_platform.standards.pinned import Pinned
from huakai_platform.standards.service import body
from huakai_tenants.premises.models import Space
from huakai_tenants.premises.template import prescribed

READY = "ready"

Found = Row[*tuple[Any, ...]]


def measure(session: Session, room: Pinned, day: date) -> tuple[Measured, Measured]:
    """`area_share` and `spaces_share`. A space that was surveyed later than the day has forgotten what it was then, so
    that neither can be said."""
    rows = [
        row
        for row in session.execute(
            select(Space.id, Space.code, Space.area, Space.state, Space.surveyed_on, Space.created_at)
        )
        if row.created_at < clock.end_of(day)
    ]
    if any(row.surveyed_on and row.surveyed_on > day for row in rows):
        return Measured("area_share", missing="replaced_since"), Measured("spaces_share", missing="replaced_since")
    return _area(session, room, rows), _spaces(session, room, rows)


def nothing_ready(session: Session, room: Pinned) -> tuple[Measured, Measured]:
    """Of a room whose spaces are all still to be looked at."""
    return _area(session, room, ()), _spaces(session, room, ())


def _area(session: Session, room: Pinned, rows: Sequence[Found]) -> Measured:
    tiers = body(session, room.edition_id, "tiers")["tiers"]
    least = next((one["area"].get("at_least") for one in tiers if one["code"] == room.tier), None)
    if not least:
        return Measured("area_share", missing="not_prescribed")
    ready = [row for row in rows if row.state == READY and row.area]
    return Measured(
        "area_share",
        sum((row.area for row in ready), Decimal()),
        Decimal(str(least)),
        evidence=tuple(_evidence(row, row in ready) for row in rows),
    )


def _spaces(session: Session, room: Pinned, rows: Sequence[Found]) -> Measured:
    wanted = [code for code, one in prescribed(session, room.edition_id, room.tier).items() if one.required]
    if not wanted:
        return Measured("spaces_share", missing="not_prescribed")
    here = {row.code: row for row in rows}
    evidence = [
        _evidence(here[code], here[code].state == READY)
        if code in here
        else Evidence("space", code, None, met=False, says={"code": code, "state": "absent"})
        for code in wanted
    ]
    met = sum(one.met for one in evidence)
    return Measured("spaces_share", Decimal(met), Decimal(len(wanted)), evidence=tuple(evidence))


def _evidence(row: Found, met: bool) -> Evidence:
    says = {"code": row.code, "state": row.state, "area": None if row.area is None else format(row.area, "f")}
    return Evidence("space", str(row.id), row.surveyed_on or row.created_at.astimezone(clock.CHINA).date(), met, says)
