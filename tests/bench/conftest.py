"""What the measurements share: how they are told, and how long a run takes."""

import logging
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
import structlog

Tell = Callable[[str], None]


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
