"""The only source of time: UTC inside, the site's zone on paper and screen."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    return datetime.now(UTC)


def today(zone: ZoneInfo = CHINA) -> date:
    """The calendar day that people in `zone` live in."""
    return now().astimezone(zone).date()


def month(day: date) -> date:
    """The first day of a day's month: the key of monthly facts."""
    return day.replace(day=1)
