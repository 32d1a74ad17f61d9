"""A site's score: arithmetic over an edition's indicators and what was measured, the same online and offline.

Bands: the best band that a value reaches gives its share of the points. A metric that was not measured counts
neither in the points nor in those possible. Percent is points of those possible, two places, half up, and the grade is
read off that very figure, so borders are half-open: [90, 100], [80, 90), [60, 80), [0, 60). A core indicator that was
measured and reaches no band fails, and holds the grade at the lowest.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from huakai_platform.kernel import clock

FORMULA = "huakai-score/1"
NOTHING, WHOLE, PLACES = Decimal(0), Decimal(100), Decimal("0.01")
Definition = Mapping[str, Any]
Values = Mapping[str, Decimal | None]
"""What each metric came to; one that was not measured is None or not there."""


class NotYet(ValueError):
    """The site did not operate yet at that date."""


@dataclass(frozen=True, slots=True)
class Line:
    """One indicator of the set; `share` is None when its metric was not measured."""

    code: str
    dimension: str
    metric: str
    core: bool
    possible: Decimal
    value: Decimal | None
    share: int | None

    @property
    def measured(self) -> bool:
        return self.share is not None

    @property
    def points(self) -> Decimal:
        return (self.possible * (self.share or 0) / WHOLE).quantize(PLACES, ROUND_HALF_UP)

    @property
    def failed(self) -> bool:
        return self.share == 0


@dataclass(frozen=True, slots=True)
class Sum:
    """Points, those that could be had, and those of all indicators, measured or not."""

    code: str
    points: Decimal
    possible: Decimal
    total: Decimal


@dataclass(frozen=True, slots=True)
class Result:
    age_set: str
    lines: tuple[Line, ...]
    dimensions: tuple[Sum, ...]
    points: Decimal
    possible: Decimal
    total: Decimal
    percent: Decimal | None
    earned: str | None
    """The grade by percent alone."""
    grade: str | None
    failed_core: tuple[str, ...]

    @property
    def capped(self) -> bool:
        return bool(self.failed_core)

    @property
    def measured(self) -> Decimal:
        """How much of the set's points could be measured, in percent, one place."""
        return _percent(self.possible, self.total, Decimal("0.1")) or NOTHING


def score(definition: Definition, age_set: str, values: Values) -> Result:
    """Weigh what was measured by the indicators of one age set; those that carry no points there are left out."""
    lines = tuple(_lines(definition, age_set, values))
    dimensions = tuple(_sum(one["code"], lines) for one in definition["dimensions"])
    points = sum((one.points for one in dimensions), NOTHING)
    possible = sum((one.possible for one in dimensions), NOTHING)
    percent = _percent(points, possible, PLACES)
    earned = grade_of(definition["grades"], percent)
    failed = tuple(one.code for one in lines if one.core and one.failed)
    return Result(
        age_set=age_set,
        lines=lines,
        dimensions=tuple(one for one in dimensions if one.total),
        points=points,
        possible=possible,
        total=sum((one.total for one in dimensions), NOTHING),
        percent=percent,
        earned=earned,
        grade=lowest(definition["grades"]) if failed else earned,
        failed_core=failed,
    )


def age_set(sets: Iterable[Mapping[str, Any]], since: date, on: date) -> str:
    """The set for a site that operates since a day: `below` and `above` leave the anniversary out, `from` and `to` take
    it in; blank where the edition has no set for it. Raises NotYet."""
    if on < since:
        raise NotYet
    return str(next((one["code"] for one in sets if _within(one["years"], since, on)), ""))


def full_years(since: date, on: date) -> int:
    years = on.year - since.year
    return years if clock.months_on(since, 12 * years) <= on else years - 1


def grade_of(grades: Iterable[Mapping[str, Any]], percent: Decimal | None) -> str | None:
    """The highest grade whose threshold is reached; none where nothing was measured."""
    if percent is None:
        return None
    reached = [one for one in grades if percent >= Decimal(str(one["at_least"]))]
    return str(max(reached, key=_threshold)["code"])


def lowest(grades: Iterable[Mapping[str, Any]]) -> str:
    return str(min(grades, key=_threshold)["code"])


def share_of(bands: Iterable[Mapping[str, Any]], value: Decimal) -> int:
    """The best share among the bands that a value lies in; 0 when it lies in none."""
    return max((int(one["share"]) for one in bands if _reaches(one, value)), default=0)


def _lines(definition: Definition, age_set: str, values: Values) -> Iterable[Line]:
    for one in definition["indicators"]:
        if possible := Decimal(one["points"].get(age_set, 0)):
            value = values.get(one["metric"])
            share = None if value is None else share_of(one["bands"], value)
            core = bool(one.get("core", False))
            yield Line(one["code"], one["dimension"], one["metric"], core, possible, value, share)


def _sum(dimension: str, lines: Iterable[Line]) -> Sum:
    mine = [one for one in lines if one.dimension == dimension]
    return Sum(
        dimension,
        sum((one.points for one in mine), NOTHING),
        sum((one.possible for one in mine if one.measured), NOTHING),
        sum((one.possible for one in mine), NOTHING),
    )


def _percent(part: Decimal, whole: Decimal, places: Decimal) -> Decimal | None:
    return (WHOLE * part / whole).quantize(places, ROUND_HALF_UP) if whole else None


def _within(years: Mapping[str, Any], since: date, on: date) -> bool:
    def at(name: str) -> date:
        return clock.months_on(since, 12 * int(years[name]))

    return (
        ("below" not in years or on < at("below"))
        and ("from" not in years or on >= at("from"))
        and ("to" not in years or on <= at("to"))
        and ("above" not in years or on > at("above"))
    )


def _reaches(band: Mapping[str, Any], value: Decimal) -> bool:
    least, most = band.get("at_least"), band.get("at_most")
    return (least is None or value >= Decimal(str(least))) and (most is None or value <= Decimal(str(most)))


def _threshold(grade: Mapping[str, Any]) -> Decimal:
    return Decimal(str(grade["at_least"]))
