"""A site's numbers of a month, recomputed from its own rows inside its own tenant."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock, tenancy
from huakai_platform.kernel.db import table
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.sites import Site, SiteKind, SiteState
from huakai_platform.oversight.metrics import GONE, KINDS, STANDING, checked
from huakai_platform.oversight.models import DirtyRegion, SiteFact
from huakai_platform.regions.present import PRESENT

Metrics = Mapping[str, int]
Counts = Metrics | Callable[[Session, date], Metrics]
"""What a site has done in a month, or how to count it once nobody else counts the same."""

NOTHING: Mapping[str, int] = {}
AFTERTHOUGHTS = 7
"""Days of a new month in which the one before is still recomputed daily: what fell due on its last day is overdue."""

_SITE, _FACT, _DIRTY = table(Site), table(SiteFact), table(DirtyRegion)
_LOOK = select(_SITE.c.id, _SITE.c.region_code, _SITE.c.kind, _SITE.c.state).where(_SITE.c.id == bindparam("of_site"))
_WRITE = update(_FACT).where(_FACT.c.tenant_id == bindparam("of_site"), _FACT.c.month == bindparam("of_month"))
_MARK = insert(_DIRTY)


@dataclass(frozen=True)
class Standing:
    """What a site is at present: where it lies, its kind and its state."""

    id: UUID
    region_code: str
    kind: SiteKind
    state: SiteState


def recompute(session: Session, site: Standing | UUID, month: date, counts: Counts = NOTHING) -> None:
    """Write a site's facts of a month and mark its region; the session has entered the site.

    A month that is over keeps where and what the site was then. Raises NotFound.
    """
    now_is = _site(session, site) if isinstance(site, UUID) else site
    before = _hold(session, now_is.id, month, now_is.region_code)
    if isinstance(site, UUID):
        now_is = _site(session, site)  # whoever held the row until now may have opened or moved the site
    region, numbers = now_is.region_code, standing(now_is.kind, now_is.state)
    moved = _moved(session, now_is, before, numbers, month) if month >= clock.month(clock.today()) else ()
    if month < clock.month(clock.today()) and before.metrics:
        region = before.region_code
        numbers = {name: number for name, number in before.metrics.items() if name in STANDING}
    numbers |= checked(counts(session, month) if callable(counts) else counts)
    now = clock.now()
    about = {"region_code": region, "metrics": numbers, "computed_at": now}
    session.execute(_WRITE, {"of_site": now_is.id, "of_month": month, **about})
    marked = [*((code, month) for code in sorted({region, before.region_code})), *((code, PRESENT) for code in moved)]
    session.execute(_MARK, [{"region_code": code, "month": of, "marked_at": now} for code, of in marked])


def report(session: Session, region: str, month: date, numbers: Mapping[str, int]) -> None:
    """Write what is said of a region as a whole, under the id that the session has entered, which is no site's."""
    reporter = tenancy.current(session)
    _hold(session, reporter, month, region)
    now = clock.now()
    about = {"region_code": region, "metrics": checked(numbers), "computed_at": now}
    session.execute(_WRITE, {"of_site": reporter, "of_month": month, **about})
    session.execute(_MARK, [{"region_code": region, "month": month, "marked_at": now}])


def refresh(session: Session, site_id: UUID, day: date, counts: Counts = NOTHING) -> None:
    """Recompute the month of a day, and in its first days the month before, when the site had numbers then."""
    recompute(session, site_id, clock.month(day), counts)
    last = clock.month(clock.month(day) - timedelta(days=1))
    known = select(SiteFact.month).where(SiteFact.tenant_id == site_id, SiteFact.month == last)
    if day.day <= AFTERTHOUGHTS and session.scalar(known):
        recompute(session, site_id, last, counts)


def stood(session: Session, regions: Iterable[str]) -> None:
    """Mark that something of the present of sites in these regions is other than it was."""
    now = clock.now()
    marks = [{"region_code": code, "month": PRESENT, "marked_at": now} for code in sorted(set(regions))]
    session.execute(_MARK, marks)


def standing(kind: SiteKind, state: SiteState) -> dict[str, int]:
    return {"sites": 1, KINDS[kind]: int(state not in GONE), f"state_{state}": 1}


def _moved(
    session: Session, site: Standing, before: Row[*tuple[Any, ...]], numbers: Metrics, month: date
) -> Sequence[str]:
    """Where a site lies and lay, unless it is there what it was when it was counted last."""
    regions = {site.region_code, before.region_code}
    if not before.metrics:
        earlier = select(SiteFact.region_code).where(SiteFact.tenant_id == site.id, SiteFact.month < month)
        if last := session.scalar(earlier.order_by(SiteFact.month.desc()).limit(1)):
            regions.add(last)
    elif len(regions) == 1 and all(before.metrics.get(name) == number for name, number in numbers.items()):
        return ()
    return sorted(regions)


def _site(session: Session, site_id: UUID) -> Standing:
    if found := session.execute(_LOOK, {"of_site": site_id}).one_or_none():
        return Standing(found.id, found.region_code, SiteKind(found.kind), SiteState(found.state))
    raise NotFound(_("没有这个站点。"))


_FIRST = insert(_FACT)
_HOLD = _FIRST.on_conflict_do_update(
    index_elements=["tenant_id", "month"], set_={"computed_at": _FIRST.excluded.computed_at}
).returning(_FACT.c.region_code, _FACT.c.metrics)


def _hold(session: Session, site_id: UUID, month: date, region: str) -> Row[*tuple[Any, ...]]:
    """Lock the row before anything is counted, so that the last to write has seen the most."""
    row = {"tenant_id": site_id, "month": month, "region_code": region, "metrics": {}, "computed_at": clock.now()}
    return session.execute(_HOLD, row).one()
