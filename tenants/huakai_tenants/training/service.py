"""What is done with training records: written down for several people at once, changed, taken away."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_platform.kernel import audit, clock, outbox
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import Invalid, NotFound, StaleVersion
from huakai_platform.kernel.events import NumbersChanged
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.ids import uuid7
from huakai_platform.standards.pinned import pinned
from huakai_tenants.staff.models import StaffMember
from huakai_tenants.training import curriculum, scans
from huakai_tenants.training.curriculum import Course
from huakai_tenants.training.models import TrainingRecord

RESULTS: dict[str, Message] = {"passed": _("合格"), "failed": _("不合格"), "attended": _("参加")}
REASONS: dict[str, Message] = {"mistaken": _("登记错误"), "double": _("重复登记"), "invalid": _("证书或考核作废")}
NAMES = ("held_on", "hours", "result", "score", "certificate_number", "issued_on", "expires_on", "note")
"""What a form may change."""


def get(session: Session, record_id: UUID, *, lock: bool = False) -> TrainingRecord:
    """A record of this room; raises NotFound."""
    wanted = select(TrainingRecord).where(TrainingRecord.id == record_id)
    row = session.scalar(wanted.with_for_update() if lock else wanted)
    if row is None:
        raise NotFound(_("没有这条培训记录。"))
    return row


def add(session: Session, actor: Actor, values: Mapping[str, Any]) -> TrainingRecord:
    """Write one course down for one person. Raises Invalid."""
    return _add(session, actor, values, "member_id", [values["member_id"]])[0]


def add_all(session: Session, actor: Actor, values: Mapping[str, Any]) -> list[TrainingRecord]:
    """Write one course down for everybody named. Raises Invalid, and then nobody has it."""
    return _add(session, actor, values, "members", values["members"])


def change(
    session: Session, actor: Actor, record_id: UUID, values: Mapping[str, Any], *, version: int
) -> TrainingRecord:
    """Change what the form holds; raises StaleVersion when `version` is not the present one, or Invalid."""
    member_id = get(session, record_id).member_id
    members(session, [member_id])
    row = get(session, record_id, lock=True)
    given: dict[str, Any] = {name: values.get(name) for name in NAMES}
    changed = sorted(name for name in NAMES if getattr(row, name) != given[name])
    if not changed:
        return row
    if row.version != version:
        differences = [(name, getattr(row, name), given[name]) for name in changed]
        raise StaleVersion(_("刚才有人修改过这条培训记录，请核对后再保存。"), row.version, differences)
    course = curriculum.of(session, pinned(session).edition_id).courses.get(row.course)
    faults = wrong(course, given)
    if "held_on" in changed and (had := _had(session, row.course, given["held_on"], [row.member_id])):
        faults["held_on"] = [double(one) for one in had]
    if faults:
        raise Invalid(_("填写的内容有误。"), faults)
    before = row.held_on
    for name in changed:
        setattr(row, name, given[name])
    session.flush()
    _counted(session, before, row.held_on)
    audit.record(session, actor, "training.changed", "training_record", row.id, fields=changed)
    return row


def remove(session: Session, actor: Actor, record_id: UUID, reason: str) -> None:
    """Take a record away with its scans; why stands in the trail."""
    row = get(session, record_id, lock=True)
    course, held_on = row.course, row.held_on
    scans.forget(session, record_id)
    session.delete(row)
    session.flush()
    _counted(session, held_on)
    audit.record(
        session,
        actor,
        "training.removed",
        "training_record",
        record_id,
        course=course,
        on=held_on.isoformat(),
        reason=reason,
    )


def members(session: Session, ids: Sequence[UUID]) -> list[StaffMember]:
    """The members, locked until the end, so that of two equal records the second sees the first."""
    wanted = select(StaffMember).where(StaffMember.id.in_(ids)).order_by(StaffMember.id)
    return list(session.scalars(wanted.with_for_update()))


def _add(
    session: Session, actor: Actor, values: Mapping[str, Any], named: str, ids: Sequence[UUID]
) -> list[TrainingRecord]:
    """The records of all of these people; what is wrong of them stands at the field `named`."""
    course = curriculum.of(session, pinned(session).edition_id).courses.get(values["course"])
    faults = {} if course is None else wrong(course, values)
    if course is None:
        faults["course"] = [_("请从列出的选项中选择")]
    people = members(session, ids)
    if not people or len(people) < len(set(ids)):
        faults[named] = [_("请从列出的选项中选择")]
    elif had := _had(session, values["course"], values["held_on"], [one.id for one in people]):
        faults[named] = [double(one) for one in had]
    if faults:
        raise Invalid(_("填写的内容有误。"), faults)
    about = {"course": values["course"], "recorded_by": actor.account_id, "recorded_at": clock.now()}
    about |= {name: values.get(name) for name in NAMES}
    rows = [TrainingRecord(id=uuid7(), member_id=one.id, **about) for one in people]
    session.add_all(rows)
    session.flush()
    _counted(session, values["held_on"])
    for row in rows:
        audit.record(session, actor, "training.recorded", "training_record", row.id, course=row.course)
    return rows


def _had(session: Session, course: str, on: date, ids: Sequence[UUID]) -> list[str]:
    return list(
        session.scalars(
            select(StaffMember.name)
            .join(
                TrainingRecord,
                (TrainingRecord.tenant_id == StaffMember.tenant_id) & (TrainingRecord.member_id == StaffMember.id),
            )
            .where(TrainingRecord.course == course, TrainingRecord.held_on == on, StaffMember.id.in_(ids))
            .order_by(StaffMember.number)
        )
    )


def double(name: str) -> Message:
    return _("{name} 当天的这门课程已经登记", name=name)


def wrong(course: Course | None, values: Mapping[str, Any]) -> dict[str, list[str]]:
    """What does not go together, by field; a course that the edition no longer has is not held to its test."""
    faults: dict[str, list[str]] = {}
    held, issued, expires = values["held_on"], values.get("issued_on"), values.get("expires_on")
    if held > clock.today():
        faults["held_on"] = [_("不能晚于今天")]
    if issued and issued > clock.today():
        faults["issued_on"] = [_("不能晚于今天")]
    if expires and expires < max(held, issued or held):
        faults["expires_on"] = [_("不能早于培训日期和发证日期")]
    return faults | (_misjudged(course, values["result"], values.get("score")) if course else {})


def _misjudged(course: Course, result: str, score: int | None) -> dict[str, list[str]]:
    if not course.test:
        faults: dict[str, list[str]] = {} if result == "attended" else {"result": [_("这门课程不考核，请选择“参加”")]}
        return faults if score is None else faults | {"score": [_("这门课程不考核，没有成绩")]}
    if result == "attended":
        return {"result": [_("这门课程要考核，请选择“合格”或“不合格”")]}
    if score is not None and (score >= course.pass_mark) != (result == "passed"):
        return {"score": [_("成绩与结果不符，{mark} 分合格", mark=course.pass_mark)]}
    return {}


def _counted(session: Session, *days: date) -> None:
    """The present month counts anew, and every month of the records."""
    for month in sorted({clock.month(day) for day in (*days, clock.today())}):
        outbox.publish(session, NumbersChanged(month.isoformat()))
