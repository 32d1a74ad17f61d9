"""How far a person of the console reaches: the institution's sites, or those of a region and all below."""

from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, select
from sqlalchemy.orm import Session

from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.sites import Site


def within(actor: Actor) -> ColumnElement[bool]:
    """True for the sites that the actor may know of; a regional office without its region knows of none."""
    mine = Site.institution_id == actor.institution_id
    if actor.role is Role.INSTITUTION_ADMIN:
        return mine
    if actor.region_code:
        return and_(mine, Site.ancestors.contains([actor.region_code]))
    return false() if actor.role is Role.REGIONAL_OFFICE else mine


def region(actor: Actor) -> str | None:
    """The region that the actor's reach ends with; None is the whole country, an empty one holds nothing."""
    if actor.role is Role.INSTITUTION_ADMIN:
        return None
    return actor.region_code or ("" if actor.role is Role.REGIONAL_OFFICE else None)


def site(session: Session, actor: Actor, site_id: UUID, *, lock: bool = False) -> Site:
    """A site within reach; one beyond it is not there."""
    wanted = select(Site).where(Site.id == site_id, within(actor))
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    if found := session.scalar(wanted):
        return found
    raise NotFound(_("没有这个站点。"))
