"""What every measure must know of its room."""

from dataclasses import dataclass
from datetime import date, timedelta

from huakai_platform.kernel import clock
from huakai_platform.standards.pinned import Pinned

MONTHS_BACK = 12


@dataclass(frozen=True, slots=True)
class Window:
    """The span that counted metrics look back on, both days included."""

    since: date
    until: date


def window(room: Pinned, day: date) -> Window:
    """Twelve months up to a day, or since the opening where that was later."""
    year = clock.months_on(day, -MONTHS_BACK) + timedelta(days=1)
    return Window(min(day, max(year, room.opened_on or year)), day)
