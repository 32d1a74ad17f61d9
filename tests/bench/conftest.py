"""What the measurements share: how they are told, and how long a run takes."""

import logging
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog

from huakai_deploy.local import Urls
from huakai_deploy.supervise import Supervisor
from tests.bench.crew import crew

Tell = Callable[[str], None]
Judge = Callable[..., str]


@dataclass(frozen=True)
class Verdict:
    """One line of the table at the end."""

    what: str
    found: float
    target: str
    met: bool


VERDICTS = pytest.StashKey[list[Verdict]]()


@pytest.fixture
def judge(pytestconfig: pytest.Config) -> Judge:
    """Holds a figure to its target, `at_least` or `at_most`, keeps it for the table, and says `met` or `MISSED`."""
    kept = pytestconfig.stash.setdefault(VERDICTS, [])

    def decide(what: str, found: float, *, at_least: float | None = None, at_most: float | None = None) -> str:
        met = (at_least is None or found >= at_least) and (at_most is None or found <= at_most)
        kept.append(Verdict(what, found, f"≥ {at_least:g}" if at_least is not None else f"≤ {at_most:g}", met))
        return "met" if met else "MISSED"

    return decide


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """All figures that have a target, in one table."""
    verdicts = config.stash.get(VERDICTS, [])
    if not verdicts:
        return
    terminalreporter.section("measured")
    wide = max(len(one.what) for one in verdicts)
    for one in verdicts:
        line = f"{one.what:{wide}}  {one.found:8.2f}  {one.target:>6}  {'met' if one.met else 'MISSED'}"
        terminalreporter.write_line(line)


@pytest.fixture
def workers(urls: Urls, tmp_path: Path) -> Iterator[Supervisor]:
    """Two worker processes and a poller on the tests' database."""
    with crew(urls, tmp_path) as supervisor:
        yield supervisor


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Tell:
    """Writes a line to the terminal, whatever pytest captures."""

    def say(line: str) -> None:
        with capsys.disabled():
            print(line, flush=True)  # noqa: T201

    return say


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Measure without a line of log for each request."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    yield
    structlog.configure(**before)


@pytest.fixture
def timed() -> Callable[[Callable[[], Any], int], list[float]]:
    """Milliseconds of each of some calls, after one that warms up."""

    def measure(deed: Callable[[], Any], times: int) -> list[float]:
        deed()
        return [_milliseconds(deed) for _number in range(times)]

    return measure


@pytest.fixture
def p95() -> Callable[[Iterable[float]], float]:
    return lambda figures: statistics.quantiles(figures, n=20)[-1]


def _milliseconds(deed: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    deed()
    return (time.perf_counter() - begun) * 1000
