"""What is printed: the training of one person with all that is missing, and who may come to a course."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_platform.kernel import audit
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.i18n import Message, _
from huakai_tenants.staff import service as staff
from huakai_tenants.staff.models import StaffMember
from huakai_tenants.training import coverage, curriculum
from huakai_tenants.training.coverage import Attended, PersonCoverage, Standing
from huakai_tenants.training.curriculum import Course, Curriculum, Programme
from huakai_tenants.training.models import TrainingRecord

STATES: dict[str, Message] = {
    "valid": _("有效"),
    "expired": _("已过期"),
    "failed": _("不合格"),
    "missing": _("缺少"),
}


@dataclass(frozen=True)
class Line:
    """A course of the curriculum with the record that speaks for it, or the best there is; `state` as in STATES."""

    course: Course
    record: TrainingRecord | None
    state: str


@dataclass(frozen=True)
class Section:
    standing: Standing
    lines: Sequence[Line]


@dataclass(frozen=True)
class Paper:
    """A person's training on a day; `others` are the records that none of the post's programmes counts."""

    member: StaffMember
    sections: Sequence[Section]
    others: Sequence[TrainingRecord]
    courses: Mapping[str, Course]

    @property
    def hours(self) -> Decimal:
        return sum((one.standing.hours for one in self.sections), Decimal(0))


def of(session: Session, actor: Actor, edition_id: UUID, member_id: UUID, on: date) -> Paper:
    """The sheet of a person of this room; that it was read stands in the trail. Raises NotFound."""
    member, plan = staff.get(session, member_id), curriculum.of(session, edition_id)
    records = session.scalars(
        select(TrainingRecord)
        .where(TrainingRecord.member_id == member_id, TrainingRecord.held_on <= on)
        .order_by(TrainingRecord.held_on.desc(), TrainingRecord.id)
    ).all()
    sections = [_section(plan, one, records, on) for one in plan.programmes.get(member.post, ())]
    shown = {line.record.id for section in sections for line in section.lines if line.record}
    others = [one for one in records if one.id not in shown]
    audit.record(session, actor, "training.sheet_read", "staff_member", member_id)
    return Paper(member, sections, others, plan.courses)


def lacking(covered: Sequence[PersonCoverage], course: str) -> list[PersonCoverage]:
    """Whose post asks for a course and who do not have it."""
    return [one for one in covered if any(course in standing.missing for standing in one.standings)]


def _section(plan: Curriculum, programme: Programme, records: Sequence[TrainingRecord], on: date) -> Section:
    seen = {one.id: coverage.attended(one, plan.courses.get(one.course)) for one in records}
    lines = [
        _line(
            plan.courses[code], [one for one in records if one.course == code and _falls(programme, one, on)], seen, on
        )
        for code in programme.courses
        if code in plan.courses
    ]
    return Section(coverage.standing(programme, [one for one in seen.values() if one.valid(on)], on), lines)


def _falls(programme: Programme, record: TrainingRecord, on: date) -> bool:
    return programme.period == "once" or record.held_on.year == on.year


def _line(course: Course, records: Sequence[TrainingRecord], seen: Mapping[UUID, Attended], on: date) -> Line:
    once = [one for one in records if seen[one.id].counts]
    if found := next((one for one in once if seen[one.id].valid(on)), None):
        return Line(course, found, "valid")
    if once:
        return Line(course, once[0], "expired")
    return Line(course, records[0], "failed") if records else Line(course, None, "missing")
