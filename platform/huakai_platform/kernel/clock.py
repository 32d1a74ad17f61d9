"""The only source of time: UTC inside, the site's zone on paper and screen."""

from calendar import monthrange
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")
SERIES = 12
"""Months before the present one that a series of numbers shows."""


def now() -> datetime:
    return datetime.now(UTC)


def today(zone: ZoneInfo = CHINA) -> date:
    """The calendar day that people in `zone` live in."""
    return now().astimezone(zone).date()


def month(day: date) -> date:
    """The first day of a day's month: the key of monthly facts."""
    return day.replace(day=1)


def months_on(day: date, months: int) -> date:
    """The same day some months later or, below nought, earlier; the last of its month where there is no such day
    (Civil Code art. 202)."""
    year, index = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, index + 1, min(day.day, monthrange(year, index + 1)[1]))


def shown_months(days: Iterable[date]) -> list[date]:
    """The present month and those of some days, as far back as a series goes."""
    now = month(today())
    known = {now, *map(month, days)}
    return [one for one in sorted(known) if months_on(now, -SERIES) <= one <= now]


def end_of(day: date, zone: ZoneInfo = CHINA) -> datetime:
    """The moment at which a day is over in `zone`."""
    return datetime.combine(day + timedelta(days=1), time(), zone)
