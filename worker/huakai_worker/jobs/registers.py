"""What a new day means for a room's registers."""

from datetime import date

from huakai_tenants.registers import counting
from huakai_worker.scope import Work


def day_began(work: Work, *, day: str) -> None:
    """Let go of what has been kept as long as the standard says."""
    counting.forget(work.session, date.fromisoformat(day))
