"""What a job asks of the room it works in."""

from sqlalchemy import select

from huakai_platform.kernel.sites import Site, SiteState
from huakai_worker.scope import Work


def is_open(work: Work) -> bool:
    """Whether the row's tenant is an open site that works by an edition."""
    held = Site.id == work.tenant_id, Site.state == SiteState.OPEN, Site.edition_id.is_not(None)
    return work.session.scalar(select(Site.id).where(*held)) is not None
