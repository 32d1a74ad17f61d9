"""What a new day means for what a room has."""

from datetime import date

from sqlalchemy import select

from huakai_platform.kernel.sites import Site, SiteState
from huakai_tenants.equipment import telling as equipment
from huakai_tenants.wall_documents import telling as wall_documents
from huakai_worker.scope import Work


def day_began(work: Work, *, day: str) -> None:
    """Tell the heads of an open site which checks are due, which warranty ends, and which photographs are old."""
    held = Site.id == work.tenant_id, Site.state == SiteState.OPEN, Site.edition_id.is_not(None)
    if work.session.scalar(select(Site.id).where(*held)):
        equipment.of_the_day(work.session, date.fromisoformat(day))
        wall_documents.of_the_day(work.session, date.fromisoformat(day))
