"""What is done with activities: written down, changed, called off, taken up again."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from huakai_platform.kernel import audit, clock, outbox, tenancy
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.db import table
from huakai_platform.kernel.errors import Conflict, Invalid, NotFound, StaleVersion
from huakai_platform.kernel.events import ActivityShared, NumbersChanged
from huakai_platform.kernel.i18n import _, listed
from huakai_platform.kernel.ids import uuid7
from huakai_platform.resources.rows import ImportRow
from huakai_tenants.activities import catalogue, checking
from huakai_tenants.activities.models import Activity, ActivityTotal

NAMES = (
    "title",
    "held_on",
    "starts_at",
    "ends_at",
    "state",
    "direction",
    "venue",
    "programme",
    "form",
    "theme",
    "audiences",
    "flowers",
    "place",
    "partner",
    "facilitators",
    "guests",
    "sessions",
    "sessions_estimated",
    "attendances",
    "attendances_estimated",
    "people",
    "people_estimated",
    "materials",
    "leads",
    "reported_with",
    "counted",
    "note",
)
"""What a form, a program or a sheet may change."""
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


def add(session: Session, actor: Actor, values: Mapping[str, Any]) -> Activity:
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
    return row


def change(session: Session, actor: Actor, activity_id: UUID, values: Mapping[str, Any], *, version: int) -> Activity:
    """Change what the form holds; raises StaleVersion when `version` is not the present one, Conflict or Invalid."""
    checking.period_lock(session)
    row, given = get(session, activity_id, lock=True), complete(values)
    changed = sorted(name for name in NAMES if getattr(row, name) != given[name])
    if not changed:
        return row
    if row.version != version:
        differences = [(name, getattr(row, name), given[name]) for name in changed]
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
    return row


def apply(session: Session, actor: Actor, rows: Sequence[ImportRow[Any]]) -> None:
    """Write the rows of a sheet in as many statements for many as for few; those that the rules refuse are given their
    errors."""
    checking.period_lock(session)
    known, past = catalogue.here(session), session.scalars(select(ActivityTotal)).all()
    named = [row.record.id for row in rows if row.record]
    stored = select(Activity).where(Activity.id.in_(named)).order_by(Activity.id).with_for_update()
    there = {activity.id: activity for activity in session.scalars(stored)}
    right: list[tuple[Activity | None, dict[str, Any]]] = []
    for row in rows:
        activity = there[row.record.id] if row.record else None
        before = {name: getattr(activity, name) for name in NAMES} if activity else {}
        values = complete({**before, **row.values})
        for name, said in checking.of_row(known, values, activity, past).items():
            row.refuse(name, listed(said))
        if not row.errors:
            right.append((activity, values))
    _write(session, actor, right)


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
    """Every field of an activity; one that was not given, or given as nothing, is empty; ids are told as texts."""
    given: dict[str, Any] = {name: EMPTY.get(name) if values.get(name) is None else values[name] for name in NAMES}
    for name in ("audiences", "flowers", "facilitators"):
        given[name] = sorted({str(one) for one in given[name] if one})
    return given


def numbers_changed(session: Session, *days: date) -> None:
    """The months of these days are to be counted anew."""
    for month in sorted({clock.month(day) for day in days}):
        outbox.publish(session, NumbersChanged(month.isoformat()))


def _write(session: Session, actor: Actor, rows: Sequence[tuple[Activity | None, dict[str, Any]]]) -> None:
    """Write checked rows down together; the activities that they change are locked."""
    activities, here = table(Activity), tenancy.current(session)
    about = {
        "tenant_id": here,
        "created_by": actor.account_id,
        "created_at": clock.now(),
        "checked_in": 0,
        "version": 1,
    }
    if fresh := [{**values, **about, "id": uuid7()} for activity, values in rows if activity is None]:
        session.execute(insert(activities), fresh)
    if changed := [{**values, "of_activity": activity.id} for activity, values in rows if activity is not None]:
        one = (activities.c.tenant_id == here) & (activities.c.id == bindparam("of_activity"))
        columns: dict[str, Any] = {name: bindparam(name) for name in NAMES}
        changing = update(activities).where(one).values(version=activities.c.version + 1, **columns)
        session.connection().execute(changing, changed)
    numbers_changed(session, *(values["held_on"] for _activity, values in rows))


def _tell_the_other(session: Session, row: Activity) -> None:
    if row.reported_with and row.counted and row.state == "held":
        outbox.publish(session, ActivityShared(row.id, row.reported_with))


def _refuse(faults: Mapping[str, list[str]]) -> None:
    if faults:
        raise Invalid(_("填写的内容有误。"), dict(faults))
