"""A region's picture: a handful of rollup rows, however many sites there are."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.errors import Forbidden, NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.sites import Site, SiteState
from huakai_platform.oversight import extents, figures, reading
from huakai_platform.oversight.extents import UNKNOWN, Extent, Extents
from huakai_platform.oversight.figures import NOTHING, Figures, Told
from huakai_platform.oversight.metrics import GONE
from huakai_platform.regions.service import COUNTRY

MONTHS = 12
NO_NUMBERS = "none"
WAITING = (
    SiteState.APPROVED,
    SiteState.PLANNING,
    SiteState.BUILDING,
    SiteState.TRAINING,
    SiteState.ACCEPTANCE,
    SiteState.RECTIFICATION,
)
"""Decided on and not open yet."""


class Numbers:
    """The metrics of a region and a month; what nobody counted is 0."""

    def __init__(self, metrics: Mapping[str, int] | None = None) -> None:
        self.metrics = metrics or {}

    def __getitem__(self, name: str) -> int:
        return self.metrics.get(name, 0)

    @property
    def sites(self) -> int:
        """Those that are looked after: neither closed nor declined."""
        return self["sites"] - sum(self[f"state_{state}"] for state in GONE)

    @property
    def open(self) -> int:
        return self[f"state_{SiteState.OPEN}"]

    @property
    def waiting(self) -> int:
        return sum(self[f"state_{state}"] for state in WAITING)

    @property
    def due(self) -> int:
        return self["checklists_due"]

    @property
    def done(self) -> int:
        return self["checklists_done"]

    @property
    def share(self) -> int | None:
        """Whole percent of what was due; 100 only when all of it is done."""
        return 100 * self.done // self.due if self.due else None

    @property
    def failures(self) -> int:
        return self["core_failures"]

    @property
    def points(self) -> int | None:
        """Open points, where sites count them."""
        return self.metrics.get("points_open")


NOBODY = Numbers()


@dataclass(frozen=True)
class Below:
    """A region right below the one shown."""

    code: str
    name: str
    numbers: Numbers
    people: Figures = NOTHING
    extent: Extent = UNKNOWN

    @property
    def coverage(self) -> int | None:
        """Whole percent of the communities that have an open site, where they are known; else of the townships."""
        return coverage(self.numbers, self.extent)


def coverage(numbers: Numbers, extent: Extent) -> int | None:
    reached, all_ = numbers["townships_open"], extent.townships
    if extent.communities:
        reached, all_ = numbers["communities_open"], extent.communities
    return 100 * reached // all_ if all_ else None


SORTS: Mapping[str, Callable[[Below], Any]] = {
    "code": lambda row: row.code,
    "sites": lambda row: row.numbers.sites,
    "open": lambda row: row.numbers.open,
    "communities": lambda row: row.numbers["communities_open"],
    "coverage": lambda row: _known(row.coverage),
    "share": lambda row: _known(row.numbers.share),
    "overdue": lambda row: row.numbers["checklists_overdue"],
    "failures": lambda row: row.numbers.failures,
    "points": lambda row: _known(row.numbers.points),
    "trained": lambda row: _known(row.people.trained),
    "expiring": lambda row: _known(row.people["staff_expiring"].value),
}


def _known(number: int | None) -> int:
    """What is not known stands below everything."""
    return -1 if number is None else number


@dataclass(frozen=True)
class Picture:
    """`path` leads from the actor's own region to the one shown; `series` holds twelve months, the oldest first."""

    path: Sequence[tuple[str, str]]
    level: str
    month: date
    series: Sequence[tuple[date, Numbers | None]]
    below: Sequence[Below]
    as_of: datetime | None
    registered: bool
    told: Told
    extent: Extent

    @property
    def code(self) -> str:
        return self.path[-1][0]

    @property
    def name(self) -> str:
        return self.path[-1][1]

    @cached_property
    def numbers(self) -> Numbers:
        return dict(self.series)[self.month] or Numbers()

    @cached_property
    def before(self) -> Numbers | None:
        """The month before the one shown."""
        return dict(self.series).get(clock.months_on(self.month, -1))

    def change(self, name: str) -> int | None:
        """By how much a metric has changed since the month before."""
        return self.numbers[name] - self.before[name] if self.before else None

    @property
    def people(self) -> Figures:
        return self.told.of(self.code)

    @property
    def tellings(self) -> Mapping[date, Mapping[str, int]]:
        """Released counts of people by month."""
        return self.told.months.get(self.code, {})

    @property
    def coverage(self) -> int | None:
        return coverage(self.numbers, self.extent)

    @property
    def states(self) -> Sequence[tuple[SiteState, int]]:
        """The states that there are sites in."""
        return [(state, number) for state in SiteState if (number := self.numbers[f"state_{state}"])]

    @property
    def stamp(self) -> str:
        """Changes whenever a number does."""
        return self.as_of.isoformat() if self.as_of else NO_NUMBERS


def of(
    session: Session, actor: Actor, region: str | None = None, *, sort: str = "code", month: date | None = None
) -> Picture:
    """What the actor may see of a region, of a month or of the present one; raises NotFound beyond their own."""
    own, now = top(actor), clock.month(clock.today())
    months = months_to(month or now)
    found = reading.parts(session, region or own, months, [month or now])
    path, level = _way(found.path, own)
    code, rows = path[-1][0], found.series
    known = {row.month: Numbers(row.metrics) for row in rows}
    shown = month or _shown(known, months)
    if shown != (month or now):
        found = reading.parts(session, code, months, [shown])
    below = found.of(shown)
    told = figures.told(session, [code, *(row.code for row in below)], shown)
    extent = extents.of(session, code)
    return Picture(
        path=path,
        level=level,
        month=shown,
        series=[(one, known.get(one)) for one in months],
        below=_ranked(below, told, extent, sort),
        as_of=max((row.computed_at for row in rows), default=None),
        registered=bool(known) or _any_site(session, actor, code),
        told=told,
        extent=extent.get(code, UNKNOWN),
    )


def top(actor: Actor) -> str:
    """The widest region that the actor may see. Raises Forbidden for an office without one."""
    if actor.role is Role.INSTITUTION_ADMIN:
        return COUNTRY
    if actor.role is Role.REGIONAL_OFFICE and not actor.region_code:
        raise Forbidden(_("您的身份还没有指定地区。"))
    return actor.region_code or COUNTRY


def path_of(session: Session, own: str, code: str) -> tuple[list[tuple[str, str]], str]:
    """Code and name from `own` down to `code`, and the level of the latter, in one statement."""
    return _way(reading.path(session, code), own)


def _way(rows: reading.Found, own: str) -> tuple[list[tuple[str, str]], str]:
    path = sorted((row for row in rows if own in row.ancestors), key=lambda row: len(row.ancestors))
    if not path:
        raise NotFound(_("没有这个地区。"))
    return [(row.code, row.name) for row in path], path[-1].level


def months_to(last: date) -> Sequence[date]:
    months = [last]
    while len(months) < MONTHS:
        months.append(clock.month(months[-1] - timedelta(days=1)))
    return months[::-1]


def _shown(known: Mapping[date, Numbers], months: Sequence[date]) -> date:
    """The present month; on its first day the one before, as long as not all sites are counted in the new one."""
    before, now = months[-2:]
    if now not in known or clock.today() == now:
        counted = known.get(now, Numbers())["sites"]
        if before in known and counted < known[before]["sites"]:
            return before
    return now


def _ranked(rows: reading.Found, told: Told, extent: Extents, sort: str) -> list[Below]:
    found = [
        Below(row.code, row.name, Numbers(row.metrics), told.of(row.code), extent.get(row.code, UNKNOWN))
        for row in rows
    ]
    return sorted(found, key=SORTS[sort.removeprefix("-")], reverse=sort.startswith("-"))


def _any_site(session: Session, actor: Actor, region: str) -> bool:
    there = exists().where(Site.institution_id == actor.institution_id, Site.ancestors.contains([region]))
    return bool(session.scalar(select(there)))
