"""Keeps the numbers in step with the sites: each job counts anew inside the site, twice is as good as once."""

from collections.abc import Callable, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock, outbox
from huakai_platform.kernel.events import DayBegan, DayTurned, Event, SitesTakenIn
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.sites import Site, SiteState
from huakai_platform.kernel.tenancy import PLATFORM
from huakai_platform.oversight import facts, persons, rollups, totals
from huakai_platform.oversight.models import RegionTotal, SiteFact
from huakai_platform.regions.present import PRESENT
from huakai_tenants.measures import headcount, workload
from huakai_worker.reasons import Failed, cut_off, named
from huakai_worker.scope import Work

BATCH = 500


def checklist_completed(work: Work, *, run_id: str, month: str) -> None:
    """Count the month of a completed checklist."""
    facts.recompute(work.session, work.tenant_id, date.fromisoformat(month), workload.counts)


def numbers_changed(work: Work, *, month: str) -> None:
    """Count a month in which something changed."""
    facts.recompute(work.session, work.tenant_id, date.fromisoformat(month), workload.counts)


def people_changed(work: Work, *, month: str) -> None:
    """Count the people of a month in which something changed."""
    persons.recompute(work.session, work.tenant_id, date.fromisoformat(month), headcount.counts)


def site_changed(work: Work, *, site_id: str) -> None:
    """Count a site that has another state or another place."""
    with work.tenant(UUID(site_id)) as session:
        facts.recompute(session, UUID(site_id), clock.month(clock.today()), workload.counts)
        persons.recompute(session, UUID(site_id), clock.month(clock.today()), headcount.counts)
        facts.stood(session, session.scalars(select(Site.region_code).where(Site.id == UUID(site_id))))


def sites_taken_in(work: Work, *, after: str = "") -> None:
    """Count the sites that have no numbers of this month, some hundreds at a time."""
    month = clock.month(clock.today())
    sites = _sites(work.session, _uncounted(month), after=after)
    _go_on(work, sites, lambda last: SitesTakenIn(last), f"{work.message_id}:next")
    work.each(sites, lambda session, site_id: facts.recompute(session, site_id, month, workload.counts))


def regions_moved(work: Work) -> None:
    """Sum the present month, and what is so at present, anew along the tree as it hangs now."""
    rollups.rebuild(work.session, clock.month(clock.today()))
    rollups.rebuild(work.session, PRESENT)


def day_turned(work: Work, *, day: str, after: str = "") -> None:
    """Tell the open sites, and those without numbers of this month, of a new day; some hundreds at a time."""
    wanted = or_(Site.state == SiteState.OPEN, _uncounted(clock.month(date.fromisoformat(day))))
    sites = _sites(work.session, wanted, after=after)
    _go_on(work, sites, lambda last: DayTurned(day, last), f"day:{day}")
    work.each(sites, lambda session, _site: outbox.publish(session, DayBegan(day), dedup=f"day:{day}"))


def day_began(work: Work, *, day: str) -> None:
    """Count what the night has made overdue."""
    facts.refresh(work.session, work.tenant_id, date.fromisoformat(day), workload.counts)


def count_people(work: Work, *, day: str) -> None:
    """Count the people whose time began or ended with the night."""
    persons.refresh(work.session, work.tenant_id, date.fromisoformat(day), headcount.counts)


def fold_region(work: Work, *, region_code: str, month: str) -> None:
    """Sum up once more a region that could not be summed up with the others. Raises Failed."""
    try:
        with work.session.begin_nested():
            rollups.fold_one(work.session, region_code, date.fromisoformat(month))
    except SQLAlchemyError as error:
        if cut_off(error):
            raise
        raise Failed(named(_("地区 {code} 的 {month}", code=region_code, month=month[:7]), error)) from error


def total_reported(work: Work, *, total_id: str) -> None:
    """Let a region's total stand among the facts, under an id of its own, or take what it said away."""
    total = work.session.get_one(RegionTotal, UUID(total_id))
    with work.tenant(total.id) as session:
        facts.report(session, total.region_code, clock.month(total.to_on), totals.numbers(total))


def turn_day(session: Session) -> None:
    """The clock's deed at the beginning of a day."""
    day = clock.today().isoformat()
    outbox.publish(session, DayTurned(day), dedup=f"day:{day}")


def _sites(session: Session, wanted: ColumnElement[bool], *, after: str) -> Sequence[UUID]:
    query = select(Site.id).where(wanted).order_by(Site.id).limit(BATCH)
    return session.scalars(query.where(Site.id > UUID(after)) if after else query).all()


def _go_on(work: Work, sites: Sequence[UUID], event: Callable[[str], Event], dedup: str) -> None:
    """Ask for the sites after these, whatever becomes of these."""
    if len(sites) == BATCH:
        with work.tenant(PLATFORM) as session:
            outbox.publish(session, event(str(sites[-1])), dedup=f"{dedup}:{sites[-1]}")


def _uncounted(month: date) -> ColumnElement[bool]:
    return ~exists().where(SiteFact.tenant_id == Site.id, SiteFact.month == month)
