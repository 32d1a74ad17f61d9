"""The activities of a region in a year, read from its rollups alone."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, cast, func, select
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor
from huakai_platform.oversight import picture
from huakai_platform.oversight.metrics import DIRECTIONS, VENUES
from huakai_platform.oversight.models import RegionRollup
from huakai_platform.oversight.picture import Numbers
from huakai_platform.oversight.totals import Found, within
from huakai_platform.regions.models import Region

COUNTED = ("sessions", "attendances", "people")
"""Three numbers of the same activities; they are never added up."""


@dataclass(frozen=True)
class Below:
    code: str
    name: str
    numbers: Numbers


@dataclass(frozen=True)
class Activities:
    """`months` are the twelve of the year; `totals` are of all times and stand beside the year, never in it."""

    path: Sequence[tuple[str, str]]
    year: int
    months: Sequence[tuple[date, Numbers]]
    below: Sequence[Below]
    totals: Numbers
    reported: Found
    years: Sequence[int]

    @property
    def code(self) -> str:
        return self.path[-1][0]

    @property
    def name(self) -> str:
        return self.path[-1][1]

    @property
    def numbers(self) -> Numbers:
        return _sum(numbers.metrics for _month, numbers in self.months)

    def places(self) -> list[tuple[Any, list[int]]]:
        """By each of the four places, then by direction: the three numbers."""
        known = self.numbers
        parts = (*VENUES.items(), *DIRECTIONS.items())
        return [(label, [known[f"activity_{name}_{code}"] for name in COUNTED]) for code, label in parts]


def of(session: Session, actor: Actor, region: str | None, year: int | None) -> Activities:
    """What the actor may see of a region's activities; in as many statements whatever there is below."""
    own, this = picture.top(actor), clock.today().year
    path, _level = picture.path_of(session, own, region or own)
    code, shown = path[-1][0], year or this
    months = [date(shown, month, 1) for month in range(1, 13)]
    rollup = select(RegionRollup.month, RegionRollup.metrics).where(
        RegionRollup.region_code == code, RegionRollup.month.in_(months)
    )
    known = {row.month: row.metrics for row in session.execute(rollup)}
    return Activities(
        path=path,
        year=shown,
        months=[(month, Numbers(known.get(month))) for month in months],
        below=_below(session, code, months),
        totals=_totals(session, code),
        reported=within(session, actor, code),
        years=sorted({shown, this, *_years(session, code)}, reverse=True),
    )


def _below(session: Session, code: str, months: Sequence[date]) -> list[Below]:
    rows = session.execute(
        select(RegionRollup.region_code, Region.name, RegionRollup.metrics)
        .join(Region, Region.code == RegionRollup.region_code)
        .where(RegionRollup.parent_code == code, RegionRollup.month.in_(months))
        .order_by(RegionRollup.region_code)
    )
    found: dict[tuple[str, str], list[Mapping[str, int]]] = {}
    for row in rows:
        found.setdefault((row.region_code, row.name), []).append(row.metrics)
    return [Below(*key, numbers) for key, some in found.items() if (numbers := _sum(some))["activities_held"]]


def _totals(session: Session, code: str) -> Numbers:
    """Of all times: a total belongs to the month in which its period ended."""
    names = [f"activity_total_{name}" for name in COUNTED]
    summed = [func.coalesce(func.sum(cast(RegionRollup.metrics[name].astext, BigInteger)), 0) for name in names]
    numbers = session.execute(select(*summed).where(RegionRollup.region_code == code)).one()
    return Numbers({name: int(number) for name, number in zip(names, numbers, strict=True)})


def _years(session: Session, code: str) -> Sequence[int]:
    year = func.extract("year", RegionRollup.month)
    held = RegionRollup.metrics.has_key("activities_held")
    return [int(one) for one in session.scalars(select(year).where(RegionRollup.region_code == code, held).distinct())]


def _sum(some: Any) -> Numbers:
    found: Counter[str] = Counter()
    for metrics in some:
        found.update({name: number for name, number in metrics.items() if name.startswith("activit")})
    return Numbers(found)
