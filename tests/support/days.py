"""The days on which code that asks the calendar goes wrong, and the clock of a test's own process moved to each.

A test marked `calendar` runs once on every day of `DAYS`. PostgreSQL's clock and other processes stay where they are.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
import time_machine

from huakai_platform.kernel import clock
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.workdays import shipped
from huakai_platform.workdays.models import WorkDay, WorkYear

FAST = "HUAKAI_TEST_FAST"
"""Set where a short run is asked for: today and the days of `SAMPLE` instead of all."""


@dataclass(frozen=True)
class Day:
    """A moment in China, and what the table of holidays knows of it."""

    name: str
    at: datetime
    known: bool = True
    free: bool = False
    """Whether nobody works in the whole month."""


def _china(year: int, month: int, day: int, hour: int = 10, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=clock.CHINA)


DAYS = (
    Day("last_working_day", _china(2026, 11, 30)),
    Day("new_year", _china(2027, 1, 1)),
    Day("leap_day", _china(2028, 2, 29)),
    Day("last_minute", _china(2026, 12, 31, 23, 59)),
    Day("first_minute", _china(2027, 1, 1, 0, 1)),
    Day("spring_festival", _china(2026, 2, 17)),
    Day("sunday", _china(2026, 12, 6)),
    Day("month_of_31", _china(2026, 10, 31)),
    Day("month_without_work", _china(2027, 2, 15), free=True),
    Day("unknown_year", _china(2031, 6, 16), known=False),
)
SAMPLE = ("last_working_day", "last_minute")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Let a test that asks the calendar run on each of the days."""
    if metafunc.definition.get_closest_marker("calendar"):
        days = [None, *(day for day in DAYS if day.name in SAMPLE)] if os.environ.get(FAST) else DAYS
        metafunc.parametrize("day_of_test", days, indirect=True, ids=lambda day: day.name if day else "today")


@pytest.fixture(autouse=True)
def day_of_test(request: pytest.FixtureRequest) -> Iterator[None]:
    """Moves the clock before anything of the test is made; a test without the mark keeps today."""
    day: Day | None = getattr(request, "param", None)
    if day is None:
        yield
        return
    with time_machine.travel(day.at):
        if "databases" in request.fixturenames:
            _tell(request.getfixturevalue("databases"), day)
        yield


def this_month() -> date:
    """The first day of the present month, on the day of the test."""
    return clock.month(clock.today())


def last_month() -> date:
    return clock.months_on(this_month(), -1)


def _tell(databases: Databases, day: Day) -> None:
    """Put the table of holidays as it stands on that day."""
    around = range(day.at.year - 1, day.at.year + 2) if day.known else ()
    with databases.session(Login.MIGRATOR) as session:
        seeded = shipped.seed(session, only=around) if around else []
        session.add_all(
            WorkYear(year=year, source="test", updated_at=clock.now()) for year in around if year not in seeded
        )
        session.flush()
        if day.free:
            session.add_all(WorkDay(day=one, is_work=False) for one in _weekdays(day.at.date()))


def _weekdays(day: date) -> list[date]:
    """Monday to Friday of the whole month."""
    first, after = clock.month(day), clock.months_on(clock.month(day), 1)
    days = (first + timedelta(days=number) for number in range((after - first).days))
    return [one for one in days if one.isoweekday() <= 5]
