"""Training records as a sheet to fill in: its columns, how each is filled in, and the empty or filled template."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_platform.kernel import audit, clock, tenancy
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.fields import Choice, Date, Int, Number, Text
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.workbooks import lists, words
from huakai_platform.kernel.workbooks.lists import ListColumn
from huakai_tenants.staff.models import StaffMember
from huakai_tenants.training import listing, service
from huakai_tenants.training.curriculum import Course
from huakai_tenants.training.listing import Found
from huakai_tenants.training.models import TrainingRecord

MOST_ROWS = 2_000
TITLES: dict[str, Message] = {"member": _("人员"), "course": _("课程"), **service.FIELDS}
NOTES: dict[str, Message] = {
    "member": _("从下拉列表中选择，或填写工号。"),
    "course": _("从下拉列表中选择。"),
    "held_on": _("如 2026-01-05。人员、课程、日期都相同的，是同一条记录。"),
    "hours": _("空白时，新记录按课程的学时。"),
    "result": _("从下拉列表中选择。不考核的课程请选择“参加”。"),
    "score": _("0 到 100 的整数。空白表示不改动。"),
    "certificate_number": _("空白表示不改动。"),
    "issued_on": _("如 2026-01-05。空白表示不改动。"),
    "expires_on": _("如 2027-01-05。空白表示不改动。"),
    "note": _("最多 500 个字。空白表示不改动。"),
}
UNITS = {"hours": words.LESSONS, "score": words.POINTS}
GUIDE: tuple[Message, ...] = (
    _("每人每门课程一行，最多 2000 行；不要改动第一行的列名。"),
    _("上传后先逐行检查，不会写入任何内容；确认后才写入没有错误的行。"),
    _("同一张表可以再次上传：人员、课程、日期都相同的记录不会重复登记。"),
    _("空白的格子不改动已登记的内容。删除记录请在培训记录页面进行。"),
)


def people(session: Session) -> Sequence[Found]:
    """Everybody of the register, whoever has left too, as old training is recorded late."""
    wanted = select(StaffMember.id, StaffMember.number, StaffMember.name, StaffMember.left_on)
    return session.execute(wanted.order_by(StaffMember.number)).all()


def columns(everybody: Sequence[Found], courses: Mapping[str, Course], language: str) -> tuple[ListColumn, ...]:
    """The columns in order, with drop-downs of the people in service and of the courses in the reader's language."""
    today = clock.today()
    serving = {
        one.number: f"{one.number} {one.name}" for one in everybody if one.left_on is None or one.left_on > today
    }
    titled = {code: course.title.get(language) or course.title["zh"] for code, course in courses.items()}
    results = {code: word.render() for code, word in service.RESULTS.items()}
    fields: dict[str, tuple[Any, float, Mapping[str, str]]] = {
        "member": (Choice([one.number for one in everybody], required=True), 20, serving),
        "course": (Choice(courses, required=True), 28, titled),
        "held_on": (Date(required=True), 14, {}),
        "hours": (Number(Decimal("0.1"), Decimal(200), places=1), 8, {}),
        "result": (Choice(service.RESULTS, required=True), 10, results),
        "score": (Int(0, 100), 8, {}),
        "certificate_number": (Text(max_length=60), 20, {}),
        "issued_on": (Date(), 14, {}),
        "expires_on": (Date(), 14, {}),
        "note": (Text(max_length=500, multiline=True), 30, {}),
    }
    return tuple(
        ListColumn(key, TITLES[key], field, width, NOTES[key].render(), choices, units=UNITS.get(key, ()))
        for key, (field, width, choices) in fields.items()
    )


def template(session: Session, actor: Actor, courses: Mapping[str, Course], language: str, *, filled: bool) -> bytes:
    """The sheet to fill in; `filled` with the newest records, as many as fit, on record."""
    rows = _present(session) if filled else []
    title, guide = _("培训记录").render(), [one.render() for one in GUIDE]
    written = lists.template(title, columns(people(session), courses, language), rows, guide)
    if filled:
        audit.record(session, actor, "training.exported", "site", tenancy.current(session), rows=len(rows))
    return written


def stored(session: Session, members: Sequence[UUID], *, lock: bool = False) -> Sequence[TrainingRecord]:
    """The records of some people; with `lock` they and their people stand still until the end."""
    if lock:
        session.execute(
            select(StaffMember.id).where(StaffMember.id.in_(members)).order_by(StaffMember.id).with_for_update()
        )
    wanted = select(TrainingRecord).where(TrainingRecord.member_id.in_(members)).order_by(TrainingRecord.id)
    return session.scalars(wanted.with_for_update() if lock else wanted).all()


def _present(session: Session) -> list[Mapping[str, Any]]:
    wanted = (
        select(
            StaffMember.number.label("member"),
            TrainingRecord.course,
            *(getattr(TrainingRecord, name) for name in service.FIELDS),
        )
        .join(StaffMember, listing.HOLDER)
        .order_by(TrainingRecord.held_on.desc(), TrainingRecord.id)
        .limit(MOST_ROWS)
    )
    return [row._asdict() for row in session.execute(wanted)]
