"""Notifications to the heads of a site of what became of a waiver."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_platform.drift.models import Waiver
from huakai_platform.identity.models import Membership
from huakai_platform.kernel import clock, notices, tenancy
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.i18n import Message, _

TEXTS: dict[str, Message] = {
    "approved": _("机构批准了一项豁免，到期自动结束。"),
    "declined": _("机构没有批准一项豁免申请，理由写在偏离页上。"),
    "withdrawn": _("机构撤回了一项豁免，理由写在偏离页上。"),
}


def tell_the_heads(session: Session, waiver_id: UUID, state: str) -> None:
    """Within the site's tenant, once for each step of a waiver."""
    if session.get(Waiver, waiver_id) is None:
        return
    notices.tell(
        session,
        _heads(session),
        kind="waiver",
        text=TEXTS[state],
        href="/room/drift#waivers",
        dedup=f"waiver:{waiver_id}:{state}",
    )


def _heads(session: Session) -> list[UUID]:
    valid = Membership.valid_until.is_(None) | (Membership.valid_until >= clock.today())
    mine = (Membership.site_id == tenancy.current(session), Membership.role == Role.SITE_HEAD)
    return list(session.scalars(select(Membership.account_id).where(*mine, Membership.ended_at.is_(None), valid)))
