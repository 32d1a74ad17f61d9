"""What a new day means for a room's staff register."""

from datetime import date

from sqlalchemy import select

from huakai_platform.kernel.sites import Site, SiteState
from huakai_tenants.staff import telling
from huakai_worker.scope import Work


def day_began(work: Work, *, day: str) -> None:
    """Tell the heads of an open site whose background check is due."""
    held = Site.id == work.tenant_id, Site.state == SiteState.OPEN, Site.edition_id.is_not(None)
    if work.session.scalar(select(Site.id).where(*held)):
        telling.of_the_day(work.session, date.fromisoformat(day))
