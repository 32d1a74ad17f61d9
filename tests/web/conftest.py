"""One world for all the routes of a module, and the counts of what was tried."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from _pytest.terminal import TerminalReporter
from flask import Flask

from huakai_platform.kernel.config import Settings
from huakai_platform.kernel.db import Databases
from tests.support.cleaner import Cleaner
from tests.support.make import Make
from tests.support.worlds import World

COUNTED = ("cells", "inputs", "pages", "forms")


@pytest.fixture(scope="module")
def world(pools: Databases, settings: Settings, application: Flask, cleaner: Cleaner) -> Iterator[World]:
    yield World(Make(pools, settings), application)
    cleaner.clean()


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """How many of each kind were tried, from every process."""
    found: Counter[str] = Counter()
    for report in (one for kind in ("passed", "failed") for one in terminalreporter.getreports(kind)):
        properties: list[tuple[str, Any]] = report.user_properties
        for name, number in properties:
            if name in COUNTED:
                found[name] += number
    if found:
        said = ", ".join(f"{number:,} {name}" for name, number in sorted(found.items()))
        terminalreporter.write_line(f"tried: {said}")
