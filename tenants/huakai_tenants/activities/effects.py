"""What a group answered before and after: means of at least five people, so that nobody's answer can be read off."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_platform.kernel import audit, clock
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import Invalid, NotFound
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.ids import uuid7
from huakai_tenants.activities import service
from huakai_tenants.activities.models import Activity, ActivityEffect

LEAST, MOST = 5, 20
FIELDS: dict[str, Message] = {
    "question": _("问题"),
    "better": _("怎样算好转"),
    "people_before": _("活动前填写人数"),
    "mean_before": _("活动前平均分"),
    "people_after": _("活动后填写人数"),
    "mean_after": _("活动后平均分"),
}
BETTER: dict[str, Message] = {"higher": _("分数升高"), "lower": _("分数降低")}


def of(session: Session, activity_id: UUID) -> Sequence[ActivityEffect]:
    wanted = select(ActivityEffect).where(ActivityEffect.activity_id == activity_id)
    return session.scalars(wanted.order_by(ActivityEffect.recorded_at, ActivityEffect.id)).all()


def between(session: Session, since: date, until: date) -> Sequence[tuple[ActivityEffect, str]]:
    """Every measure of the activities of some days, with the title of its activity."""
    rows = session.execute(
        select(ActivityEffect, Activity.title)
        .join(
            Activity,
            (Activity.tenant_id == ActivityEffect.tenant_id) & (Activity.id == ActivityEffect.activity_id),
        )
        .where(Activity.held_on.between(since, until), Activity.state == "held")
        .order_by(Activity.held_on, ActivityEffect.id)
    )
    return [(row[0], row[1]) for row in rows]


def improved(effect: ActivityEffect) -> Decimal:
    """By how much it changed for the better; below zero for the worse."""
    change = effect.mean_after - effect.mean_before
    return change if effect.better == "higher" else -change


def add(session: Session, actor: Actor, activity_id: UUID, values: Mapping[str, Any]) -> None:
    """Write down one question. Raises Invalid."""
    row = service.get(session, activity_id, lock=True)
    known = [one.question for one in of(session, activity_id)]
    faults: dict[str, list[str]] = {}
    if row.state != "held":
        faults["question"] = [_("举办以后才有前后测")]
    elif values["question"] in known:
        faults["question"] = [_("这个问题已经登记过")]
    elif len(known) >= MOST:
        faults["question"] = [_("最多 {count} 项", count=MOST)]
    if faults:
        raise Invalid(_("填写的内容有误。"), faults)
    effect = ActivityEffect(
        id=uuid7(),
        activity_id=activity_id,
        recorded_by=actor.account_id,
        recorded_at=clock.now(),
        **{name: values[name] for name in FIELDS},
    )
    session.add(effect)
    session.flush()
    audit.record(session, actor, "activities.effect_added", "activity", activity_id, count=len(known) + 1)


def get(session: Session, effect_id: UUID) -> ActivityEffect:
    """A measure of this room. Raises NotFound."""
    if found := session.scalar(select(ActivityEffect).where(ActivityEffect.id == effect_id)):
        return found
    raise NotFound(_("没有这项前后测。"))


def remove(session: Session, actor: Actor, effect_id: UUID) -> UUID:
    """Take a question away; gives its activity."""
    row = get(session, effect_id)
    activity_id = row.activity_id
    session.delete(row)
    session.flush()
    audit.record(session, actor, "activities.effect_removed", "activity", activity_id)
    return activity_id
