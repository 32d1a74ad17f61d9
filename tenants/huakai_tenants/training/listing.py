"""The list of what was recorded of a room's training: its fields, where each is shown, and by what it is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, select
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.fields import Choice, Code, Date, Flag, Id, Int, Number, Text
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.resources.fields import Field, Filter, Resource, Rows
from huakai_platform.resources.lists import equals
from huakai_platform.standards.pinned import pinned
from huakai_tenants.staff import listing as staff
from huakai_tenants.staff.models import StaffMember
from huakai_tenants.training import curriculum, service
from huakai_tenants.training.curriculum import Course
from huakai_tenants.training.expiring import STAGES
from huakai_tenants.training.models import TrainingRecord as Record

YEARS = 6
"""Years that the list offers to be asked for."""
HOLDER = (StaffMember.tenant_id == Record.tenant_id) & (StaffMember.id == Record.member_id)
SHOWN = frozenset({"list", "export", "print"})
Found = Row[*tuple[Any, ...]]


@dataclass(frozen=True)
class Room:
    """What the words and questions of a room's training depend on."""

    courses: Mapping[str, Course]
    people: Sequence[Found]
    """Everybody of the register, whoever has left too."""
    today: date

    def titles(self) -> Mapping[str, Mapping[str, str]]:
        return {code: one.title for code, one in self.courses.items()}

    def names(self) -> Mapping[str, str]:
        return {str(one.id): f"{one.name} {one.number}" for one in self.people}

    def years(self) -> Mapping[str, str]:
        return {str(year): str(year) for year in range(self.today.year, self.today.year - YEARS, -1)}


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One training of one person."""

    id: UUID
    member_id: UUID
    number: str
    name: str
    course: str
    held_on: date
    hours: Decimal
    result: str
    score: int | None
    certificate_number: str | None
    issued_on: date | None
    expires_on: date | None
    version: int


def room(session: Session, _actor: Actor) -> Room:
    today = clock.today()
    courses = curriculum.of(session, pinned(session).edition_id).courses
    return Room(courses, people(session, today, gone=True), today)


def people(session: Session, on: date, *, gone: bool = False) -> Sequence[Found]:
    """Who may have been trained, by number: those in service, or with `gone` everybody."""
    wanted = select(StaffMember.id, StaffMember.number, StaffMember.name, StaffMember.post).order_by(StaffMember.number)
    return session.execute(wanted if gone else wanted.where(staff.in_service(on))).all()


def in_year(year: int, _room: Room) -> ColumnElement[bool]:
    return Record.held_on.between(date(year, 1, 1), date(year, 12, 31))


def runs_out(asked: bool, room: Room) -> ColumnElement[bool] | None:
    return Record.expires_on.between(room.today, room.today + timedelta(days=STAGES[0])) if asked else None


def results(_room: Room) -> Mapping[str, Message]:
    return service.RESULTS


def rows() -> Rows[RecordRow]:
    query = select(
        Record.id,
        Record.member_id,
        StaffMember.number,
        StaffMember.name,
        Record.course,
        Record.held_on,
        Record.hours,
        Record.result,
        Record.score,
        Record.certificate_number,
        Record.issued_on,
        Record.expires_on,
        Record.version,
    )
    return Rows(RecordRow, query.join(StaffMember, HOLDER))


TRAINING = Resource[Room, RecordRow](
    name="training",
    title=_("培训记录"),
    rows=rows,
    scope=lambda _actor, _parent: (),
    context=room,
    order="-held",
    key=Record.id,
    most=20_000,
    sorts={
        "held": Record.held_on,
        "name": StaffMember.name,
        "course": Record.course,
        "expires": Record.expires_on,
    },
    filters=(
        Filter("course", _("课程"), Code(), equals(Record.course), Room.titles),
        Filter("member", _("人员"), Id(), equals(Record.member_id), Room.names),
        Filter("year", _("年份"), Int(1900, 2100), in_year, Room.years),
        Filter("result", _("结果"), Choice(service.RESULTS), equals(Record.result), results),
        Filter("expiring", _("有效期至"), Flag(), runs_out, lambda _room: {"true": _("90 天内到期")}),
    ),
    fields=(
        Field("name", _("姓名"), Text(), out=SHOWN, sort="name"),
        Field("number", _("工号"), Text(), out=SHOWN, width=12),
        Field("course", _("课程"), Code(), out=SHOWN, choices=Room.titles, width=28, sort="course"),
        Field("held_on", _("培训日期"), Date(), out=SHOWN, sort="held"),
        Field("hours", _("学时"), Number(), out=SHOWN, width=8),
        Field("result", _("结果"), Choice(service.RESULTS), out=SHOWN, choices=results, width=10),
        Field("score", _("成绩"), Int(), out=SHOWN - {"list"}, width=8),
        Field("certificate_number", _("证书编号"), Text(), out=SHOWN, width=20),
        Field("issued_on", _("发证日期"), Date(), out=SHOWN - {"list"}),
        Field("expires_on", _("有效期至"), Date(), out=SHOWN, sort="expires"),
    ),
)
