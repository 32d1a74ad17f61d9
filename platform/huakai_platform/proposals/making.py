"""Proposing a change, by a room for itself or by a regional office."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_platform.kernel import audit, clock, outbox
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import Conflict
from huakai_platform.kernel.events import AskedAbove
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.ids import uuid7
from huakai_platform.onboarding.scope import institution_of
from huakai_platform.proposals import spots
from huakai_platform.proposals.models import Proposal
from huakai_platform.standards import service as standards


def propose(
    session: Session, actor: Actor, edition_id: UUID, kind: str, code: str, *, at: str, change: str, reason: str
) -> UUID:
    """Write down what should change in an item of an edition. Raises NotFound for an item that is not there, and
    Conflict for the same words about the same item while they are open."""
    spot = spots.find(standards.bodies(session, edition_id), kind, code, at)
    same: dict[str, Any] = {"kind": kind, "code": code, "at": spot.at, "change": change, "made_by": actor.account_id}
    if session.scalar(select(Proposal.id).filter_by(**same, state="open").limit(1)):
        raise Conflict(_("您已经提过同样的建议。"))
    row = Proposal(
        id=uuid7(),
        institution_id=institution_of(actor),
        site_id=actor.site_id,
        edition_id=edition_id,
        reason=reason,
        state="open",
        made_at=clock.now(),
        **same,
    )
    session.add(row)
    session.flush()
    outbox.publish(session, AskedAbove("proposal", row.institution_id))
    audit.record(session, actor, "proposals.made", "proposal", row.id, kind=kind, item=spot.at or code)
    return row.id
