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
from huakai_platform.kernel.fields import Choice, Code, Date, Flag, Id, Int, Many, Number, Text
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.workbooks.words import LESSONS, POINTS
from huakai_platform.resources.fields import Field, Filter, Resource, Rows, both
from huakai_platform.resources.lists import equals
from huakai_platform.standards.pinned import pinned
from huakai_tenants.staff.models import StaffMember
from huakai_tenants.training import curriculum, service
from huakai_tenants.training.curriculum import Course
from huakai_tenants.training.expiring import STAGES
from huakai_tenants.training.models import TrainingRecord as Record

YEARS = 6
"""Years that the list offers to be asked for."""
HOLDER = (StaffMember.tenant_id == Record.tenant_id) & (StaffMember.id == Record.member_id)
HOURS = (Decimal("0.1"), Decimal(200))
ASKED, SHEET = frozenset({"form", "body"}), frozenset({"sheet"})
TAKEN = ASKED | SHEET
SHOWN, API = frozenset({"list", "export", "print"}), frozenset({"row"})
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

    def serving(self) -> Sequence[Found]:
        return [one for one in self.people if one.left_on is None or one.left_on > self.today]

    def numbered(self) -> Mapping[str, str]:
        """Everybody by number, as old training is recorded late; only who is in service is offered."""
        offered = {one.number: f"{one.number} {one.name}" for one in self.serving()}
        return {one.number: offered.get(one.number, "") for one in self.people}

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
    note: str | None
    member: str
    version: int


def room(session: Session, _actor: Actor) -> Room:
    courses = curriculum.of(session, pinned(session).edition_id).courses
    people = select(StaffMember.id, StaffMember.number, StaffMember.name, StaffMember.left_on)
    return Room(courses, session.execute(people.order_by(StaffMember.number)).all(), clock.today())


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
        Record.note,
        StaffMember.number.label("member"),
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
        Field(
            "member", _("人员"), Text(required=True), SHEET, choices=Room.numbered, width=20, recognises=1,
            note=_("从下拉列表中选择，或填写工号。"),
        ),
        Field("member_id", _("人员"), Id(required=True), frozenset({"body"}), API, fixed=True),
        Field("members", _("人员"), Many(Id(), required=True), frozenset({"form"}), fixed=True),
        Field("name", _("姓名"), Text(required=True), out=SHOWN | API, sort="name"),
        Field(
            "number", _("工号"), Text(required=True), out=SHOWN | API, width=12, about=both("工号 The staff number."),
        ),
        Field(
            "course", _("课程"), Code(required=True), TAKEN, SHOWN | API, Room.titles, width=28, sort="course",
            recognises=1, fixed=True,
        ),
        Field(
            "held_on", _("培训日期"), Date(required=True), TAKEN, SHOWN | API, sort="held", recognises=1,
            note=_("如 2026-01-05。人员、课程、日期都相同的，是同一条记录。"),
        ),
        Field("hours", _("学时"), Number(*HOURS, places=1, required=True), ASKED, SHOWN | API, width=8),
        Field(
            "hours", _("学时"), Number(*HOURS, places=1), SHEET, width=8, note=_("空白时，新记录按课程的学时。"),
            units=LESSONS,
        ),
        Field(
            "result", _("结果"), Choice(service.RESULTS, required=True), TAKEN, SHOWN | API, results, width=10,
            note=_("从下拉列表中选择。不考核的课程请选择“参加”。"),
        ),
        Field(
            "score", _("成绩"), Int(0, 100), TAKEN, (SHOWN | API) - {"list"}, width=8, units=POINTS,
            note=_("0 到 100 的整数。空白表示不改动。"),
        ),
        Field(
            "certificate_number", _("证书编号"), Text(max_length=60), TAKEN, SHOWN | API, width=20,
            note=_("空白表示不改动。"),
        ),
        Field(
            "issued_on", _("发证日期"), Date(), TAKEN, (SHOWN | API) - {"list"},
            note=_("如 2026-01-05。空白表示不改动。"),
        ),
        Field(
            "expires_on", _("有效期至"), Date(), TAKEN, SHOWN | API, sort="expires",
            note=_("如 2027-01-05。空白表示不改动。"),
        ),
        Field(
            "note", _("备注"), Text(max_length=500, multiline=True), TAKEN, frozenset({"detail"}), width=30,
            note=_("最多 500 个字。空白表示不改动。"),
        ),
    ),
)  # fmt: skip
GUIDE: tuple[Message, ...] = (
    _("每人每门课程一行，最多 2000 行；不要改动第一行的列名。"),
    _("上传后先逐行检查，不会写入任何内容；确认后才写入没有错误的行。"),
    _("同一张表可以再次上传：人员、课程、日期都相同的记录不会重复登记。"),
    _("空白的格子不改动已登记的内容。删除记录请在培训记录页面进行。"),
)
