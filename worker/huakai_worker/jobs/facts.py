"""Keeps the numbers in step with the sites: each job counts anew inside the site, twice is as good as once."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_, select, text
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock, outbox
from huakai_platform.kernel.events import DayBegan, DayTurned, SitesTakenIn
from huakai_platform.kernel.sites import Site, SiteState
from huakai_platform.oversight import facts, persons, rollups, totals
from huakai_platform.oversight.models import RegionTotal, SiteFact
from huakai_tenants.checklists import reminding, schedule
from huakai_tenants.measures import headcount, workload
from huakai_tenants.training import telling
from huakai_worker.scope import Work

BATCH = 500
LAZILY = text("SET LOCAL synchronous_commit = off")


def checklist_completed(work: Work, *, run_id: str, month: str) -> None:
    """Count the month of a completed checklist."""
    facts.recompute(work.session, work.tenant_id, date.fromisoformat(month), workload.counts)


def numbers_changed(work: Work, *, month: str) -> None:
    """Count a month in which something changed."""
    facts.recompute(work.session, work.tenant_id, date.fromisoformat(month), workload.counts)
    persons.recompute(work.session, work.tenant_id, date.fromisoformat(month), headcount.counts)


def site_changed(work: Work, *, site_id: str) -> None:
    """Count a site that has another state or another place."""
    with work.tenant(UUID(site_id)) as session:
        facts.recompute(session, UUID(site_id), clock.month(clock.today()), workload.counts)
        persons.recompute(session, UUID(site_id), clock.month(clock.today()), headcount.counts)


def sites_taken_in(work: Work) -> None:
    """Count the sites that have no numbers of this month, some hundreds at a time."""
    month = clock.month(clock.today())
    sites = _sites(work.session, _uncounted(month))
    for site_id in sites:
        with work.tenant(site_id) as session:
            session.execute(LAZILY)
            facts.recompute(session, site_id, month, workload.counts)
    if len(sites) == BATCH:
        outbox.publish(work.session, SitesTakenIn(), dedup=f"{work.message_id}:next")


def regions_moved(work: Work) -> None:
    """Sum the present month anew along the tree as it hangs now."""
    rollups.rebuild(work.session, clock.month(clock.today()))


def day_turned(work: Work, *, day: str, after: str = "") -> None:
    """Tell the open sites, and those without numbers of this month, of a new day; some hundreds at a time."""
    wanted = or_(Site.state == SiteState.OPEN, _uncounted(clock.month(date.fromisoformat(day))))
    sites = _sites(work.session, wanted, after=UUID(after) if after else None)
    for site_id in sites:
        with work.tenant(site_id) as session:
            session.execute(LAZILY)
            outbox.publish(session, DayBegan(day), dedup=f"day:{day}")
    if len(sites) == BATCH:
        outbox.publish(work.session, DayTurned(day, str(sites[-1])), dedup=f"day:{day}:{sites[-1]}")


def day_began(work: Work, *, day: str) -> None:
    """Write down what the day asks of an open site, and count what the night has made overdue."""
    state = work.session.scalar(select(Site.state).where(Site.id == work.tenant_id))
    if state == SiteState.OPEN:
        schedule.make_due(work.session, date.fromisoformat(day))
    if state == SiteState.OPEN:
        reminding.of_the_day(work.session, date.fromisoformat(day))
        telling.of_the_day(work.session, date.fromisoformat(day))
    facts.refresh(work.session, work.tenant_id, date.fromisoformat(day), workload.counts)
    persons.refresh(work.session, work.tenant_id, date.fromisoformat(day), headcount.counts)


def total_reported(work: Work, *, total_id: str) -> None:
    """Let a region's total stand among the facts, under an id of its own, or take what it said away."""
    total = work.session.get_one(RegionTotal, UUID(total_id))
    with work.tenant(total.id) as session:
        facts.report(session, total.region_code, clock.month(total.to_on), totals.numbers(total))


def turn_day(session: Session) -> None:
    """The clock's deed at the beginning of a day."""
    day = clock.today().isoformat()
    outbox.publish(session, DayTurned(day), dedup=f"day:{day}")


def _sites(session: Session, wanted: ColumnElement[bool], *, after: UUID | None = None) -> Sequence[UUID]:
    query = select(Site.id).where(wanted).order_by(Site.id).limit(BATCH)
    return session.scalars(query.where(Site.id > after) if after else query).all()


def _uncounted(month: date) -> ColumnElement[bool]:
    return ~exists().where(SiteFact.tenant_id == Site.id, SiteFact.month == month)
