"""The year's training hours of a room's staff, as far as they were recorded by a day."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from huakai_platform.standards.measured import Evidence, Measured
from huakai_platform.standards.pinned import Pinned
from huakai_tenants.training import coverage
from huakai_tenants.training.coverage import PersonCoverage, Standing

YEARLY = "year"


def measure(session: Session, room: Pinned, day: date) -> Measured:
    """`training_share`: of those whose post asks for yearly hours, who has them in the day's calendar year."""
    return share(coverage.people(session, room.edition_id, day))


def share(people: Iterable[PersonCoverage]) -> Measured:
    rows = tuple(
        _evidence(one, yearly)
        for one in people
        if (yearly := [standing for standing in one.standings if standing.programme.period == YEARLY])
    )
    if not rows:
        return Measured("training_share", missing="nobody")
    return Measured("training_share", Decimal(sum(one.met for one in rows)), Decimal(len(rows)), evidence=rows)


def _evidence(one: PersonCoverage, yearly: list[Standing]) -> Evidence:
    hours, due = (
        sum(numbers, Decimal()) for numbers in zip(*((s.hours, s.programme.hours) for s in yearly), strict=True)
    )
    says = {"number": one.number, "post": one.post, "hours": format(hours, "f"), "due": format(due, "f")}
    return Evidence("member", str(one.member_id), None, all(s.hours >= s.programme.hours for s in yearly), says)
