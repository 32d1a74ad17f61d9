"""Activities roll up from rooms to the country; totals of the past beside them, marked, exact, and never added in."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.events import NumbersChanged
from huakai_platform.kernel.outbox import publish
from huakai_platform.kernel.sites import Site
from huakai_platform.oversight import rollups
from huakai_platform.oversight.models import RegionRollup
from huakai_worker import dispatcher
from tests.support.active import Active
from tests.support.make import Make
from tests.support.web import post

PAGE, TOTALS = "/console/activities", "/console/activities/totals"
COUNTRY, DONGGUAN, GUANGDONG, LUOYANG = "000000000000", "441900000000", "440000000000", "410300000000"
MAY = date(2019, 5, 1)


@pytest.fixture
def browser(app: Flask, make: Make) -> FlaskClient:
    return make.browser(app, make.member(Role.INSTITUTION_ADMIN))


def worked(databases: Databases, settings: Settings) -> None:
    dispatcher.drain(databases, settings)
    with databases.session(Login.WORKER) as session:
        while rollups.fold(session):
            pass


def rolled_up(databases: Databases, region: str, month: date) -> dict[str, int]:
    with databases.session(Login.OVERSIGHT) as session:
        wanted = select(RegionRollup.metrics).where(RegionRollup.region_code == region, RegionRollup.month == month)
        found: dict[str, int] = session.scalar(wanted) or {}
        return {name: number for name, number in found.items() if name.startswith("activit")}


def held(databases: Databases, make: Make, settings: Settings) -> list[Site]:
    """Two rooms in Luoyang with three activities in May 2019."""
    sites = [make.site(), make.site()]
    Active(make, sites[0]).activity(MAY, sessions=2, attendances=60, people=50, people_estimated=True)
    Active(make, sites[0]).activity(MAY, venue="school", sessions=1, attendances=40, people=40)
    Active(make, sites[1]).activity(MAY, direction="in", venue=None, sessions=1, attendances=10, people=None)
    for site in sites:
        with databases.session(Login.TENANT, site.id) as session:
            publish(session, NumbersChanged(MAY.isoformat()))
    worked(databases, settings)
    return sites


def typed(**changes: Any) -> dict[str, Any]:
    values = {
        "region": DONGGUAN, "from_on": "2016-01-01", "to_on": "2018-12-31", "sessions": "24575",
        "attendances": "1269301", "sites": "55", "source": "提案答复",
    }  # fmt: skip
    return {name: value for name, value in (values | changes).items() if value is not None}


def test_what_rooms_hold_is_the_regions_by_place_and_direction(
    databases: Databases, make: Make, settings: Settings, browser: FlaskClient
) -> None:
    held(databases, make, settings)

    numbers = rolled_up(databases, COUNTRY, MAY)
    assert (numbers["activities_held"], numbers["activity_sessions"]) == (3, 4)
    assert (numbers["activity_attendances"], numbers["activity_people"]) == (110, 90)
    assert (numbers["activity_sessions_community"], numbers["activity_sessions_school"]) == (2, 1)
    assert (numbers["activity_attendances_out"], numbers["activity_attendances_in"]) == (100, 10)
    page = browser.get(f"{PAGE}?year=2019&region={LUOYANG}").text
    assert "其中估计 55%" in page
    assert "进校园" in page
    assert browser.get(f"{PAGE}.xlsx?year=2019").data[:2] == b"PK"


def test_a_total_of_55_centres_shows_so_in_the_country_and_is_not_added_to_single_activities(
    databases: Databases, make: Make, settings: Settings, browser: FlaskClient
) -> None:
    held(databases, make, settings)
    assert post(browser, TOTALS, typed()).status_code == 303
    worked(databases, settings)

    for region in (DONGGUAN, GUANGDONG, COUNTRY):
        assert rolled_up(databases, region, date(2018, 12, 1)) == {
            "activity_total_sessions": 24_575,
            "activity_total_attendances": 1_269_301,
        }
    with databases.session(Login.OVERSIGHT) as session:
        assert rollups.check(session, date(2018, 12, 1)) == []
    page = browser.get(f"{PAGE}?year=2019").text
    assert page.count("24,575") == page.count("1,269,301") == 2
    assert ">4</div>" in page, "the sessions of the year are what they were"


def test_a_withdrawn_total_counts_no_more(
    databases: Databases, settings: Settings, browser: FlaskClient, make: Make
) -> None:
    make.site()
    post(browser, TOTALS, typed())
    worked(databases, settings)
    path = browser.get(PAGE).text.partition('/withdrawal"')[0].rpartition('action="')[2] + "/withdrawal"

    assert post(browser, path).status_code == 303
    worked(databases, settings)

    assert rolled_up(databases, COUNTRY, date(2018, 12, 1)) == {}
    assert post(browser, path).status_code == 404
    assert post(browser, TOTALS, typed()).status_code == 303


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"from_on": "2016-01-02"}, "第一天"),
        ({"to_on": "2018-12-30"}, "最后一天"),
        ({"to_on": "2015-12-31"}, "不能早于开始日期"),
        ({"to_on": "2099-12-31"}, "这段时期应已结束"),
        ({"attendances": None}, "至少填写一项"),
        ({"people": "1269302"}, "人数不能多于人次"),
        ({"source": None}, "请填写此项"),
    ],
)
def test_a_total_that_does_not_agree_is_refused_in_words(
    browser: FlaskClient, wrong: dict[str, Any], said: str
) -> None:
    answer = post(browser, TOTALS, typed(**wrong))
    assert answer.status_code == 422
    assert said in answer.text


def test_no_month_is_counted_twice(databases: Databases, make: Make, settings: Settings, browser: FlaskClient) -> None:
    held(databases, make, settings)
    single = post(browser, TOTALS, typed(region=LUOYANG, from_on="2019-01-01", to_on="2019-12-31"))
    assert "这段时间已有 3 次单独登记的活动" in single.text
    assert post(browser, TOTALS, typed()).status_code == 303
    for region in (DONGGUAN, GUANGDONG, COUNTRY):
        place = None if region == COUNTRY else region
        other = post(browser, TOTALS, typed(region=place, from_on="2018-12-01", to_on="2018-12-31"))
        assert other.status_code == 422
        assert "的汇总数重叠" in other.text
    assert post(browser, TOTALS, typed(region=LUOYANG)).status_code == 303


def test_an_office_enters_totals_of_its_own_region_only(app: Flask, make: Make) -> None:
    office = make.browser(app, make.member(Role.REGIONAL_OFFICE))
    assert post(office, TOTALS, typed()).status_code == 404
    assert post(office, TOTALS, typed(region=LUOYANG)).status_code == 303
    assert post(make.browser(app, make.member(Role.AUDITOR)), TOTALS, typed()).status_code == 403


def test_the_page_asks_as_often_whatever_there_is(
    databases: Databases, make: Make, settings: Settings, browser: FlaskClient
) -> None:
    asked: list[str] = []
    engine = databases.engine(Login.OVERSIGHT)

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    def count() -> int:
        asked.clear()
        assert browser.get(f"{PAGE}?year=2019").status_code == 200
        return len(asked)

    event.listen(engine, "before_cursor_execute", note)
    few = count()
    held(databases, make, settings)
    post(browser, TOTALS, typed())
    many = count()
    event.remove(engine, "before_cursor_execute", note)
    assert many == few
    assert not [one for one in asked if "tenant." in one.lower() and "from tenant" in one.lower()]
