"""The numbers of single sites, read from their facts: nobody enters a site for them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.sites import Site
from huakai_platform.oversight import figures
from huakai_platform.oversight.figures import Figures, Told
from huakai_platform.oversight.models import RegionRollup, SiteFact
from huakai_platform.oversight.picture import Numbers, months_to, path_of, top
from huakai_platform.regions.models import Region
from huakai_platform.regions.service import path

MOST = 3000
"""Sites are ranked where there are at most so many: what has to be sorted is bounded, however many there are."""
PAGE = 50


@dataclass(frozen=True)
class Line:
    id: UUID
    code: str
    name: str
    state: str
    numbers: Numbers


SORTS: Mapping[str, Callable[[Line], Any]] = {
    "code": lambda row: row.code,
    "due": lambda row: row.numbers.due,
    "share": lambda row: -1 if row.numbers.share is None else row.numbers.share,
    "overdue": lambda row: row.numbers["checklists_overdue"],
    "failures": lambda row: row.numbers.failures,
    "points": lambda row: -1 if row.numbers.points is None else row.numbers.points,
}


@dataclass(frozen=True)
class Ranking:
    """`lines` is one page; `too_many` that the region holds more sites than are ranked."""

    path: Sequence[tuple[str, str]]
    month: date
    lines: Sequence[Line]
    total: int
    page: int
    too_many: bool

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


def ranked(session: Session, actor: Actor, region: str | None, month: date, *, sort: str, page: int | None) -> Ranking:
    """The sites of a region in a month by one of their numbers; without a page, all of them."""
    own = top(actor)
    trail, _level = path_of(session, own, region or own)
    code = trail[-1][0]
    metrics = session.scalar(
        select(RegionRollup.metrics).where(RegionRollup.region_code == code, RegionRollup.month == month)
    )
    if (metrics or {}).get("sites", 0) > MOST:
        return Ranking(trail, month, (), metrics["sites"] if metrics else 0, 1, too_many=True)
    lines = sorted(_lines(session, actor, code, month), key=SORTS[sort.removeprefix("-")], reverse=sort.startswith("-"))
    number = min(page or 1, max(1, -(-len(lines) // PAGE)))
    shown = lines[(number - 1) * PAGE : number * PAGE] if page else lines
    return Ranking(trail, month, shown, len(lines), number, too_many=False)


def _lines(session: Session, actor: Actor, code: str, month: date) -> list[Line]:
    below = select(Region.code).where(Region.ancestors.contains([code]))
    rows = session.execute(
        select(Site.id, Site.code, Site.name, Site.state, SiteFact.metrics)
        .join(SiteFact, SiteFact.tenant_id == Site.id)
        .where(SiteFact.month == month, SiteFact.region_code.in_(below), Site.institution_id == actor.institution_id)
        .order_by(Site.code)
    )
    return [Line(row.id, row.code, row.name, row.state, Numbers(row.metrics)) for row in rows]


@dataclass(frozen=True)
class SiteNumbers:
    """A site's months, the oldest first, and what was released of its people."""

    id: UUID
    code: str
    name: str
    state: str
    path: Sequence[tuple[str, str]]
    month: date
    series: Sequence[tuple[date, Numbers | None]]
    as_of: datetime | None
    told: Told

    @property
    def numbers(self) -> Numbers:
        return dict(self.series)[self.month] or Numbers()

    @property
    def people(self) -> Figures:
        return self.told.of(str(self.id))


def of(session: Session, actor: Actor, site_id: UUID, month: date | None = None) -> SiteNumbers:
    """The twelve months of a site up to one; raises NotFound for a site beyond the actor's reach."""
    wanted = select(Site.id, Site.code, Site.name, Site.state, Site.region_code).where(
        Site.id == site_id, Site.institution_id == actor.institution_id, Site.ancestors.contains([top(actor)])
    )
    site = session.execute(wanted).one_or_none()
    if site is None:
        raise NotFound(_("没有这个站点。"))
    last = month or clock.month(clock.today())
    months = months_to(last)
    rows = session.execute(
        select(SiteFact.month, SiteFact.metrics, SiteFact.computed_at).where(
            SiteFact.tenant_id == site_id, SiteFact.month.in_(months)
        )
    ).all()
    known = {row.month: Numbers(row.metrics) for row in rows}
    return SiteNumbers(
        site.id,
        site.code,
        site.name,
        site.state,
        path(session, site.region_code),
        last,
        [(one, known.get(one)) for one in months],
        max((row.computed_at for row in rows), default=None),
        figures.told(session, [str(site_id)], last),
    )
