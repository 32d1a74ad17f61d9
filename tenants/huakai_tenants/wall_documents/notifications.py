"""Notifications to the heads of a room of photographs of its wall documents that are too old, or soon will be."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_platform.identity.memberships import in_force
from huakai_platform.identity.models import Membership
from huakai_platform.kernel import notices, tenancy
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.i18n import Message, _
from huakai_tenants.wall_documents import service

SAID = {
    "soon": _("有 {count} 份上墙文件的照片即将到期，请重新拍照。"),
    "outdated": _("有 {count} 份上墙文件的照片已过期，请重新拍照。"),
}


def of_the_day(session: Session, day: date) -> None:
    """Tell the heads once a month, of all documents in one line for each of the two states."""
    states = [one.state for one in service.standings(session, day)]
    heads: Sequence[UUID] = _heads(session, day) if set(SAID) & set(states) else []
    for state, said in SAID.items():
        if count := states.count(state):
            notices.tell(
                session,
                heads,
                kind="wall_documents",
                text=Message(said, count=count),
                href=f"/room/wall-documents?state={state}",
                dedup=f"wall:{state}:{day.year}-{day.month}",
            )


def _heads(session: Session, day: date) -> Sequence[UUID]:
    wanted = select(Membership.account_id).where(
        Membership.site_id == tenancy.current(session), Membership.role == Role.SITE_HEAD, in_force(day)
    )
    return session.scalars(wanted.distinct()).all()
