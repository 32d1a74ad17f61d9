"""The picture's months, coverage and released counts; sites ranked, and one site's numbers."""

import re
from datetime import date, datetime
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from huakai_platform.kernel import clock, workbooks
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.sites import Site
from huakai_platform.oversight import extents, facts, persons, release, rollups, site_numbers
from huakai_platform.oversight.models import SiteFact
from tests.platform.oversight.test_picture import statements
from tests.support.days import last_month, this_month
from tests.support.make import TOWNSHIP, Make

LUOYANG, GUANGDONG = "410300000000", "440000000000"


def count(databases: Databases, site: Site, month: date | None = None, **counts: int) -> None:
    with databases.session(Login.WORKER, site.id) as session:
        facts.recompute(session, site.id, month or this_month(), counts)


def fold(databases: Databases) -> None:
    with databases.session(Login.WORKER) as session:
        while rollups.fold(session):
            pass


def browser(app: Flask, make: Make, role: Role = Role.INSTITUTION_ADMIN, **changes: Any) -> FlaskClient:
    return make.browser(app, make.member(role, **changes))


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.fixture
def rooms(databases: Databases, make: Make) -> list[Site]:
    made = [make.site(name=name) for name in ("甲", "乙", "丙")]
    for number, site in enumerate(made):
        count(databases, site, last_month(), checklists_due=10, checklists_done=4)
        count(databases, site, checklists_due=10, checklists_done=5 + number, checklists_overdue=number)
    fold(databases)
    return made


@pytest.mark.calendar
@pytest.mark.usefixtures("rooms")
def test_a_month_is_chosen_by_the_address(app: Flask, make: Make) -> None:
    client = browser(app, make)

    assert "完成 18/30 · 较上月 +6" in plain(client.get("/console/").text)
    before = client.get(f"/console/?month={last_month():%Y-%m}").text
    assert "完成 12/30" in plain(before)
    assert f'href="/console/?region=410000000000&amp;month={last_month():%Y-%m}"' in before
    assert "这个月没有数字" in client.get("/console/?month=2020-01").text
    for odd in ("2026-13", "2026", "1999-01", "2026-1", "x"):
        assert client.get(f"/console/?month={odd}").status_code == 422


@pytest.mark.usefixtures("rooms")
def test_coverage_is_that_of_townships_until_communities_are_loaded(app: Flask, make: Make) -> None:
    extents.forget()
    page = browser(app, make).get(f"/console/?region={LUOYANG}").text

    assert re.search(r"乡镇（街道）覆盖 1/\d{2,}", plain(page))
    assert "没有导入村级区划" in page


@pytest.mark.calendar
def test_people_are_shown_as_released_and_else_as_protected(
    app: Flask, databases: Databases, make: Make, rooms: list[Site]
) -> None:
    client = browser(app, make)
    assert "还没有发布人数数据" in client.get("/console/").text
    with time_machine.travel(datetime(this_month().year, this_month().month, 10, 9, tzinfo=clock.CHINA), tick=False):
        for site in rooms:
            with databases.session(Login.WORKER, site.id) as session:
                persons.recompute(
                    session, site.id, last_month(), lambda *_: {"staff": 8, "staff_untrained": 4, "staff_expiring": 1}
                )
        with databases.session(Login.WORKER) as session:
            release.release(session, last_month(), 10)

    page = plain(client.get("/console/").text)
    assert f"培训达标率 50% 截至 {last_month():%Y-%m}" in page
    assert f"在岗人员 24 — {last_month():%Y-%m}" in page
    assert "90 天内证书到期人员 占在岗人员 受保护" in page
    assert "受保护" in plain(client.get(f"/console/picture/sites/{rooms[0].id}").text)
    below, months, _states = workbooks.read(client.get("/console/picture.xlsx").data).sheets
    told = [cell.value for cell in below.rows[1]]
    assert told[-11:] == [24, f"{last_month():%Y-%m}", 12, f"{last_month():%Y-%m}", *["受保护", None] * 3, "受保护"]
    assert [cell.value for cell in months.rows[1]][-6:] == [24, 12, *["受保护"] * 4]


def test_sites_are_ranked_by_a_number(app: Flask, make: Make, rooms: list[Site]) -> None:
    client = browser(app, make)

    worst = client.get("/console/picture/sites").text
    assert worst.index("丙") < worst.index("乙") < worst.index("甲")
    best = client.get(f"/console/picture/sites?sort=share&region={TOWNSHIP}").text
    assert best.index("甲") < best.index("乙") < best.index("丙")
    sheet = workbooks.read(client.get("/console/picture/sites.xlsx?sort=-share").data).sheets[0]
    assert [row[0].value for row in sheet.rows[1:]] == ["丙", "乙", "甲"]
    assert rooms[0].name not in client.get(f"/console/picture/sites?region={GUANGDONG}").text


@pytest.mark.usefixtures("rooms")
def test_too_many_sites_are_not_ranked(app: Flask, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site_numbers, "MOST", 2)

    page = browser(app, make).get("/console/picture/sites").text
    assert "站点太多" in page
    assert "丙" not in page


@pytest.mark.calendar
def test_a_site_shows_its_own_months(app: Flask, make: Make, rooms: list[Site]) -> None:
    page = plain(browser(app, make).get(f"/console/picture/sites/{rooms[2].id}").text)

    assert "70% 完成 7/10" in page
    assert f"{last_month():%Y-%m} 10 4 40" in page


def test_nobody_sees_sites_beside_their_region(app: Flask, make: Make, rooms: list[Site]) -> None:
    client = browser(app, make, Role.REGIONAL_OFFICE, region_code="440100000000")

    missing = client.get(f"/console/picture/sites/{uuid7()}")
    beyond = client.get(f"/console/picture/sites/{rooms[0].id}")
    assert (missing.status_code, beyond.status_code) == (404, 404)
    assert "甲" not in client.get("/console/picture/sites").text
    assert client.get(f"/console/picture/sites?region={LUOYANG}").status_code == 404
    assert browser(app, make, Role.REGIONAL_OFFICE, region_code=None).get("/console/picture/sites").status_code == 403


@pytest.mark.parametrize("path", ["/console/picture/sites", "/console/picture/sites.xlsx"])
@pytest.mark.parametrize("asked", ["region=abc", "month=2026-00", "sort=name", "page=0", "q=1"])
def test_odd_addresses_of_rankings_are_refused(app: Flask, make: Make, path: str, asked: str) -> None:
    assert browser(app, make).get(f"{path}?{asked}").status_code == 422


def test_pages_ask_as_often_for_many_sites_as_for_few(
    app: Flask, databases: Databases, make: Make, rooms: list[Site]
) -> None:
    client, paths = browser(app, make), ("/console/picture/sites", f"/console/picture/sites/{rooms[0].id}")
    few = []
    for path in paths:
        with statements(app.extensions["huakai"].databases) as asked:
            client.get(path)
        few.append(len(asked))
    for _ in range(60):
        count(databases, make.site())
    fold(databases)
    for path, before in zip(paths, few, strict=True):
        with statements(app.extensions["huakai"].databases) as asked:
            assert client.get(path).status_code == 200
        assert len(asked) == before <= 9
    assert "第 1 / 2 页" in client.get(paths[0]).text


@pytest.mark.calendar
def test_the_running_state_says_whether_the_sums_are_right(
    app: Flask, databases: Databases, make: Make, rooms: list[Site]
) -> None:
    client = browser(app, make)
    assert "全国等于各省之和" in client.get("/console/jobs").text
    count(databases, rooms[0], checklists_done=9)
    assert "1 个地区等待汇总" in client.get("/console/jobs").text
    fold(databases)
    with databases.session(Login.MIGRATOR) as session:
        session.add(
            SiteFact(tenant_id=uuid7(), month=last_month(), region_code=TOWNSHIP, metrics={}, computed_at=clock.now())
        )
        session.connection().exec_driver_sql(
            "UPDATE oversight.region_rollup SET metrics = '{\"sites\": 1}' WHERE level = 'country'"
        )
    assert "与各省之和不符" in client.get("/console/jobs").text
