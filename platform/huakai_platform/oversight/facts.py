"""A site's numbers of a month, recomputed from its own rows inside its own tenant."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.sites import Site, SiteKind, SiteState
from huakai_platform.oversight.metrics import GONE, KINDS, STANDING, checked
from huakai_platform.oversight.models import DirtyRegion, SiteFact

Counts = Mapping[str, int] | Callable[[Session, date], Mapping[str, int]]
"""What a site has done in a month, or how to count it once nobody else counts the same."""

NOTHING: Mapping[str, int] = {}
AFTERTHOUGHTS = 7
"""Days of a new month in which the one before is still recomputed daily: what fell due on its last day is overdue."""


def recompute(session: Session, site: Site | UUID, month: date, counts: Counts = NOTHING) -> None:
    """Write a site's facts of a month and mark its region; the session has entered the site.

    A month that is over keeps where and what the site was then. Raises NotFound.
    """
    if isinstance(site, UUID):
        site = _site(session, site)
    site_id = site.id
    before = _hold(session, site_id, month, site.region_code)
    region, numbers = site.region_code, standing(SiteKind(site.kind), SiteState(site.state))
    if month < clock.month(clock.today()) and before.metrics:
        region = before.region_code
        numbers = {name: number for name, number in before.metrics.items() if name in STANDING}
    numbers |= checked(counts(session, month) if callable(counts) else counts)
    now = clock.now()
    session.execute(
        update(SiteFact)
        .where(SiteFact.tenant_id == site_id, SiteFact.month == month)
        .values(region_code=region, metrics=numbers, computed_at=now)
        .execution_options(synchronize_session=False)
    )
    marks = [{"region_code": code, "month": month, "marked_at": now} for code in sorted({region, before.region_code})]
    session.execute(insert(DirtyRegion), marks)


def refresh(session: Session, site_id: UUID, day: date, counts: Counts = NOTHING) -> None:
    """Recompute the month of a day, and in its first days the month before, when the site had numbers then."""
    recompute(session, site_id, clock.month(day), counts)
    last = clock.month(clock.month(day) - timedelta(days=1))
    known = select(SiteFact.month).where(SiteFact.tenant_id == site_id, SiteFact.month == last)
    if day.day <= AFTERTHOUGHTS and session.scalar(known):
        recompute(session, site_id, last, counts)


def standing(kind: SiteKind, state: SiteState) -> dict[str, int]:
    return {"sites": 1, KINDS[kind]: int(state not in GONE), f"state_{state}": 1}


def _site(session: Session, site_id: UUID) -> Site:
    if found := session.get(Site, site_id, populate_existing=True):
        return found
    raise NotFound(_("没有这个站点。"))


def _hold(session: Session, site_id: UUID, month: date, region: str) -> Row[str, dict[str, Any]]:
    """Lock the row before anything is counted, so that the last to write has seen the most."""
    fact = insert(SiteFact).values(
        tenant_id=site_id, month=month, region_code=region, metrics={}, computed_at=clock.now()
    )
    held = fact.on_conflict_do_update(
        index_elements=["tenant_id", "month"], set_={"computed_at": fact.excluded.computed_at}
    )
    return session.execute(held.returning(SiteFact.region_code, SiteFact.metrics)).one()
