"""Keeps every site's standing in step with its rows, and tells rooms who came to look."""

from datetime import date
from uuid import UUID

from huakai_platform.compliance import standing, visits
from huakai_platform.kernel import clock, outbox
from huakai_platform.kernel.events import VisitMade
from huakai_tenants.measures import compliance
from huakai_worker.scope import Work


def numbers_changed(work: Work, *, month: str) -> None:
    """Score the room as it is today, whichever month something changed in."""
    standing.recompute(work.session, work.tenant_id, clock.today(), compliance.measure)


def checklist_completed(work: Work, *, run_id: str, month: str) -> None:
    standing.recompute(work.session, work.tenant_id, clock.today(), compliance.measure)


def day_began(work: Work, *, day: str) -> None:
    """Every day makes a site older, and something overdue."""
    standing.recompute(work.session, work.tenant_id, date.fromisoformat(day), compliance.measure)


def site_changed(work: Work, *, site_id: str) -> None:
    """Score a site that was opened again, or lies elsewhere."""
    with work.tenant(UUID(site_id)) as session:
        standing.recompute(session, UUID(site_id), clock.today(), compliance.measure)


def site_entered(work: Work, *, visit_id: str, site_id: str) -> None:
    """Carry a visit over to the site, once however often this runs."""
    with work.tenant(UUID(site_id)) as session:
        outbox.publish(session, VisitMade(UUID(visit_id)), dedup=f"visit:{visit_id}")


def visit_made(work: Work, *, visit_id: str) -> None:
    """Write a visit into the room's own trail and tell its heads."""
    visits.tell_the_room(work.session, UUID(visit_id))
