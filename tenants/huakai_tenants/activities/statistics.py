"""A year of a room's activities by month, place, direction, form and flower."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_tenants.activities import effects
from huakai_tenants.activities.models import Activity, ActivityEffect
from huakai_tenants.activities.periods import year_of

NAMES = ("held", "sessions", "attendances", "people")


@dataclass
class Sums:
    """How many were held, and their three numbers, which are never added up."""

    numbers: Counter[str] = field(default_factory=Counter)

    def take(self, row: Activity) -> None:
        self.numbers.update(
            held=1, sessions=row.sessions or 0, attendances=row.attendances or 0, people=row.people or 0
        )

    @property
    def cells(self) -> list[int]:
        return [self.numbers[name] for name in NAMES]


@dataclass(frozen=True)
class Year:
    year: int
    whole: Sums
    months: Sequence[tuple[date, Sums]]
    venues: Sequence[tuple[str, Sums]]
    directions: Sequence[tuple[str, Sums]]
    forms: Sequence[tuple[str, Sums]]
    flowers: Sequence[tuple[str, Sums]]
    stacks: dict[str, list[int]]
    """Sessions of each month by place; `""` for what went to none."""
    effects: Sequence[tuple[ActivityEffect, str]]


def of(session: Session, year: int, venues: Sequence[str]) -> Year:
    """What was held in a year and is counted here; `venues` are shown though nothing went there."""
    since, until = year_of(year)
    held = session.scalars(
        select(Activity).where(
            Activity.held_on.between(since, until), Activity.state == "held", Activity.counted.is_(True)
        )
    ).all()
    months = {date(year, month, 1): Sums() for month in range(1, 13)}
    places, ways = {code: Sums() for code in venues}, {"out": Sums(), "in": Sums()}
    forms, flowers, whole = dict[str, Sums](), dict[str, Sums](), Sums()
    stacks = {code: [0] * 12 for code in (*venues, "")}
    for row in held:
        parts = [months[row.held_on.replace(day=1)], ways[row.direction], whole, forms.setdefault(row.form, Sums())]
        parts += [places.setdefault(row.venue, Sums())] if row.venue else []
        for one in (*parts, *(flowers.setdefault(code, Sums()) for code in row.flowers)):
            one.take(row)
        stacks[row.venue if row.venue and row.venue in venues else ""][row.held_on.month - 1] += row.sessions or 0
    return Year(
        year,
        whole,
        list(months.items()),
        list(places.items()),
        list(ways.items()),
        sorted(forms.items(), key=lambda pair: (-pair[1].numbers["sessions"], pair[0])),
        list(flowers.items()),
        stacks,
        effects.between(session, since, until),
    )
