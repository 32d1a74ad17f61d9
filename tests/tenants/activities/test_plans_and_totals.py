"""Every month has its theme, and past periods their totals, which count no day twice."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.sites import Site
from huakai_tenants.activities import counting, plans
from tests.support.active import Active
from tests.support.make import Make
from tests.support.web import post

PLAN, TOTALS = "/room/activities/plan", "/room/activities/totals"


@pytest.fixture
def site(make: Make) -> Site:
    return make.site()


@pytest.fixture
def browser(app: Flask, make: Make, site: Site) -> FlaskClient:
    return make.browser(app, make.member(Role.SITE_WORKER, site))


@pytest.fixture
def active(make: Make, site: Site) -> Active:
    return Active(make, site)


def counted(databases: Databases, site: Site, month: date) -> dict[str, int]:
    with databases.session(Login.TENANT, site.id) as session:
        return counting.counts(session, month)


def done(databases: Databases, site: Site) -> tuple[int, int]:
    with databases.session(Login.TENANT, site.id) as session:
        year = plans.of(session, 2019)
        return year.planned, year.done


def test_the_twelve_themes_are_taken_over_once_and_each_is_done_by_an_activity_of_its_month(
    databases: Databases, browser: FlaskClient, active: Active, site: Site
) -> None:
    assert post(browser, PLAN, {"year": "2019"}).status_code == 303
    assert post(browser, PLAN, {"year": "2019"}).status_code == 409
    assert done(databases, site) == (12, 0)

    active.activity(date(2019, 5, 20), theme="exam_relief")
    active.activity(date(2019, 7, 1), theme="children_painting")
    active.activity(date(2019, 9, 9), theme="double_ninth", state="planned")

    assert done(databases, site) == (12, 1)
    assert counted(databases, site, date(2019, 5, 1))["activity_themes_held"] == 1
    assert counted(databases, site, date(2019, 7, 1))["activity_themes_planned"] == 1
    assert "activity_themes_held" not in counted(databases, site, date(2019, 7, 1))
    assert "1 / 12" in browser.get(f"{PLAN}?year=2019").text


def test_a_month_may_have_a_theme_of_its_own(
    databases: Databases, browser: FlaskClient, active: Active, site: Site
) -> None:
    assert post(browser, f"{PLAN}/2019/8", {"title": "清凉一夏", "version": "0"}).status_code == 303
    assert post(browser, f"{PLAN}/2019/8", {"title": "another", "version": "0"}).status_code == 409
    assert post(browser, f"{PLAN}/2019/8", {"theme": "warmth", "title": "both", "version": "1"}).status_code == 422
    assert post(browser, f"{PLAN}/2019/8", {"theme": "nonsense", "version": "1"}).status_code == 422
    assert post(browser, f"{PLAN}/2019/13", {"title": "x", "version": "0"}).status_code == 404

    active.activity(date(2019, 8, 8), theme="own")

    page = browser.get(f"{PLAN}?year=2019").text
    assert "清凉一夏" in page
    assert done(databases, site) == (1, 1)
    assert post(browser, f"{PLAN}/2019/8/removal").status_code == 303
    assert done(databases, site) == (0, 0)


def total(**changes: Any) -> dict[str, Any]:
    values = {
        "from_on": "2016-01-01", "to_on": "2018-12-31", "sessions": "24575", "attendances": "1269301", "sites": "55",
        "source": "工作总结",
    }  # fmt: skip
    return {name: value for name, value in (values | changes).items() if value is not None}


def test_a_total_is_counted_by_names_of_its_own(databases: Databases, browser: FlaskClient, site: Site) -> None:
    assert post(browser, TOTALS, total()).status_code == 303

    assert counted(databases, site, date(2018, 12, 1)) == {
        "activity_total_sessions": 24_575,
        "activity_total_attendances": 1_269_301,
    }
    page = browser.get(TOTALS).text
    assert "1,269,301" in page
    assert "汇总数</span>" in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"to_on": "2015-12-31"},
        {"to_on": "2099-12-31"},
        {"sessions": "0"},
        {"attendances": None},
        {"people": "2000000"},
        {"source": None},
        {"sites": "0"},
    ],
)
def test_a_total_that_does_not_agree_is_refused(
    databases: Databases, browser: FlaskClient, site: Site, wrong: dict[str, Any]
) -> None:
    assert post(browser, TOTALS, total(**wrong)).status_code == 422
    assert counted(databases, site, date(2018, 12, 1)) == {}


def test_no_day_is_counted_by_a_total_and_by_something_else(
    databases: Databases, browser: FlaskClient, active: Active, site: Site
) -> None:
    kept = active.activity(date(2018, 6, 1))
    answer = post(browser, TOTALS, total())
    assert answer.status_code == 422
    assert "这段时间已有 1 次单独登记的活动" in answer.text
    assert post(browser, f"/room/activities/{kept.id}/cancellation", {"reason": "x"}).status_code == 303

    assert post(browser, TOTALS, total()).status_code == 303
    late = post(browser, TOTALS, total(from_on="2018-12-31", to_on="2019-01-31"))
    assert "与 2016-01-01 至 2018-12-31 的汇总数重叠" in late.text
    single = {
        "title": "讲座", "held_on": "2018-06-02", "state": "held", "direction": "in", "form": "lecture",
        "sessions": "1", "attendances": "9",
    }  # fmt: skip
    refused = post(browser, "/room/activities/new", single)
    assert refused.status_code == 422
    assert "已按汇总数上报" in refused.text
    assert post(browser, "/room/activities/new", single | {"held_on": "2019-01-01"}).status_code == 303
