"""Notifications to the head of a room of certificates that come to their end."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_platform.identity.memberships import in_force
from huakai_platform.identity.models import Membership
from huakai_platform.kernel import notices, tenancy
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.i18n import Message, _
from huakai_tenants.training import expiring
from huakai_tenants.training.expiring import Expiring

LATE = 7
"""Days after the end within which a day that was missed is made up for."""
SAID = {
    "qualification": (_("工号 {number} 的资格证书还有 {days} 天到期。"), _("工号 {number} 的资格证书到期了。")),
    "training": (_("工号 {number} 的培训证书还有 {days} 天到期。"), _("工号 {number} 的培训证书到期了。")),
}


def of_the_day(session: Session, day: date) -> None:
    """Tell the heads of each certificate at every stage and at its end, once however often a day is told."""
    ending = expiring.expiring(session, day, gone=LATE)
    if not ending:
        return
    wanted = select(Membership.account_id).where(
        Membership.site_id == tenancy.current(session), Membership.role == Role.SITE_HEAD, in_force(day)
    )
    heads = list(session.scalars(wanted.distinct()))
    for one in ending:
        notices.tell(
            session,
            heads,
            kind="certificate_expiring",
            text=_said(one, day),
            href=f"/room/training/expiring?post={one.post}&kind={one.kind}&code={one.code}",
            dedup=f"expiring:{one.id}:{one.expires_on}:{one.stage(day)}",
        )


def _said(one: Expiring, day: date) -> Message:
    soon, gone = SAID[one.kind]
    left = one.days(day)
    return Message(soon if left > 0 else gone, number=one.number, days=left)
