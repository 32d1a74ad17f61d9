"""What every page of the console costs with 319 and with 100,000 sites."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event

from huakai_deploy.local import Urls
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.setup.models import SetupProgress
from tests.bench.conftest import Judge, Tell
from tests.support import many
from tests.support.make import Make
from tests.support.routes import API, everything

SIZES = (319, int(os.environ.get("HUAKAI_BENCH_SITES", "100000")))
TIMES = 7
MOST_TIME, MOST_BYTES, MOST_STATEMENT = 1.5, 1.3, 50.0
SHEETS = ("export", "print", ".xlsx", ".jsonl", "template", "files")
"""What is as long as the list itself, or is no page."""
LISTS = ("/console/sites", "/console/compliance", "/console/drift")
FILTERS = {
    "/console/sites": "sort=-name sort=-area sort=since sort=-state state=approved kind=center tier=T2 q=第77 q=GN-0001"
    " ownership=self_built region=410000000000 page=7 page=200",
    "/console/compliance": "sort=risk sort=-percent sort=name sort=-code grade=none grade=good age=A risk=high"
    " region=410000000000 page=7 page=200",
    "/console/drift": "sort=core sort=-waived sort=-allowed sort=unexplained sort=name tier=T2"
    " sort_of=waived kind=space region=410000000000 page=7 page=200",
    "/console/operations": "page=2",
}


@dataclass(frozen=True)
class Cost:
    milliseconds: float
    size: int
    slow: tuple[str, ...]
    whole: tuple[str, ...]


@pytest.mark.bench
def test_every_page_of_the_console_stays_flat(
    app: Flask,
    databases: Databases,
    make: Make,
    urls: Urls,
    timed: Callable[..., list[float]],
    tell: Tell,
    judge: Judge,
) -> None:
    client = signed_in(app, make)
    found: dict[int, dict[str, Cost]] = {}
    for size in SIZES:
        many.settle(databases, urls, make, size)
        engine = app.extensions["huakai"].databases.engine(Login.OVERSIGHT)
        found[size] = {path: cost(client, path, engine, timed) for path in addresses(client)}
    few, lots = found.values()
    tell(f"\nconsole pages, the fastest of {TIMES}: {SIZES[0]:,} sites, {SIZES[1]:,} sites, times, bytes:")
    for path in lots:
        tell(line(path, beside(few, path), lots[path]))
    pairs = [(beside(few, path), lots[path]) for path in lots]
    judge("slowest growth of a console page", max(b.milliseconds / a.milliseconds for a, b in pairs), at_most=MOST_TIME)
    judge("widest growth of a console page", max(b.size / a.size for a, b in pairs), at_most=MOST_BYTES)
    judge("statements over 50 ms", sum(len(b.slow) for _a, b in pairs), at_most=0)
    judge("statements that read all of platform.site", sum(len(b.whole) for _a, b in pairs), at_most=0)


def beside(few: dict[str, Cost], path: str) -> Cost:
    """What the same page costs with few sites; a page of a list that has none there, or fewer rows, its first page."""
    first = few[urlsplit(path).path]
    same = few.get(path, first)
    return first if same.size < first.size else same


def signed_in(app: Flask, make: Make) -> FlaskClient:
    admin, now = make.member(Role.INSTITUTION_ADMIN), clock.now()
    assert admin.institution_id
    make.add(SetupProgress(institution_id=admin.institution_id, steps={}, updated_at=now, finished_at=now))
    return make.browser(app, admin)


def addresses(client: FlaskClient) -> list[str]:
    """Every page without identifiers, the lists as they may be asked for, and where they go on by key."""
    pages = [
        one.path
        for one in everything()
        if "GET" in one.methods
        and one.path.startswith("/console")
        and not one.arguments
        and not one.path.startswith(API)
        and Role.INSTITUTION_ADMIN in one.access.roles
        and not any(word in one.path for word in SHEETS)
    ]
    pages = [path for path in pages if client.get(path).status_code == 200]
    asked = [f"{path}?{query}" for path, queries in FILTERS.items() for query in queries.split()]
    behind = [one for path in LISTS if (one := _next(client, f"{path}?page=200"))]
    return [*pages, *asked, *behind]


def _next(client: FlaskClient, path: str) -> str | None:
    """The address behind the last page that has a number."""
    _head, found, rest = client.get(path).text.partition('rel="next" href="')
    address = rest.partition('"')[0].replace("&amp;", "&")
    return address if found and "after" in parse_qs(urlsplit(address).query) else None


def cost(client: FlaskClient, path: str, engine: Engine, timed: Callable[..., list[float]]) -> Cost:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status)
    milliseconds = min(timed(lambda: client.get(path), TIMES))
    with spent(engine) as slow:
        client.get(path)
    with many.explained(engine) as plans:
        client.get(path)
    return Cost(milliseconds, len(answer.data), tuple(slow), tuple(many.read_through(plans)))


@contextmanager
def spent(engine: Engine) -> Iterator[list[str]]:
    """The statements that take too long."""
    import time

    slow: list[str] = []
    begun: list[float] = []

    def after(_connection: object, _cursor: object, statement: str, *_rest: Any) -> None:
        taken = (time.perf_counter() - begun.pop()) * 1000
        if taken > MOST_STATEMENT:
            slow.append(f"{taken:.0f} ms {statement}")

    def before(*_arguments: object) -> None:
        begun.append(time.perf_counter())

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    try:
        yield slow
    finally:
        event.remove(engine, "before_cursor_execute", before)
        event.remove(engine, "after_cursor_execute", after)


def line(path: str, few: Cost, lots: Cost) -> str:
    time, size = lots.milliseconds / few.milliseconds, lots.size / few.size
    said = f"  {few.milliseconds:7.1f} {lots.milliseconds:7.1f} ms  {time:5.2f} ×  {size:5.2f} ×  {path}"
    for word, statements in (("over 50 ms", lots.slow), ("reads all sites", lots.whole)):
        for one in statements:
            said += f"\n      {word}: {' '.join(one.split())[:300]}"
    return said
