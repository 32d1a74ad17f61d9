"""What follows from a room's activities."""

from uuid import UUID

from huakai_tenants.activities import sharing
from huakai_worker.scope import Work


def shared(work: Work, *, activity_id: str, site_id: str) -> None:
    """Let an activity that two sites have entered be counted at one of them."""
    with work.tenant(UUID(site_id)) as theirs:
        sharing.settle(work.session, theirs, UUID(activity_id))
