"""Released counts of people: the only ones that anybody above a room reads."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
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
    """The newest release up to a month, its threshold, and what is told of each place."""

    month: date | None
    threshold: int | None
    places: Mapping[str, Figures]

    def of(self, place: str) -> Figures:
        return self.places.get(place, NOTHING)


def told(session: Session, places: Collection[str], month: date) -> Told:
    """What may be known of places up to a month, looking a year back, in two statements."""
    newest = session.execute(
        select(FigureRelease.month, FigureRelease.threshold)
        .where(FigureRelease.month <= month)
        .order_by(FigureRelease.month.desc())
        .limit(1)
    ).one_or_none()
    if newest is None:
        return Told(None, None, {})
    rows = session.execute(
        select(ReleasedFigure.place, ReleasedFigure.month, ReleasedFigure.metrics)
        .where(
            ReleasedFigure.month.between(clock.months_on(newest.month, 1 - MONTHS_KEPT), newest.month),
            ReleasedFigure.place.in_(places),
        )
        .order_by(ReleasedFigure.month)
    )
    known: dict[str, dict[str, Figure]] = {}
    for row in rows:
        figures = {name: Figure(number, row.month) for name, number in row.metrics.items()}
        known.setdefault(row.place, {}).update(figures)
    return Told(newest.month, newest.threshold, {place: Figures(some) for place, some in known.items()})


def series(session: Session, place: str, first: date, last: date) -> dict[date, Mapping[str, int]]:
    """What was told of a place month by month."""
    rows = session.execute(
        select(ReleasedFigure.month, ReleasedFigure.metrics).where(
            ReleasedFigure.place == place, ReleasedFigure.month.between(first, last)
        )
    )
    return {row.month: row.metrics for row in rows}
