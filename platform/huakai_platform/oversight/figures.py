"""Released counts of people: the only ones that anybody above a room reads."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock
from huakai_platform.oversight.models import FigureRelease, ReleasedFigure

MONTHS_KEPT = 12


@dataclass(frozen=True)
class Figure:
    """A count and the month it was let out for; none where it is protected."""

    value: int | None = None
    month: date | None = None


PROTECTED = Figure()


@dataclass(frozen=True)
class Figures:
    """What has been let out of a place up to a month: of every count the newest that could be told."""

    known: Mapping[str, Figure]

    def __getitem__(self, name: str) -> Figure:
        return self.known.get(name, PROTECTED)

    def share(self, part: str, whole: str, *, rest: bool = False) -> int | None:
        """Whole percent of a part, or of what is left of it, when both are told of the same month."""
        one, all_ = self[part], self[whole]
        if one.value is None or not all_.value or one.month != all_.month:
            return None
        return 100 * (all_.value - one.value if rest else one.value) // all_.value

    @property
    def trained(self) -> int | None:
        return self.share("staff_untrained", "staff", rest=True)

    @property
    def certified(self) -> int | None:
        return self.share("staff_certified", "staff_counselling")


NOTHING = Figures({})


@dataclass(frozen=True)
class Told:
    """The newest release up to a month, its threshold, and what is told of each place, in all and month by month."""

    month: date | None
    threshold: int | None
    places: Mapping[str, Figures]
    months: Mapping[str, Mapping[date, Mapping[str, int]]]

    def of(self, place: str) -> Figures:
        return self.places.get(place, NOTHING)


def told(session: Session, places: Collection[str], month: date) -> Told:
    """What may be known of places up to a month, looking a year back, in one statement."""
    there = and_(ReleasedFigure.month == FigureRelease.month, ReleasedFigure.place.in_(places))
    rows = session.execute(
        select(FigureRelease.month, FigureRelease.threshold, ReleasedFigure.place, ReleasedFigure.metrics)
        .join(ReleasedFigure, there, isouter=True)
        .where(FigureRelease.month.between(clock.months_on(month, 1 - MONTHS_KEPT), month))
        .order_by(FigureRelease.month)
    ).all()
    known: dict[str, dict[str, Figure]] = {}
    months: dict[str, dict[date, Mapping[str, int]]] = {}
    for row in rows:
        if row.place is not None:
            figures = {name: Figure(number, row.month) for name, number in row.metrics.items()}
            known.setdefault(row.place, {}).update(figures)
            months.setdefault(row.place, {})[row.month] = row.metrics
    newest = rows[-1] if rows else None
    return Told(
        newest.month if newest else None,
        newest.threshold if newest else None,
        {place: Figures(some) for place, some in known.items()},
        months,
    )
