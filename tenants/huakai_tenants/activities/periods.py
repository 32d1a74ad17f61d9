"""Days of months and years."""

from datetime import date, timedelta

from huakai_platform.kernel import clock


def first_of(year: int, month: int) -> date:
    return date(year, month, 1)


def month_of(first: date) -> tuple[date, date]:
    """The first and the last day of a month."""
    return first, clock.months_on(first, 1) - timedelta(days=1)


def year_of(year: int) -> tuple[date, date]:
    return date(year, 1, 1), date(year, 12, 31)
