"""The rows of a sheet as they come into the training records, in as many statements for many rows as for few."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock, outbox, tenancy
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.db import table
from huakai_platform.kernel.events import NumbersChanged
from huakai_platform.kernel.i18n import listed
from huakai_platform.kernel.ids import uuid7
from huakai_platform.resources.rows import ImportRow
from huakai_platform.standards.pinned import pinned
from huakai_tenants.staff.models import StaffMember
from huakai_tenants.training import curriculum, service
from huakai_tenants.training.curriculum import Course
from huakai_tenants.training.listing import RecordRow
from huakai_tenants.training.models import TrainingRecord

Row = ImportRow[RecordRow]


def apply(session: Session, actor: Actor, rows: Sequence[Row]) -> None:
    """Write the rows; those that the rules refuse are given their errors."""
    courses = curriculum.of(session, pinned(session).edition_id).courses
    people = _people(session, {one.values["member"] for one in rows})
    _refuse_known(session, rows, people)
    for one in rows:
        course = courses[one.values["course"]]
        for name, said in service.wrong(course, afterwards(one, course)).items():
            one.refuse(name, listed(said))
    written = [(one, afterwards(one, courses[one.values["course"]])) for one in rows if not one.errors]
    _add(session, actor, [(people[one.values["member"]], one, values) for one, values in written if not one.record])
    _change(session, [{**values, "of_record": one.record.id} for one, values in written if one.record])
    for month in clock.shown_months(values["held_on"] for _one, values in written) if written else ():
        outbox.publish(session, NumbersChanged(month.isoformat()))


def afterwards(one: Row, course: Course) -> dict[str, Any]:
    """The values once the row is written: what is given, else what is there, else the course's own hours."""
    values = {name: one.values.get(name, getattr(one.record, name, None)) for name in service.NAMES}
    return {**values, "hours": course.hours if values["hours"] is None else values["hours"]}


def _people(session: Session, numbers: set[str]) -> dict[str, StaffMember]:
    """Whom the rows name, by number; their records stand still until the end."""
    ids = session.scalars(select(StaffMember.id).where(StaffMember.number.in_(numbers))).all()
    return {one.number: one for one in service.members(session, ids)}


def _refuse_known(session: Session, rows: Sequence[Row], people: dict[str, StaffMember]) -> None:
    """What somebody else has recorded since the rows were read is not recorded twice."""
    fresh = [one for one in rows if one.record is None]
    about = (TrainingRecord.member_id, TrainingRecord.course, TrainingRecord.held_on)
    wanted = select(*about).where(
        TrainingRecord.member_id.in_([people[one.values["member"]].id for one in fresh]),
        TrainingRecord.held_on.in_([one.values["held_on"] for one in fresh]),
    )
    known = {tuple(one) for one in session.execute(wanted)}
    for one in fresh:
        member = people[one.values["member"]]
        if (member.id, one.values["course"], one.values["held_on"]) in known:
            one.refuse("held_on", service.double(member.name))


def _add(session: Session, actor: Actor, rows: Sequence[tuple[StaffMember, Row, dict[str, Any]]]) -> None:
    shared = {
        "tenant_id": tenancy.current(session),
        "recorded_by": actor.account_id,
        "recorded_at": clock.now(),
        "version": 1,
    }
    lines = [
        {**values, **shared, "id": uuid7(), "member_id": member.id, "course": one.values["course"]}
        for member, one, values in rows
    ]
    if lines:
        session.execute(insert(table(TrainingRecord)), lines)


def _change(session: Session, lines: Sequence[dict[str, Any]]) -> None:
    records = table(TrainingRecord)
    here = (records.c.tenant_id == tenancy.current(session)) & (records.c.id == bindparam("of_record"))
    if lines:
        values: dict[str, Any] = {name: bindparam(name) for name in service.NAMES}
        session.connection().execute(update(records).where(here).values(version=records.c.version + 1, **values), lines)
