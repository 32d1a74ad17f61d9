"""A region's picture: a handful of rollup rows, however many sites there are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.errors import Forbidden, NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.sites import Site, SiteState
from huakai_platform.oversight.metrics import GONE
from huakai_platform.oversight.models import RegionRollup
from huakai_platform.regions.models import Region
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


@dataclass(frozen=True)
class Below:
    """A region right below the one shown."""

    code: str
    name: str
    numbers: Numbers


SORTS = {
    "code": lambda row: row.code,
    "sites": lambda row: row.numbers.sites,
    "open": lambda row: row.numbers.open,
    "share": lambda row: -1 if row.numbers.share is None else row.numbers.share,
    "failures": lambda row: row.numbers.failures,
}


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

    @property
    def code(self) -> str:
        return self.path[-1][0]

    @property
    def name(self) -> str:
        return self.path[-1][1]

    @cached_property
    def numbers(self) -> Numbers:
        return dict(self.series)[self.month] or Numbers()

    @property
    def stamp(self) -> str:
        """Changes whenever a number does."""
        return self.as_of.isoformat() if self.as_of else NO_NUMBERS


def of(session: Session, actor: Actor, region: str | None = None, *, sort: str = "code") -> Picture:
    """What the actor may see of a region; raises NotFound above and beside the actor's own."""
    own = top(actor)
    path, level = _path(session, own, region or own)
    months = list(_months(clock.month(clock.today())))
    rows = session.execute(
        select(RegionRollup.month, RegionRollup.metrics, RegionRollup.computed_at).where(
            RegionRollup.region_code == path[-1][0], RegionRollup.month.in_(months)
        )
    ).all()
    known = {row.month: Numbers(row.metrics) for row in rows}
    month = _shown(known, months)
    return Picture(
        path=path,
        level=level,
        month=month,
        series=[(one, known.get(one)) for one in months],
        below=_below(session, path[-1][0], month, sort),
        as_of=max((row.computed_at for row in rows), default=None),
        registered=bool(known) or _any_site(session, actor, path[-1][0]),
    )


def top(actor: Actor) -> str:
    """The widest region that the actor may see. Raises Forbidden for an office without one."""
    if actor.role is Role.INSTITUTION_ADMIN:
        return COUNTRY
    if actor.role is Role.REGIONAL_OFFICE and not actor.region_code:
        raise Forbidden(_("您的身份还没有指定地区。"))
    return actor.region_code or COUNTRY


def _path(session: Session, own: str, code: str) -> tuple[list[tuple[str, str]], str]:
    """Code and name from `own` down to `code`, and the level of the latter, in one statement."""
    ancestors = select(func.unnest(Region.ancestors)).where(Region.code == code).scalar_subquery()
    rows = session.execute(
        select(Region.code, Region.name, Region.level, Region.ancestors).where(Region.code.in_(ancestors))
    ).all()
    path = sorted((row for row in rows if own in row.ancestors), key=lambda row: len(row.ancestors))
    if not path:
        raise NotFound(_("没有这个地区。"))
    return [(row.code, row.name) for row in path], path[-1].level


def _months(last: date) -> Sequence[date]:
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


def _below(session: Session, code: str, month: date, sort: str) -> list[Below]:
    rows = session.execute(
        select(RegionRollup.region_code, Region.name, RegionRollup.metrics)
        .join(Region, Region.code == RegionRollup.region_code)
        .where(RegionRollup.parent_code == code, RegionRollup.month == month)
        .order_by(RegionRollup.region_code)
    )
    found = [Below(row.region_code, row.name, Numbers(row.metrics)) for row in rows if row.metrics.get("sites")]
    return sorted(found, key=SORTS[sort.removeprefix("-")], reverse=sort.startswith("-"))


def _any_site(session: Session, actor: Actor, region: str) -> bool:
    there = exists().where(Site.institution_id == actor.institution_id, Site.ancestors.contains([region]))
    return bool(session.scalar(select(there)))
