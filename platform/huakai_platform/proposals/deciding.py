"""What the institution does with a proposal: into a draft, declined with a reason, or merged with another."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_platform.kernel import audit, clock, outbox
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import Conflict, NotFound
from huakai_platform.kernel.events import ProposalDecided
from huakai_platform.kernel.i18n import _
from huakai_platform.proposals.models import Proposal
from huakai_platform.standards import drafts
from huakai_platform.standards.models import EditionDraft


def writable(session: Session) -> Sequence[EditionDraft]:
    """The drafts that a proposal may be taken into, the newest first."""
    mine = select(EditionDraft).where(EditionDraft.state == drafts.State.WRITING)
    return session.scalars(mine.order_by(EditionDraft.created_at.desc())).all()


def accept(session: Session, actor: Actor, proposal_id: UUID, draft_id: UUID) -> Proposal:
    """Take it into a draft that is being written; those merged with it share its answer. Raises NotFound, Conflict."""
    proposal = _open(session, actor, proposal_id)
    draft = drafts.load(session, draft_id)
    if not draft.open:
        raise Conflict(_("这份草稿已不能修改，请选择另一份。"))
    draft.body(proposal.kind, proposal.code)
    _close(session, actor, proposal, "accepted", {"draft_id": draft_id})
    audit.record(session, actor, "proposals.accepted", "proposal", proposal_id)
    return proposal


def decline(session: Session, actor: Actor, proposal_id: UUID, answer: str) -> None:
    """Answer no, with a reason that the proposer reads. Raises NotFound, Conflict."""
    _close(session, actor, _open(session, actor, proposal_id), "declined", {"answer": answer})
    audit.record(session, actor, "proposals.declined", "proposal", proposal_id)


def merge(session: Session, actor: Actor, proposal_id: UUID, into: UUID) -> None:
    """Let a duplicate follow another open proposal of the same item. Raises NotFound, Conflict."""
    proposal, target = (_open(session, actor, one) for one in (proposal_id, into))
    spot = ("kind", "code", "at")
    if proposal is target or any(getattr(proposal, name) != getattr(target, name) for name in spot):
        raise Conflict(_("只能与同一项的另一条待处理建议合并。"))
    for one in (proposal, *_followers(session, proposal)):
        one.state, one.merged_into = "merged", into
        one.decided_by, one.decided_at = actor.account_id, clock.now()
        session.flush()
        outbox.publish(session, ProposalDecided(one.id, one.site_id, "merged"))
    audit.record(session, actor, "proposals.merged", "proposal", proposal_id)


def mates(session: Session, actor: Actor, proposal: Any) -> Sequence[Proposal]:
    """The other open proposals of the same item."""
    spot = {name: getattr(proposal, name) for name in ("kind", "code", "at")}
    mine = select(Proposal).filter_by(**spot, institution_id=actor.institution_id, state="open")
    return session.scalars(mine.where(Proposal.id != proposal.id).order_by(Proposal.made_at)).all()


def _open(session: Session, actor: Actor, proposal_id: UUID) -> Proposal:
    mine = select(Proposal).where(Proposal.id == proposal_id, Proposal.institution_id == actor.institution_id)
    found = session.scalar(mine.with_for_update())
    if found is None:
        raise NotFound(_("没有这条建议。"))
    if found.state != "open":
        raise Conflict(_("这条建议已经处理过。"))
    return found


def _followers(session: Session, proposal: Proposal) -> Sequence[Proposal]:
    return session.scalars(select(Proposal).where(Proposal.merged_into == proposal.id).with_for_update()).all()


def _close(session: Session, actor: Actor, proposal: Proposal, state: str, said: dict[str, Any]) -> None:
    for one in (proposal, *_followers(session, proposal)):
        one.state, one.decided_by, one.decided_at = state, actor.account_id, clock.now()
        for name, value in said.items():
            setattr(one, name, value)
        session.flush()
        outbox.publish(session, ProposalDecided(one.id, one.site_id, state))
