"""What a new day means for the equipment of a room."""

from datetime import date

from sqlalchemy import select

from huakai_platform.kernel.sites import Site, SiteState
from huakai_tenants.equipment import telling
from huakai_worker.scope import Work


def day_began(work: Work, *, day: str) -> None:
    """Tell the heads of an open site what is due for a check, and which warranty soon ends."""
    held = Site.id == work.tenant_id, Site.state == SiteState.OPEN, Site.edition_id.is_not(None)
    if work.session.scalar(select(Site.id).where(*held)):
        telling.of_the_day(work.session, date.fromisoformat(day))
