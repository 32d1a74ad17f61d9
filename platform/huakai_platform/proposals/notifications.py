"""The notification to a proposer of what became of it."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_platform.kernel import notices
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.proposals.models import Proposal

TEXTS: dict[str, Message] = {
    "accepted": _("您对标准的一条建议已采纳进草稿。"),
    "declined": _("您对标准的一条建议未被采纳，理由写在建议里。"),
    "merged": _("您对标准的一条建议与另一条相同的建议合并处理。"),
}


def tell_the_proposer(session: Session, proposal_id: UUID, state: str) -> None:
    """Within the room of the proposer, or under the nil tenant for an office; once for each step."""
    row = session.execute(select(Proposal.made_by, Proposal.site_id).where(Proposal.id == proposal_id)).one_or_none()
    if row is None:
        return
    notices.tell(
        session,
        [row.made_by],
        kind="proposal",
        text=TEXTS[state],
        href="/room/proposals" if row.site_id else "/console/proposals/mine",
        dedup=f"proposal:{proposal_id}:{state}",
    )
