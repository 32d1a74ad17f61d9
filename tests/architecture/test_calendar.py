"""A test whose outcome hangs on the day runs on all of the days that go wrong."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.days import DAYS

TESTS = Path(__file__).parents[1]
ELSEWHERE = ("bench", "deploy", "fault", "journeys", "row_security", "upgrade")
"""Whole programs, browsers, measurements, and a past with a clock of its own: no test moves their clock."""
RECKONING = frozenset(
    {
        "month",
        "months_on",
        "weekday",
        "isoweekday",
        "isocalendar",
        "monthrange",
        "make_due",
        "expected",
        "of_a_new_room",
    }
)
"""What asks of a day in which week, month or year it lies, whether it is worked, and what is due by it."""


@dataclass(frozen=True)
class Found:
    """A test of a module, and the names of the module that stand for the day of its import."""

    where: str
    function: ast.FunctionDef
    constants: frozenset[str]

    @property
    def marked(self) -> bool:
        return any(ast.unparse(one) == "pytest.mark.calendar" for one in self.function.decorator_list)

    @property
    def reckons(self) -> bool:
        """Whether it begins from today and asks the calendar about it."""
        nodes = list(ast.walk(self.function))
        if any(isinstance(one, ast.Name) and one.id == "last_month" for one in nodes):
            return True
        called = {one.attr for one in nodes if isinstance(one, ast.Attribute)}
        return bool(called & RECKONING) and (_asks(self.function) or bool(self.stale))

    @property
    def stale(self) -> set[str]:
        """What it reads of the day on which its module was imported."""
        names = {one.id for one in ast.walk(self.function) if isinstance(one, ast.Name)} & self.constants
        return names | {"decorator" for one in self.function.decorator_list if _asks(one)}


def found_tests() -> Iterator[Found]:
    for path in sorted(TESTS.rglob("test_*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        if path.relative_to(TESTS).parts[0] in ELSEWHERE:
            continue
        constants = frozenset(_constants(tree))
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield Found(f"{path.relative_to(TESTS)}::{node.name}", node, constants)


def test_a_test_that_reckons_from_today_runs_on_all_of_the_days() -> None:
    assert [one.where for one in found_tests() if one.reckons and not one.marked] == [], (
        "mark these pytest.mark.calendar"
    )
    assert any(one.reckons for one in found_tests())


def test_a_test_with_a_moved_clock_reads_no_day_of_its_import() -> None:
    found = {one.where: sorted(one.stale) for one in found_tests() if one.marked and one.stale}
    assert found == {}, "ask clock.today() within these"


@pytest.mark.parametrize("name", ["a month's last working day", "29 February", "a Sunday", "two years within a minute"])
def test_the_days_are_what_they_are_called(name: str) -> None:
    days = {one.name: one.at for one in DAYS}
    match name:
        case "a month's last working day":
            day = days["last_working_day"]
            assert (day.isoweekday(), day.day) == (1, 30)
        case "29 February":
            assert (days["leap_day"].month, days["leap_day"].day) == (2, 29)
        case "a Sunday":
            assert days["sunday"].isoweekday() == 7
        case _:
            assert (days["first_minute"] - days["last_minute"]).total_seconds() == 120
    assert len(DAYS) == 10


def _constants(tree: ast.Module) -> Iterator[str]:
    """The names that a module gives to the present day, directly or by another of them."""
    known: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.Assign):
            used = {one.id for one in ast.walk(node.value) if isinstance(one, ast.Name)}
            if _asks(node.value) or used & known:
                known |= {one.id for target in node.targets for one in ast.walk(target) if isinstance(one, ast.Name)}
    yield from known


def _asks(node: ast.AST) -> bool:
    """Whether a piece of code asks the clock."""
    return any(
        isinstance(one, ast.Attribute) and one.attr in ("today", "now") and ast.unparse(one.value) == "clock"
        for one in ast.walk(node)
    )
