"""What a new day means for a room's checklists."""

from datetime import date

from huakai_tenants.checklists import reminding, schedule
from huakai_worker import rooms
from huakai_worker.scope import Work


def day_began(work: Work, *, day: str) -> None:
    """Write down what the day asks of an open site."""
    if rooms.is_open(work):
        schedule.make_due(work.session, date.fromisoformat(day))


def remind(work: Work, *, day: str) -> None:
    """Tell the people of an open site what is late."""
    if rooms.is_open(work):
        reminding.of_the_day(work.session, date.fromisoformat(day))
