"""How far each person, and each course, is covered on a day: whoever has nothing recorded is there too."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from huakai_tenants.staff.models import StaffMember
from huakai_tenants.training import curriculum
from huakai_tenants.training.curriculum import Course, Curriculum, Programme
from huakai_tenants.training.models import TrainingRecord

NONE = Decimal(0)


class State(StrEnum):
    """`expired` is somebody whose records would do, had none of them run out."""

    NOTHING = "nothing"
    PARTIAL = "partial"
    EXPIRED = "expired"
    COMPLETE = "complete"


@dataclass(frozen=True)
class Attended:
    """A training record as far as coverage asks; `counts` says that it was passed, or attended where no test is."""

    course: str
    held_on: date
    hours: Decimal
    expires_on: date | None
    counts: bool

    def valid(self, on: date) -> bool:
        return self.counts and (self.expires_on is None or self.expires_on >= on)


@dataclass(frozen=True)
class Standing:
    """One programme of one person: hours in its courses, and which of them are still missing."""

    programme: Programme
    hours: Decimal
    missing: tuple[str, ...]

    @property
    def complete(self) -> bool:
        return not self.missing and self.hours >= self.programme.hours


@dataclass(frozen=True)
class PersonCoverage:
    """A person in service on the day with every programme that the post asks for."""

    member_id: UUID
    number: str
    name: str
    post: str
    joined_on: date
    state: State
    standings: tuple[Standing, ...]
    done: frozenset[str]
    """Courses with a valid record."""

    @property
    def hours(self) -> Decimal:
        return sum((standing.hours for standing in self.standings), NONE)


@dataclass(frozen=True)
class CourseCoverage:
    """How many of those whose post asks for a course have it."""

    course: Course
    wanted: int
    done: int


def people(session: Session, edition_id: UUID, on: date) -> list[PersonCoverage]:
    """Everybody in service on a day, by number, in two statements whatever the size of the register."""
    plan = curriculum.of(session, edition_id)
    members = session.execute(
        select(StaffMember.id, StaffMember.number, StaffMember.name, StaffMember.post, StaffMember.joined_on)
        .where(StaffMember.joined_on <= on, or_(StaffMember.left_on.is_(None), StaffMember.left_on > on))
        .order_by(StaffMember.number)
    ).all()
    records = _records(session, plan, on)
    return [
        _judged(plan, records.get(row.id, ()), on, row.id, row.number, row.name, row.post, row.joined_on)
        for row in members
    ]


def beginners(session: Session, edition_id: UUID, members: Iterable[Any], on: date) -> list[PersonCoverage]:
    """Members of whom nothing is recorded yet, without reading whether that is so."""
    plan = curriculum.of(session, edition_id)
    return [_judged(plan, (), on, one.id, one.number, one.name, one.post, one.joined_on) for one in members]


def courses(session: Session, edition_id: UUID, covered: Iterable[PersonCoverage]) -> list[CourseCoverage]:
    """The same coverage by course, in the curriculum's order; courses that nobody's post asks for are left out."""
    plan, found = curriculum.of(session, edition_id), list(covered)
    wanted = {
        one.member_id: {code for standing in one.standings for code in standing.programme.courses} for one in found
    }
    counted = [
        CourseCoverage(
            course,
            sum(course.code in wanted[one.member_id] for one in found),
            sum(course.code in wanted[one.member_id] and course.code in one.done for one in found),
        )
        for course in plan.courses.values()
    ]
    return [one for one in counted if one.wanted]


def _records(session: Session, plan: Curriculum, on: date) -> Mapping[UUID, Sequence[Attended]]:
    rows = session.execute(
        select(
            TrainingRecord.member_id,
            TrainingRecord.course,
            TrainingRecord.held_on,
            TrainingRecord.hours,
            TrainingRecord.expires_on,
            TrainingRecord.result,
        ).where(TrainingRecord.held_on <= on)
    )
    found: dict[UUID, list[Attended]] = {}
    for row in rows:
        found.setdefault(row.member_id, []).append(attended(row, plan.courses.get(row.course)))
    return found


def attended(row: Any, course: Course | None) -> Attended:
    """A record, or a row with its columns, as coverage sees it."""
    counts = row.result == "passed" or (row.result == "attended" and not (course and course.test))
    return Attended(row.course, row.held_on, row.hours, row.expires_on, counts)


def _judged(
    plan: Curriculum,
    records: Sequence[Attended],
    on: date,
    member_id: UUID,
    number: str,
    name: str,
    post: str,
    joined_on: date,
) -> PersonCoverage:
    programmes = plan.programmes.get(post, ())
    valid = [record for record in records if record.valid(on)]
    standings = tuple(standing(programme, valid, on) for programme in programmes)
    state = State.COMPLETE if all(one.complete for one in standings) else State.PARTIAL
    if not records and programmes:
        state = State.NOTHING
    elif state is State.PARTIAL:
        once = [record for record in records if record.counts]
        if all(standing(programme, once, on).complete for programme in programmes):
            state = State.EXPIRED
    done = frozenset(record.course for record in valid)
    return PersonCoverage(member_id, number, name, post, joined_on, state, standings, done)


def standing(programme: Programme, records: Sequence[Attended], on: date) -> Standing:
    """A yearly programme counts the calendar year of the day, one that is done once counts everything before."""
    counted = [
        record
        for record in records
        if record.course in programme.courses and (programme.period == "once" or record.held_on.year == on.year)
    ]
    done = {record.course for record in counted}
    missing = tuple(code for code in programme.courses if code not in done)
    return Standing(programme, sum((record.hours for record in counted), NONE), missing)
