"""What somebody signed in with is free for others once the last role is gone."""

from uuid import UUID

from huakai_platform.identity import freeing
from huakai_platform.kernel.tenancy import PLATFORM
from huakai_worker.scope import Work


def free_contacts(work: Work, *, account_id: str) -> None:
    """Free the number and address of whose role has ended, unless another role is left; twice is as good as once."""
    with work.tenant(PLATFORM) as session:
        freeing.free(session, [UUID(account_id)])
