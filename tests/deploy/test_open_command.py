"""`huakai sites open` says what it will do, does it, and ends honestly."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from huakai_deploy.cli import main
from huakai_deploy.local import Urls
from huakai_platform.kernel import operations
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.operations import ItemState, Operation, OperationItem
from huakai_platform.kernel.sites import Site
from huakai_platform.standards import service
from huakai_platform.standards.shipped import load_shipped
from tests.support import servers
from tests.support.make import Make

Huakai = Callable[..., Result]


@pytest.fixture
def huakai(databases: Databases, make: Make, urls: Urls, monkeypatch: pytest.MonkeyPatch) -> Huakai:
    """The command line in Chinese, with an administrator and an edition there."""
    monkeypatch.setattr("huakai_deploy.commands.output._translate", lambda: str)
    monkeypatch.setattr("huakai_platform.kernel.i18n.translate", str)
    make.member(Role.INSTITUTION_ADMIN)
    with databases.session(Login.MIGRATOR) as session:
        service.publish(session, load_shipped())
    environment = servers.environment(urls)
    return lambda *words: CliRunner().invoke(main, ["sites", "open", *words], env=environment, catch_exceptions=False)


def started(databases: Databases) -> list[Operation]:
    with databases.session(Login.OVERSIGHT) as session:
        return list(session.scalars(select(Operation)))


def test_a_dry_run_names_what_hinders_and_changes_nothing(databases: Databases, make: Make, huakai: Huakai) -> None:
    make.site(state="approved")
    unknown = make.site(state="approved", operating_since=None)

    done = huakai("--all-approved", "--dry-run", "--json")

    said = json.loads(done.stdout)
    assert (done.exit_code, len(said["started"]), said["operation"]) == (1, 1, None)
    assert said["skipped"] == [
        {"code": unknown.code, "reason": "缺少开始运营日期：已在运行的咨询室须先填写，才能开通。"}
    ]
    assert started(databases) == []


def test_all_approved_sites_become_one_operation(databases: Databases, make: Make, huakai: Huakai) -> None:
    for state in ("approved", "approved", "building", "open"):
        make.site(state=state)

    done = huakai("--all-approved")

    (operation,) = started(databases)
    assert (done.exit_code, operation.total, operation.kind) == (0, 2, "open_sites")
    assert str(operation.id) in done.stdout


def test_a_region_and_codes_narrow_it_down(databases: Databases, make: Make, huakai: Huakai) -> None:
    here, there = make.site(state="approved"), make.site(state="approved", ancestors=["440100000000", "000000000000"])

    assert json.loads(huakai("--region", "440100000000", "--json").stdout)["started"] == [there.code]
    assert json.loads(huakai(here.code.lower(), "--json").stdout)["started"] == [here.code]
    assert len(started(databases)) == 2


def test_a_suspended_site_is_only_brought_back(databases: Databases, make: Make, huakai: Huakai) -> None:
    site = make.site(state="suspended")

    done = huakai(site.code)

    assert (done.exit_code, "已恢复开放 1 个站点" in done.stdout) == (0, True)
    assert started(databases) == []
    with databases.session(Login.OVERSIGHT) as session:
        assert session.get_one(Site, site.id).state == "open"


def test_doing_it_again_when_all_is_open_is_no_failure(databases: Databases, make: Make, huakai: Huakai) -> None:
    site = make.site(state="open")

    assert huakai("--all-approved").exit_code == 0
    assert huakai(site.code).exit_code == 0
    assert started(databases) == []


@pytest.mark.parametrize("words", [(), ("--all-approved", "--region", "410000000000"), ("X", "--all-approved")])
def test_one_way_of_naming_sites_is_asked_for(huakai: Huakai, words: tuple[str, ...]) -> None:
    assert huakai(*words).exit_code == 2


def test_an_unknown_code_begins_nothing(databases: Databases, make: Make, huakai: Huakai) -> None:
    site = make.site(state="approved")

    done = huakai(site.code, "HK-000000-0001")

    assert (done.exit_code, "HK-000000-0001" in done.stderr) == (1, True)
    assert started(databases) == []


def test_waiting_ends_in_one_when_a_site_failed(
    databases: Databases, make: Make, huakai: Huakai, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = make.site(state="approved"), make.site(state="approved")

    def work(*_given: Any) -> None:
        with databases.session(Login.WORKER) as session:
            operation = session.scalars(select(Operation.id)).one()
            operations.finish_item(session, operation, good.id)
            operations.finish_item(session, operation, bad.id, error="地区已撤销")

    monkeypatch.setattr("huakai_deploy.commands.watching.time.sleep", work)
    done = huakai("--all-approved", "--wait")

    assert done.exit_code == 1
    assert f"{bad.name}  地区已撤销" in done.stderr
    with databases.session(Login.OVERSIGHT) as session:
        waiting = select(func.count()).select_from(OperationItem).where(OperationItem.state == ItemState.WAITING)
        assert session.scalar(waiting) == 0
