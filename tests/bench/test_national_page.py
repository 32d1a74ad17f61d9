"""What the national page costs with 319 and with 10,000 sites, beside one look-up by primary key."""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, event, text

from huakai_deploy.local import Urls
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.oversight import rollups
from huakai_platform.setup.models import SetupProgress
from tests.bench.conftest import Judge, Tell
from tests.support.make import Make

SIZES = (319, 10_000)
MONTHS = 12
TIMES = 40
MOST_DATABASE, MOST_GROWTH = 5.0, 1.2
KEY = text("SELECT code, name FROM platform.region WHERE code = :code")
LUOYANG = "410300000000"

# Facts of sites that are not there: the page reads rollups, and rollups read facts.
FACTS = text(
    """
    INSERT INTO oversight.site_fact (tenant_id, month, region_code, metrics, computed_at)
    SELECT gen_random_uuid(), CAST(:first AS date) - make_interval(months => back.n), place.code,
           jsonb_build_object('sites', 1, 'rooms', 1, 'centers', 0, 'state_open', 1, 'checklists_due', 24,
                              'checklists_done', 20 + site.n % 5, 'checklists_on_time', 18,
                              'checklists_overdue', site.n % 4, 'core_failures', site.n % 2), now()
    FROM generate_series(1, :sites) AS site (n)
    JOIN (SELECT code, row_number() OVER (ORDER BY code) - 1 AS n, count(*) OVER () AS every
          FROM platform.region WHERE level = 'township') AS place ON place.n = site.n % place.every
    CROSS JOIN generate_series(0, :months - 1) AS back (n)
    """
)


@pytest.mark.bench
def test_the_national_page_at_two_sizes(
    app: Flask,
    databases: Databases,
    make: Make,
    urls: Urls,
    timed: Callable[..., list[float]],
    tell: Tell,
    judge: Judge,
) -> None:
    admin, now = make.member(Role.INSTITUTION_ADMIN), clock.now()
    assert admin.institution_id
    make.add(SetupProgress(institution_id=admin.institution_id, steps={}, updated_at=now, finished_at=now))
    client = make.browser(app, admin)
    make.site()
    tell(f"\nthe national page, medians of {TIMES}, each page beside one look-up by primary key:")
    totals: dict[int, float] = {}
    for size in SIZES:
        count_sites(databases, urls, size)
        total, database, one, statements = look(app, client.get, timed)
        totals[size] = total
        what = f"national page at {size:,} sites, database time in look-ups by key"
        met = judge(what, database / one, at_most=MOST_DATABASE)
        tell(
            f"  {size:6,} sites: {total:5.1f} ms in all, of it {database:.2f} ms in {statements} statements"
            f" = {database / one:.1f} × the look-up of {one:.2f} ms (target {MOST_DATABASE:.0f} ×: {met})"
        )
    growth = totals[SIZES[1]] / totals[SIZES[0]]
    met = judge(f"national page, time at {SIZES[1]:,} sites by that at {SIZES[0]}", growth, at_most=MOST_GROWTH)
    tell(f"  {growth:.2f} × the time at {SIZES[0]} sites (target {MOST_GROWTH} ×: {met})")


def count_sites(databases: Databases, urls: Urls, size: int) -> None:
    """Twelve months of facts of so many sites, summed up the tree."""
    engine = create_engine(urls.login("postgres"), isolation_level="AUTOCOMMIT")
    first = clock.month(clock.today())
    with engine.connect() as connection:
        connection.execute(text("TRUNCATE oversight.site_fact, oversight.region_rollup, oversight.dirty_region"))
        connection.execute(FACTS, {"first": first, "sites": size, "months": MONTHS})
        months = connection.execute(text("SELECT DISTINCT month FROM oversight.site_fact")).scalars().all()
    for month in months:
        with databases.session(Login.WORKER) as session:
            rollups.rebuild(session, month)
    with engine.connect() as connection:
        connection.execute(text("VACUUM ANALYZE oversight.site_fact, oversight.region_rollup"))
    engine.dispose()


def look(
    app: Flask, get: Callable[[str], object], timed: Callable[..., list[float]]
) -> tuple[float, float, float, int]:
    """Milliseconds of a whole page, of its statements and of a look-up after it, and how many statements: medians."""
    total = statistics.median(timed(lambda: get("/console/"), TIMES))
    databases = app.extensions["huakai"].databases
    pages: list[list[float]] = []
    singles: list[float] = []
    with watched(databases.engine(Login.OVERSIGHT)) as spent:
        for _number in range(TIMES):
            spent.clear()
            get("/console/")
            pages.append(list(spent))
            with databases.session(Login.OVERSIGHT) as session:
                session.execute(KEY, {"code": LUOYANG}).all()
            singles.append(spent[-1])
    database = statistics.median(sum(one) for one in pages)
    return total, database, statistics.median(singles), round(statistics.median(len(one) for one in pages))


@contextmanager
def watched(engine: Engine) -> Iterator[list[float]]:
    """Milliseconds of each statement that the engine runs."""
    spent: list[float] = []
    begun: list[float] = []

    def before(*_arguments: object) -> None:
        begun.append(time.perf_counter())

    def after(*_arguments: object) -> None:
        spent.append((time.perf_counter() - begun.pop()) * 1000)

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    try:
        yield spent
    finally:
        event.remove(engine, "before_cursor_execute", before)
        event.remove(engine, "after_cursor_execute", after)
