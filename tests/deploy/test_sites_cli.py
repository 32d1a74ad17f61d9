"""`huakai sites` on the command line."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from huakai_deploy.cli import main
from huakai_deploy.local import Urls
from huakai_platform.kernel import workbooks
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.operations import Operation
from huakai_platform.kernel.sites import Site
from huakai_platform.onboarding.models import RegisterImport
from tests.support import servers
from tests.support.lookups import REGISTER, REGISTER_WITH_ERRORS
from tests.support.make import Make

Run = Callable[..., Result]


@pytest.fixture
def run(urls: Urls, databases: Databases) -> Run:
    environment = servers.environment(urls)

    def run(*words: object) -> Result:
        return CliRunner().invoke(main, ["sites", *map(str, words)], env=environment)

    return run


@pytest.fixture
def admin(make: Make) -> None:
    make.member(Role.INSTITUTION_ADMIN)


def told(result: Result) -> Any:
    return json.loads(result.stdout)


def rows(databases: Databases, table: type) -> int:
    with databases.session(Login.OVERSIGHT) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.usefixtures("admin")
def test_a_register_goes_in_once(run: Run) -> None:
    first, second = run("import", REGISTER, "--json"), run("import", REGISTER, "--json")

    assert (first.exit_code, told(first)["created"]) == (0, 319)
    assert (second.exit_code, told(second)["created"], told(second)["present"]) == (0, 0, 319)


@pytest.mark.usefixtures("admin")
def test_refused_rows_end_in_one_and_come_back_marked(run: Run, tmp_path: Path) -> None:
    marked = tmp_path / "marked.xlsx"

    result = run("import", REGISTER_WITH_ERRORS, "--errors-to", marked)

    assert result.exit_code == 1
    assert re.findall(r"\d+", result.output.splitlines()[-1]) == ["305", "0", "14"]
    for cell in ("E7", "C19", "J26", "E92", "D144"):
        assert cell in result.output
    assert workbooks.read(marked.read_bytes()).sheets[0].rows[6][21].text.startswith("E7")
    later = run("import", REGISTER, "--json")
    assert (later.exit_code, told(later)["created"]) == (0, 14)


@pytest.mark.usefixtures("admin")
def test_a_dry_run_leaves_nothing(run: Run, databases: Databases) -> None:
    result = run("import", REGISTER, "--dry-run", "--json")

    assert (result.exit_code, told(result)["created"], told(result)["dry_run"]) == (0, 319, True)
    assert rows(databases, Site) == rows(databases, RegisterImport) == 0


@pytest.mark.usefixtures("admin")
def test_an_override_lets_a_possible_duplicate_in(run: Run) -> None:
    result = run("import", REGISTER_WITH_ERRORS, "--override", "92=同一社区第二个服务点", "--json")

    assert told(result)["created"] == 306
    assert run("import", REGISTER, "--override", "92").exit_code == 2


@pytest.mark.usefixtures("admin")
def test_a_column_is_named_by_hand(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("甲,类型,级别,统计用区划代码\n平安社区心理咨询室,心理咨询室,T1,410311002001\n", "utf-8")

    lacking = run("import", file)
    assert lacking.exit_code == 1
    assert "--column name=B" in lacking.output
    assert told(run("import", file, "--column", "name=A", "--json"))["created"] == 1
    assert run("import", file, "--column", "nonsense=A").exit_code == 2


@pytest.mark.usefixtures("admin")
def test_open_begins_the_operation(run: Run, databases: Databases) -> None:
    result = run("import", REGISTER, "--open", "--json")

    assert told(result)["operation"]
    with databases.session(Login.OVERSIGHT) as session:
        assert session.scalars(select(Operation.total)).all() == [319]


def test_without_an_administrator_it_cannot_run(run: Run, make: Make) -> None:
    make.institution()

    result = run("import", REGISTER)

    assert result.exit_code == 2
    assert "huakai accounts create" in result.output


@pytest.mark.usefixtures("admin")
def test_what_is_no_register_is_refused_in_words(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "x.xlsx"
    file.write_bytes(b"PK nonsense")

    result = run("import", file)

    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert run("import", tmp_path / "nothing.xlsx").exit_code == 2


@pytest.mark.usefixtures("admin")
def test_sites_are_listed_and_shown(run: Run, make: Make) -> None:
    make.site(name="龙门社区心理咨询室", code="HK-410311-0042", state="approved")
    make.site(name="牡丹街心理咨询室")

    assert [one["code"] for one in told(run("list", "--state", "approved", "--json"))] == ["HK-410311-0042"]
    assert "牡丹街" in run("list", "--region", "410311000000").output
    assert told(run("list", "--region", "440100000000", "--json")) == []
    assert told(run("show", "HK-410311-0042", "--json"))["name"] == "龙门社区心理咨询室"
    assert "洛龙区" in run("show", "HK-410311-0042").output
    assert run("show", "HK-000000-0001").exit_code == 1
