"""The themes of a year, copied from the edition and changed by the room, and which of them were carried out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, extract, func, select
from sqlalchemy.orm import Session

from huakai_platform.kernel import audit, tenancy
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import Conflict, Invalid, NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.ids import uuid7
from huakai_tenants.activities import catalogue, checking, service
from huakai_tenants.activities.catalogue import OWN
from huakai_tenants.activities.models import Activity, ActivityPlan
from huakai_tenants.activities.periods import first_of

MONTHS = range(1, 13)


@dataclass(frozen=True)
class Month:
    """A month of the plan with the activities of that month that carry its theme."""

    number: int
    plan: ActivityPlan | None
    activities: Sequence[Row[UUID, str, date, str, str | None]]

    @property
    def done(self) -> bool:
        return any(one.state == "held" for one in self.activities)


@dataclass(frozen=True)
class Year:
    year: int
    months: Sequence[Month]

    @property
    def planned(self) -> int:
        return sum(one.plan is not None for one in self.months)

    @property
    def done(self) -> int:
        return sum(one.plan is not None and one.done for one in self.months)


def of(session: Session, year: int) -> Year:
    """The plan of a year, in two statements."""
    plans = {one.month: one for one in session.scalars(select(ActivityPlan).where(ActivityPlan.year == year))}
    held = session.execute(
        select(Activity.id, Activity.title, Activity.held_on, Activity.state, Activity.theme)
        .where(extract("year", Activity.held_on) == year, Activity.theme.is_not(None), Activity.state != "cancelled")
        .order_by(Activity.held_on, Activity.id)
    ).all()
    found = []
    for number in MONTHS:
        plan = plans.get(number)
        theme = (plan.theme or OWN) if plan else None
        mine = [one for one in held if theme and one.held_on.month == number and one.theme == theme]
        found.append(Month(number, plan, mine))
    return Year(year, found)


def copy(session: Session, actor: Actor, year: int) -> int:
    """Give every month that has no theme the edition's; gives how many. Raises Conflict where all have one."""
    known = catalogue.here(session)
    checking.period_lock(session)
    taken = set(session.scalars(select(ActivityPlan.month).where(ActivityPlan.year == year)))
    wanted = [(month, theme) for month, theme in known.months.items() if month not in taken]
    if not wanted:
        raise Conflict(_("这一年十二个月都有主题了。"))
    session.add_all(ActivityPlan(id=uuid7(), year=year, month=month, theme=theme) for month, theme in wanted)
    session.flush()
    service.numbers_changed(session, *(first_of(year, month) for month, _theme in wanted))
    audit.record(session, actor, "plans.copied", "site", tenancy.current(session), count=len(wanted))
    return len(wanted)


def change(session: Session, actor: Actor, year: int, month: int, values: Mapping[str, Any], *, version: int) -> None:
    """Give a month another theme, of the edition or the room's own. Raises Invalid or Conflict."""
    theme, title = values.get("theme"), values.get("title")
    if bool(theme) == bool(title):
        raise Invalid(_("填写的内容有误。"), {"title": [_("请选择标准中的主题，或填写自己的主题，二者选一")]})
    checking.period_lock(session)
    row = session.scalar(select(ActivityPlan).where(ActivityPlan.year == year, ActivityPlan.month == month))
    if theme and theme not in catalogue.here(session).themes and (row is None or row.theme != theme):
        raise Invalid(_("填写的内容有误。"), {"theme": [checking.LISTED]})
    if (row.version if row else 0) != version:
        raise Conflict(_("刚才有人修改过这个月的主题，请核对后再保存。"))
    if row is None:
        row = ActivityPlan(id=uuid7(), year=year, month=month)
        session.add(row)
    row.theme, row.title, row.note = theme, title, values.get("note")
    session.flush()
    service.numbers_changed(session, first_of(year, month))
    audit.record(session, actor, "plans.changed", "site", tenancy.current(session), month=f"{year}-{month:02}")


def remove(session: Session, actor: Actor, year: int, month: int) -> None:
    """Take a month's theme away. Raises NotFound."""
    row = session.scalar(select(ActivityPlan).where(ActivityPlan.year == year, ActivityPlan.month == month))
    if row is None:
        raise NotFound(_("这个月没有主题。"))
    session.delete(row)
    session.flush()
    service.numbers_changed(session, first_of(year, month))
    audit.record(session, actor, "plans.removed", "site", tenancy.current(session), month=f"{year}-{month:02}")


def years(session: Session, around: int) -> list[int]:
    """Those that have a plan or an activity, this one and the next, the latest first."""
    first = session.scalar(select(func.min(Activity.held_on)))
    planned = session.scalar(select(func.min(ActivityPlan.year)))
    oldest = min(first.year if first else around, planned or around, around)
    return list(range(around + 1, oldest - 1, -1))
