"""`huakai facts` and `huakai figures` on the command line."""

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select, text

from huakai_deploy.cli import main
from huakai_deploy.local import Urls
from huakai_platform.kernel import clock, i18n
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.oversight import facts, persons, rollups
from huakai_platform.oversight.models import FigureRelease, SiteFact
from huakai_worker import dispatcher
from tests.support import servers
from tests.support.make import Make

Run = Callable[..., Result]
MONTH = clock.month(clock.today())


@pytest.fixture
def run(urls: Urls, databases: Databases, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(i18n, "translate", i18n.translate)
    environment = servers.environment(urls)

    def run(*words: object) -> Result:
        return CliRunner().invoke(main, [*map(str, words)], env=environment)

    return run


@pytest.fixture
def counted(databases: Databases, make: Make) -> None:
    site = make.site()
    with databases.session(Login.WORKER, site.id) as session:
        facts.recompute(session, site.id, MONTH, {"checklists_done": 4})
    with databases.session(Login.WORKER) as session:
        rollups.rebuild(session, MONTH)


def told(result: Result) -> Any:
    return json.loads(result.stdout)


@pytest.mark.usefixtures("counted")
def test_the_check_finds_a_rollup_that_is_not_the_sum(run: Run, databases: Databases) -> None:
    assert run("facts", "check").exit_code == 0
    with databases.session(Login.WORKER) as session:
        session.execute(
            text("UPDATE oversight.region_rollup SET metrics = jsonb_build_object('sites', 7) WHERE level = 'country'")
        )

    result = run("facts", "check", "--json")
    assert result.exit_code == 1
    assert [row["region_code"] for row in told(result)["differences"]] == ["000000000000"]
    assert "sites=7" in run("facts", "check", "--month", f"{MONTH:%Y-%m}").output


def test_a_month_is_written_as_year_and_month(run: Run) -> None:
    assert run("facts", "check", "--month", "November").exit_code == 2
    assert run("figures", "release", "--month", "2026-13").exit_code == 2


@pytest.mark.usefixtures("counted")
def test_a_rebuild_counts_every_site_inside_itself(
    run: Run, databases: Databases, settings: Settings, make: Make
) -> None:
    make.member(Role.INSTITUTION_ADMIN)
    with databases.session(Login.MIGRATOR) as session:
        session.execute(text("UPDATE oversight.site_fact SET metrics = jsonb_build_object('sites', 9)"))
    ended = threading.Event()

    def work() -> None:
        while not ended.wait(0.1):
            dispatcher.drain(databases, settings)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        result = run("facts", "rebuild", "--json")
    finally:
        ended.set()
        worker.join()

    assert result.exit_code == 0, result.output
    assert (told(result)["done"], told(result)["ending"]) == (1, "done")
    with databases.session(Login.OVERSIGHT) as session:
        assert session.scalars(select(SiteFact.metrics)).one()["state_open"] == 1
    assert run("facts", "check").exit_code == 0


@pytest.mark.usefixtures("counted")
def test_a_rebuild_of_a_site_that_is_not_there_says_so(run: Run, make: Make) -> None:
    make.member(Role.INSTITUTION_ADMIN)

    assert run("facts", "rebuild", "--site", "HK-0").exit_code == 1


def test_a_month_is_let_out_once_and_not_by_a_trial(run: Run, databases: Databases, make: Make) -> None:
    make.member(Role.INSTITUTION_ADMIN)
    month = clock.months_on(MONTH, -2)
    for _ in range(3):
        site = make.site()
        with databases.session(Login.WORKER, site.id) as session:
            persons.recompute(session, site.id, month, lambda _session, _month: {"staff": 4})
    asked = ("figures", "release", "--month", f"{month:%Y-%m}", "--json")

    assert told(run(*asked, "--dry-run"))["places"] == 5
    with databases.session(Login.OVERSIGHT) as session:
        assert not session.scalars(select(FigureRelease)).all()
    assert told(run(*asked)) == {"month": f"{month:%Y-%m}", "threshold": 10, "places": 5, "dry_run": False}
    assert run(*asked).exit_code == 1


def test_the_present_month_is_not_let_out(run: Run, make: Make) -> None:
    make.member(Role.INSTITUTION_ADMIN)

    assert run("figures", "release", "--month", f"{MONTH:%Y-%m}").exit_code == 1
