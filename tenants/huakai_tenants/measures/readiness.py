"""How each person's training stands, in the four words of the staff register."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from huakai_platform.standards.pinned import pinned
from huakai_tenants.staff.listing import SOON
from huakai_tenants.training import coverage, curriculum
from huakai_tenants.training.coverage import PersonCoverage, State
from huakai_tenants.training.models import TrainingRecord

WORDS = {State.NOTHING: "missing", State.PARTIAL: "missing", State.EXPIRED: "expired"}


def trained(session: Session, on: date) -> dict[UUID, str]:
    """`covered`, `missing`, `expiring` or `expired` of everybody in service, in as many statements for many as for few.

    Expiring is who is covered, but by a course whose last valid record ends within 30 days.
    """
    edition_id = pinned(session).edition_id
    ending = _ending(session, edition_id, on)
    return {
        one.member_id: _word(one, ending.get(one.member_id, set())) for one in coverage.people(session, edition_id, on)
    }


def _word(one: PersonCoverage, ending: set[str]) -> str:
    if one.state in WORDS:
        return WORDS[one.state]
    asked = {code for standing in one.standings for code in standing.programme.courses}
    return "expiring" if asked & ending else "covered"


def _ending(session: Session, edition_id: UUID, on: date) -> dict[UUID, set[str]]:
    """The courses by person whose last record that counts ends soon."""
    tested = [course.code for course in curriculum.of(session, edition_id).courses.values() if course.test]
    last = func.max(func.coalesce(TrainingRecord.expires_on, date.max))
    rows = session.execute(
        select(TrainingRecord.member_id, TrainingRecord.course)
        .where(
            TrainingRecord.held_on <= on,
            or_(
                TrainingRecord.result == "passed",
                (TrainingRecord.result == "attended") & TrainingRecord.course.not_in(tested),
            ),
        )
        .group_by(TrainingRecord.member_id, TrainingRecord.course)
        .having(last.between(on, on + timedelta(days=SOON)))
    )
    found: dict[UUID, set[str]] = {}
    for row in rows:
        found.setdefault(row.member_id, set()).add(row.course)
    return found
