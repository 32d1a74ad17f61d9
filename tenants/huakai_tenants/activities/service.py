"""What is done with activities: written down, changed, called off, taken up again."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_platform.kernel import audit, clock, outbox
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import Conflict, Invalid, NotFound, StaleVersion
from huakai_platform.kernel.events import ActivityShared, NumbersChanged
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.ids import uuid7
from huakai_tenants.activities import catalogue, checking
from huakai_tenants.activities.models import Activity

FIELDS: dict[str, Message] = {
    "title": _("活动名称"),
    "held_on": _("日期"),
    "starts_at": _("开始时间"),
    "ends_at": _("结束时间"),
    "state": _("状态"),
    "direction": _("方向"),
    "venue": _("四进"),
    "programme": _("项目"),
    "form": _("活动形式"),
    "theme": _("每月主题"),
    "audiences": _("服务对象"),
    "flowers": _("三朵花"),
    "place": _("地点"),
    "partner": _("合作单位"),
    "facilitators": _("负责人员"),
    "guests": _("外请人员"),
    "sessions": _("场次"),
    "sessions_estimated": _("场次为估计"),
    "attendances": _("人次"),
    "attendances_estimated": _("人次为估计"),
    "people": _("人数"),
    "people_estimated": _("人数为估计"),
    "materials": _("使用的资料"),
    "leads": _("需要跟进的人数"),
    "reported_with": _("共同上报的站点"),
    "counted": _("数字由谁上报"),
    "note": _("备注"),
}
"""What a form may change, by its labels."""
EMPTY: dict[str, Any] = {
    "audiences": [],
    "flowers": [],
    "facilitators": [],
    "materials": [],
    "sessions_estimated": False,
    "attendances_estimated": False,
    "people_estimated": False,
    "counted": True,
}


def get(session: Session, activity_id: UUID, *, lock: bool = False) -> Activity:
    """An activity of this room; raises NotFound."""
    wanted = select(Activity).where(Activity.id == activity_id)
    row = session.scalar(wanted.with_for_update() if lock else wanted)
    if row is None:
        raise NotFound(_("没有这次活动。"))
    return row


def add(session: Session, actor: Actor, values: Mapping[str, Any]) -> UUID:
    """Write an activity down, planned or held. Raises Invalid."""
    given = complete(values)
    checking.period_lock(session)
    _refuse(checking.wrong(session, catalogue.here(session), given))
    row = Activity(id=uuid7(), created_by=actor.account_id, created_at=clock.now(), **given)
    session.add(row)
    session.flush()
    numbers_changed(session, row.held_on)
    _tell_the_other(session, row)
    audit.record(session, actor, "activities.added", "activity", row.id, state=row.state, on=row.held_on.isoformat())
    return row.id


def change(session: Session, actor: Actor, activity_id: UUID, values: Mapping[str, Any], *, version: int) -> None:
    """Change what the form holds; raises StaleVersion when `version` is not the present one, Conflict or Invalid."""
    checking.period_lock(session)
    row, given = get(session, activity_id, lock=True), complete(values)
    changed = sorted(name for name in FIELDS if getattr(row, name) != given[name])
    if not changed:
        return
    if row.version != version:
        differences = [(FIELDS[name], getattr(row, name), given[name]) for name in changed]
        raise StaleVersion(_("刚才有人修改过这次活动，请核对后再保存。"), row.version, differences)
    if row.state == "cancelled":
        raise Conflict(_("这次活动已经取消，请先恢复。"))
    _refuse(checking.wrong(session, catalogue.here(session), given, row))
    before = row.held_on
    for name in changed:
        setattr(row, name, given[name])
    session.flush()
    numbers_changed(session, before, row.held_on)
    _tell_the_other(session, row)
    audit.record(session, actor, "activities.changed", "activity", row.id, fields=changed, state=row.state)


def cancel(session: Session, actor: Actor, activity_id: UUID, reason: str) -> None:
    """Call an activity off; what was written of it stays and counts no more. Raises Conflict."""
    row = get(session, activity_id, lock=True)
    if row.state == "cancelled":
        raise Conflict(_("这次活动已经取消。"))
    row.state, row.reason = "cancelled", reason
    session.flush()
    numbers_changed(session, row.held_on)
    audit.record(session, actor, "activities.cancelled", "activity", row.id, on=row.held_on.isoformat())


def restore(session: Session, actor: Actor, activity_id: UUID) -> None:
    """Take up again what was called off; it is planned until its numbers are saved anew. Raises Conflict."""
    row = get(session, activity_id, lock=True)
    if row.state != "cancelled":
        raise Conflict(_("这次活动没有取消。"))
    row.state, row.reason = "planned", None
    row.sessions = row.attendances = row.people = None
    row.sessions_estimated = row.attendances_estimated = row.people_estimated = False
    session.flush()
    numbers_changed(session, row.held_on)
    audit.record(session, actor, "activities.restored", "activity", row.id, on=row.held_on.isoformat())


def complete(values: Mapping[str, Any]) -> dict[str, Any]:
    """Every field of an activity; one that was not given is empty, ids are told as texts."""
    given = {name: values.get(name, EMPTY.get(name)) for name in FIELDS}
    for name in ("audiences", "flowers", "facilitators"):
        given[name] = sorted({str(one) for one in given[name] if one})
    return given


def numbers_changed(session: Session, *days: date) -> None:
    """The months of these days are to be counted anew."""
    for month in sorted({clock.month(day) for day in days}):
        outbox.publish(session, NumbersChanged(month.isoformat()))


def _tell_the_other(session: Session, row: Activity) -> None:
    if row.reported_with and row.counted and row.state == "held":
        outbox.publish(session, ActivityShared(row.id, row.reported_with))


def _refuse(faults: Mapping[str, list[str]]) -> None:
    if faults:
        raise Invalid(_("填写的内容有误。"), dict(faults))
