"""How fast an edition reaches 319 and 10,000 sites: the dry run, the release, and the rows it writes at each."""

import os
import time
from uuid import UUID

import psycopg
import pytest

from huakai_deploy.local import Urls
from huakai_deploy.supervise import Supervisor
from huakai_platform.kernel import operations
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.releases import running, service, trials
from tests.bench import neighbours
from tests.bench.conftest import Judge, Tell
from tests.bench.crew import PATIENCE, WORKERS, until_quiet
from tests.support import servers
from tests.support.make import Make
from tests.support.released import next_edition, planned

SITES = (319, 10_000) if int(os.environ.get("HUAKAI_BENCH_RUNS", "5")) > 1 else (319,)
A_SECOND, ROWS, DRY = 500, 5, 60
"""Sites a second, rows at each, and seconds for the dry run of the largest number of sites."""
WRITTEN = "SELECT sum(n_tup_ins + n_tup_upd) FROM pg_stat_user_tables"


@pytest.mark.bench
def test_a_release_reaches_its_sites(
    databases: Databases, urls: Urls, make: Make, workers: Supervisor, tell: Tell, judge: Judge
) -> None:
    for number, sites in enumerate(SITES):
        if number:
            servers.wipe(urls)
        admin = Make(make.databases, make.settings).member(Role.INSTITUTION_ADMIN)
        assert admin.institution_id
        neighbours.settle(databases, urls, admin.institution_id, sites)
        until_quiet(databases)
        one_release(databases, urls, make, admin, sites, tell, judge)


def one_release(
    databases: Databases, urls: Urls, make: Make, admin: Actor, sites: int, tell: Tell, judge: Judge
) -> None:
    release_id = planned(make, admin, next_edition(make))
    begun = time.perf_counter()
    with databases.session(Login.OVERSIGHT) as session:
        check = trials.start(session, admin, release_id)
    tried = until_done(databases, check, sites) - begun
    until_quiet(databases)
    before, begun = written(urls), time.perf_counter()
    with databases.session(Login.OVERSIGHT) as session:
        running.launch(session, admin, release_id)
        operation = service.waves(session, release_id)[0].operation_id
    assert operation
    took = until_done(databases, operation, sites) - begun
    until_quiet(databases)
    rows = (written(urls) - before) / sites
    met = judge(f"release to {sites:,} sites, sites a second", sites / took, at_least=A_SECOND)
    few = judge(f"release to {sites:,} sites, rows written at each", rows, at_most=ROWS)
    dry = judge(f"dry run of {sites:,} sites, seconds", tried, at_most=DRY)
    tell(f"\nrelease to {sites:,} sites with {WORKERS} workers:")
    tell(f"  {tried:8.1f} s for the dry run, {sites / tried:.0f} sites/s (target {DRY} s: {dry})")
    tell(f"  {took:8.1f} s to move them, {sites / took:.0f} sites/s (target {A_SECOND}: {met})")
    tell(f"  {rows:8.1f} rows inserted or updated a site, queue, trail and score included (target {ROWS}: {few})")


def until_done(databases: Databases, operation_id: UUID, sites: int) -> float:
    end = time.perf_counter() + PATIENCE
    while time.perf_counter() < end:
        with databases.session(Login.OVERSIGHT) as session:
            found = operations.progress(session, operation_id)
        if found.ending is not operations.Ending.RUNNING:
            assert (found.done, found.failed) == (sites, 0)
            return time.perf_counter()
        time.sleep(0.1)
    pytest.fail(f"still waiting: {found}")


def written(urls: Urls) -> int:
    """Rows inserted and updated so far, as the server counts them."""
    with psycopg.connect(urls.login("postgres"), autocommit=True) as connection:
        connection.execute("SELECT pg_stat_clear_snapshot()")
        time.sleep(1.5)
        (number,) = connection.execute(WRITTEN).fetchone() or (0,)
        return int(number)
