"""Tells people what became of what they proposed."""

from uuid import UUID

from huakai_platform.proposals import notifications
from huakai_worker.scope import Work


def decided(work: Work, *, proposal_id: str, site_id: str | None, state: str) -> None:
    """Within the room of the proposer, or under the nil tenant; once however often this runs."""
    if site_id is None:
        notifications.tell_the_proposer(work.session, UUID(proposal_id), state)
        return
    with work.tenant(UUID(site_id)) as session:
        notifications.tell_the_proposer(session, UUID(proposal_id), state)
