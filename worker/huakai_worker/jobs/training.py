"""What a new day means for a room's certificates."""

from datetime import date

from huakai_tenants.training import notifications
from huakai_worker import rooms
from huakai_worker.scope import Work


def day_began(work: Work, *, day: str) -> None:
    """Tell the heads of an open site which certificates come to their end."""
    if rooms.is_open(work):
        notifications.of_the_day(work.session, date.fromisoformat(day))
