"""Which tests run, and in which order: a sample of the large matrices in a fast run, any order in a random one."""

import os
import random
from itertools import groupby
from zlib import crc32

import pytest

FAST = "HUAKAI_TEST_FAST" in os.environ
SAMPLED = {
    "tests/templates/pages/test_pages.py": 8,
    "tests/row_security/test_attacks.py": 25,
    "tests/row_security/test_faults.py": 6,
    "tests/web/test_api_conformance.py": 20,
    "tests/web/test_api_matrix.py": 12,
    "tests/web/test_bad_inputs.py": 25,
    "tests/web/test_english.py": 8,
    "tests/web/test_matrix.py": 20,
    "tests/web/test_twice.py": 12,
}
"""Modules that try the same on every route or table: a fast run takes one test of so many, always the same ones."""
LONGEST = (
    "tests/web/test_bad_inputs.py",
    "tests/journeys/test_every_page.py",
    "tests/web/test_matrix.py",
    "tests/upgrade/test_upgrade.py",
    "tests/journeys/test_institution.py",
    "tests/tenants/standard/test_lacking.py",
    "tests/journeys/test_room.py",
    "tests/web/test_api_matrix.py",
    "tests/web/test_english.py",
    "tests/web/test_twice.py",
    "tests/fault/test_opening_under_fire.py",
    "tests/fault/test_release_under_fire.py",
)
"""Modules that take longest: they begin first, as one process runs a module whole and the last should be short."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--random", metavar="SEED", type=int, help="run in an order of its own, another for every seed")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if FAST:
        left_out = [item for item in items if not taken(item.nodeid)]
        items[:] = [item for item in items if taken(item.nodeid)]
        config.hook.pytest_deselected(items=left_out)
    if (seed := config.getoption("random")) is not None:
        items[:] = shuffled(items, random.Random(seed))
    else:
        items.sort(key=lambda item: begins(item.nodeid))


def pytest_report_header(config: pytest.Config) -> str | None:
    seed = config.getoption("random")
    return None if seed is None else f"random order: --random {seed}"


def taken(nodeid: str) -> bool:
    """Told by the test's name alone, so that it is the same in every process and on every day."""
    module, _, name = nodeid.partition("::")
    return "[" not in name or crc32(name.encode()) % SAMPLED.get(module, 1) == 0


def begins(nodeid: str) -> int:
    """The place of a test's module among those that begin first."""
    module = nodeid.partition("::")[0]
    return LONGEST.index(module) if module in LONGEST else len(LONGEST)


def shuffled(items: list[pytest.Item], dice: random.Random) -> list[pytest.Item]:
    """The modules in any order, and the tests of each: what a module has made is made once, as in every run."""
    modules = [list(tests) for _path, tests in groupby(items, lambda item: item.path)]
    dice.shuffle(modules)
    for tests in modules:
        dice.shuffle(tests)
    return [item for tests in modules for item in tests]
