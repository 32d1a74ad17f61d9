"""Keeps every site's departures in step with its rows, and tells rooms what became of their waivers."""

from datetime import date
from uuid import UUID

from huakai_platform.drift import notifications, standing
from huakai_platform.kernel import clock
from huakai_tenants.measures import deviations
from huakai_worker.scope import Work


def numbers_changed(work: Work, *, month: str) -> None:
    """Hold the room as it is today against its edition, whichever month something changed in."""
    standing.recompute(work.session, work.tenant_id, clock.today(), deviations.look)


def checklist_completed(work: Work, *, run_id: str, month: str) -> None:
    standing.recompute(work.session, work.tenant_id, clock.today(), deviations.look)


def day_began(work: Work, *, day: str) -> None:
    """Every day something falls due, and a waiver may have ended."""
    standing.recompute(work.session, work.tenant_id, date.fromisoformat(day), deviations.look)


def site_changed(work: Work, *, site_id: str) -> None:
    """Look again at a site that was opened again, or lies elsewhere."""
    with work.tenant(UUID(site_id)) as session:
        standing.recompute(session, UUID(site_id), clock.today(), deviations.look)


def waiver_decided(work: Work, *, waiver_id: str, site_id: str, state: str) -> None:
    """Class the site's departures anew and tell its heads, once however often this runs."""
    with work.tenant(UUID(site_id)) as session:
        standing.recompute(session, UUID(site_id), clock.today(), deviations.look)
        notifications.tell_the_heads(session, UUID(waiver_id), state)
