"""Which lists of the console are exported by a process of their own, and under which permission: the whole page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from huakai_platform.compliance.listing import COMPLIANCE
from huakai_platform.drift.listing import DRIFT
from huakai_platform.drift.waiver_listing import WAIVERS
from huakai_platform.identity.listing import ACCOUNTS
from huakai_platform.kernel.access import Actor, Permission
from huakai_platform.kernel.errors import Forbidden, NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.onboarding.listing import SITES
from huakai_platform.operations.listing import OPERATIONS
from huakai_platform.proposals.listing import PROPOSALS
from huakai_platform.resources.fields import Resource
from huakai_platform.trail.listing import TRAIL


@dataclass(frozen=True)
class Exportable:
    """A list, and what the address of its workbook asks of whoever takes it: a test holds both together."""

    resource: Resource[Any, Any]
    permission: Permission
    confirmed: bool = False
    """Only who gave the password in the last ten minutes may ask for it."""
    plain: bool = False
    """Whether the workbook has no head, so that it can be taken in again."""


LISTS: Mapping[str, Exportable] = {
    one.resource.name: one
    for one in (
        Exportable(ACCOUNTS, Permission.ACCOUNTS_READ, confirmed=True),
        Exportable(COMPLIANCE, Permission.COMPLIANCE_READ),
        Exportable(DRIFT, Permission.COMPLIANCE_READ),
        Exportable(OPERATIONS, Permission.OPERATIONS_READ),
        Exportable(PROPOSALS, Permission.PROPOSALS_MAKE),
        Exportable(SITES, Permission.SITES_READ, plain=True),
        Exportable(TRAIL, Permission.TRAIL_EXPORT),
        Exportable(WAIVERS, Permission.COMPLIANCE_READ),
    )
}


def exportable(actor: Actor, name: str) -> Exportable:
    """Raises NotFound for a list that there is not, Forbidden for one that the actor may not take out."""
    if (found := LISTS.get(name)) is None:
        raise NotFound(_("没有这个列表。"))
    if not actor.can(found.permission):
        raise Forbidden(_("您的身份没有导出“{title}”的权限。", title=found.resource.title))
    return found
