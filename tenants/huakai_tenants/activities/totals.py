"""What past periods came to, entered as totals: never of days that another total or a single activity counts."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from huakai_platform.kernel import audit, clock, outbox
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import Invalid, NotFound
from huakai_platform.kernel.events import NumbersChanged
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.ids import uuid7
from huakai_tenants.activities import checking
from huakai_tenants.activities.models import Activity, ActivityTotal

FIELDS: dict[str, Message] = {
    "from_on": _("从"),
    "to_on": _("至"),
    "sessions": _("场次"),
    "attendances": _("人次"),
    "people": _("人数"),
    "estimated": _("是估计数（约）"),
    "sites": _("涉及站点数"),
    "source": _("数字的来源"),
}


def all_rows(session: Session) -> Sequence[ActivityTotal]:
    """The latest period first."""
    return session.scalars(select(ActivityTotal).order_by(ActivityTotal.from_on.desc())).all()


def get(session: Session, total_id: UUID) -> ActivityTotal:
    """A total of this room; raises NotFound."""
    if found := session.scalar(select(ActivityTotal).where(ActivityTotal.id == total_id)):
        return found
    raise NotFound(_("没有这条汇总数。"))


def add(session: Session, actor: Actor, values: Mapping[str, Any]) -> UUID:
    """Enter what a past period came to. Raises Invalid where any of its days is counted already."""
    checking.period_lock(session)
    if faults := wrong(session, values):
        raise Invalid(_("填写的内容有误。"), faults)
    given = {name: values.get(name) for name in FIELDS}
    row = ActivityTotal(id=uuid7(), recorded_by=actor.account_id, recorded_at=clock.now(), **given)
    session.add(row)
    session.flush()
    _counted(session, row.to_on)
    audit.record(session, actor, "totals.added", "activity_total", row.id, until=row.to_on.isoformat())
    return row.id


def remove(session: Session, actor: Actor, total_id: UUID) -> None:
    """Take a total away; its days may be counted singly then."""
    row = get(session, total_id)
    until = row.to_on
    session.delete(row)
    session.flush()
    _counted(session, until)
    audit.record(session, actor, "totals.removed", "activity_total", total_id, until=until.isoformat())


def wrong(session: Session, given: Mapping[str, Any]) -> dict[str, list[str]]:
    first, last = given["from_on"], given["to_on"]
    if faults := disagreeing(given):
        return faults
    overlapping = select(ActivityTotal).where(ActivityTotal.from_on <= last, ActivityTotal.to_on >= first)
    if other := session.scalar(overlapping.limit(1)):
        said = _("与 {first} 至 {last} 的汇总数重叠，会重复计算", first=other.from_on, last=other.to_on)
        return {"from_on": [said]}
    single = _singly(session, first, last)
    if single:
        said = _("这段时间已有 {count} 次单独登记的活动，不能再填汇总数，否则会重复计算", count=single)
        return {"from_on": [said]}
    return {}


def disagreeing(given: Mapping[str, Any]) -> dict[str, list[str]]:
    """What does not go together in a total, whatever else there is."""
    faults: dict[str, list[str]] = {}
    attendances, people = given.get("attendances"), given.get("people")
    if given["to_on"] < given["from_on"]:
        faults["to_on"] = [_("不能早于开始日期")]
    if given["to_on"] > clock.today():
        faults["to_on"] = [_("不能晚于今天")]
    if attendances is None and people is None:
        faults["attendances"] = [_("人次和人数至少填写一项")]
    if attendances is not None and people is not None and people > attendances:
        faults["people"] = [_("人数不能多于人次")]
    return faults


def _singly(session: Session, first: date, last: date) -> int:
    held = select(func.count()).where(
        Activity.held_on.between(first, last), Activity.state == "held", Activity.counted.is_(True)
    )
    return session.scalar(held) or 0


def _counted(session: Session, until: date) -> None:
    outbox.publish(session, NumbersChanged(clock.month(until).isoformat()))
