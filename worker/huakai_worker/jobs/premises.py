"""What a new day and a change mean for what a room has."""

from datetime import date

from sqlalchemy import select

from huakai_platform.kernel.sites import Site, SiteState
from huakai_platform.oversight import functions as places
from huakai_tenants.equipment import telling as equipment
from huakai_tenants.premises import functions
from huakai_tenants.wall_documents import telling as wall_documents
from huakai_worker.scope import Work


def day_began(work: Work, *, day: str) -> None:
    """Tell the heads of an open site which checks are due, which warranty ends, and which photographs are old."""
    held = Site.id == work.tenant_id, Site.state == SiteState.OPEN, Site.edition_id.is_not(None)
    if work.session.scalar(select(Site.id).where(*held)):
        equipment.of_the_day(work.session, date.fromisoformat(day))
        wall_documents.of_the_day(work.session, date.fromisoformat(day))
        _compare(work)


def numbers_changed(work: Work, *, month: str) -> None:
    """Say upward which function rooms the site has now, and mark those that another site had first."""
    _compare(work)


def _compare(work: Work) -> None:
    places.record(work.session, work.tenant_id, functions.held(work.session))
    functions.contest(work.session, places.twins(work.session, work.tenant_id))
