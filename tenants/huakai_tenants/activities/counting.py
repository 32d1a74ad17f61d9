"""The numbers of a month's activities. Sessions, attendances and people are three numbers; none is made of another."""

from collections import Counter
from datetime import date

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock
from huakai_tenants.activities.catalogue import OWN
from huakai_tenants.activities.models import Activity, ActivityPlan, ActivityTotal

VENUES = ("organ", "community", "school", "enterprise")
"""The four places of the 四进 by the edition's codes; another one counts in the whole only."""
NAMES = ("sessions", "attendances", "people")


def counts(session: Session, month: date) -> dict[str, int]:
    """By the names of `oversight.metrics`; what is nothing is left out."""
    until = clock.months_on(month, 1)
    found = _held(session, month, until) + _totals(session, month, until) + _themes(session, month, until)
    return {name: number for name, number in found.items() if number}


def _held(session: Session, since: date, until: date) -> Counter[str]:
    """What was held, in whole, by place and by direction, and what of it is estimated."""
    sums = [func.coalesce(func.sum(getattr(Activity, name)), 0).label(name) for name in NAMES]
    guessed = [
        func.coalesce(func.sum(getattr(Activity, name)).filter(getattr(Activity, f"{name}_estimated")), 0).label(
            f"{name}_estimated"
        )
        for name in NAMES
    ]
    rows = session.execute(
        select(Activity.venue, Activity.direction, func.count().label("held"), *sums, *guessed)
        .where(
            Activity.held_on >= since, Activity.held_on < until, Activity.state == "held", Activity.counted.is_(True)
        )
        .group_by(Activity.venue, Activity.direction)
    )
    found: Counter[str] = Counter()
    for row in rows.mappings():
        found["activities_held"] += row["held"]
        for name in NAMES:
            found[f"activity_{name}"] += int(row[name])
            found[f"activity_{name}_estimated"] += int(row[f"{name}_estimated"])
            found[f"activity_{name}_{row['direction']}"] += int(row[name])
            if row["venue"] in VENUES:
                found[f"activity_{name}_{row['venue']}"] += int(row[name])
    return found


def _totals(session: Session, since: date, until: date) -> Counter[str]:
    """A total belongs to the month in which its period ends."""
    ended = select(*(func.coalesce(func.sum(getattr(ActivityTotal, name)), 0) for name in NAMES)).where(
        ActivityTotal.to_on >= since, ActivityTotal.to_on < until
    )
    numbers = session.execute(ended).one()
    return Counter({f"activity_total_{name}": int(number) for name, number in zip(NAMES, numbers, strict=True)})


def _themes(session: Session, since: date, until: date) -> Counter[str]:
    """Whether the month has a theme, and whether an activity carried it out."""
    done = exists().where(
        Activity.tenant_id == ActivityPlan.tenant_id,
        Activity.held_on >= since,
        Activity.held_on < until,
        Activity.state == "held",
        Activity.theme == func.coalesce(ActivityPlan.theme, OWN),
    )
    planned = select(done).where(ActivityPlan.year == since.year, ActivityPlan.month == since.month)
    found = session.scalars(planned).all()
    return Counter({"activity_themes_planned": len(found), "activity_themes_held": sum(found)})
