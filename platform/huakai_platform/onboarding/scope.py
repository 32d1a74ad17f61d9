"""For whom, and below which region, a person of the console takes sites in."""

from uuid import UUID

from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.errors import Forbidden
from huakai_platform.kernel.i18n import _


def institution_of(actor: Actor) -> UUID:
    if actor.institution_id is None:
        raise Forbidden(_("您的身份不属于任何机构。"))
    return actor.institution_id


def region_of(actor: Actor) -> str | None:
    """The region beyond which the actor takes nothing in; None is the whole country."""
    if actor.role is Role.REGIONAL_OFFICE and not actor.region_code:
        raise Forbidden(_("您的身份还没有指定地区。"))
    return None if actor.role is Role.INSTITUTION_ADMIN else actor.region_code
