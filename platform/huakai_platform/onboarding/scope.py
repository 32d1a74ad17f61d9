"""How far a person of the console reaches: whose sites, and below which region."""

from uuid import UUID

from sqlalchemy import ColumnElement, false, true

from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.errors import Forbidden
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.sites import Site


def institution_of(actor: Actor) -> UUID:
    if actor.institution_id is None:
        raise Forbidden(_("您的身份不属于任何机构。"))
    return actor.institution_id


def region_of(actor: Actor) -> str | None:
    """The region beyond which the actor takes nothing in; None is the whole country."""
    if actor.role is Role.REGIONAL_OFFICE and not actor.region_code:
        raise Forbidden(_("您的身份还没有指定地区。"))
    return None if actor.role is Role.INSTITUTION_ADMIN else actor.region_code


def visible(actor: Actor) -> ColumnElement[bool]:
    """The sites that the actor may know of. A regional office without its region knows of none."""
    if actor.institution_id is None or (actor.role is Role.REGIONAL_OFFICE and not actor.region_code):
        return false()
    region = region_of(actor)
    within = Site.ancestors.contains([region]) if region else true()
    return (Site.institution_id == actor.institution_id) & within
