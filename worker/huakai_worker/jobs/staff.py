"""What a new day means for a room's staff register."""

from datetime import date

from huakai_tenants.staff import notifications
from huakai_worker import rooms
from huakai_worker.scope import Work


def day_began(work: Work, *, day: str) -> None:
    """Tell the heads of an open site whose background check is due."""
    if rooms.is_open(work):
        notifications.of_the_day(work.session, date.fromisoformat(day))
