"""Lists of sites, one site, and the board."""

from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from huakai_platform.kernel import clock, workbooks
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.operations import OperationItem
from huakai_platform.kernel.sites import Site
from huakai_platform.onboarding import grams
from huakai_platform.onboarding.models import SiteEvent, SiteIntake
from tests.support import web
from tests.support.make import ANCESTORS, Make
from tests.support.web import post

ELSEWHERE = ["440103000000", "440100000000", "440000000000", "000000000000"]


@pytest.fixture
def browser(app: Flask, make: Make) -> FlaskClient:
    return make.browser(app, make.member(Role.INSTITUTION_ADMIN))


NUMBERS = count(6000)


def named(make: Make, name: str, **changes: Any) -> Site:
    code = changes.pop("code", f"HK-410311-{next(NUMBERS)}")
    return make.site(name=name, code=code, grams=grams.of(name, code), **changes)


@pytest.mark.parametrize("words", ["龙门", "HK-410311-0042", "0042", "lmsq", "LMSQ", "门"])
def test_a_site_is_found_by_name_number_and_initials(browser: FlaskClient, make: Make, words: str) -> None:
    named(make, "龙门社区心理咨询室", code="HK-410311-0042")
    named(make, "牡丹街心理咨询室", code="HK-410302-0001")

    page = browser.get("/console/sites", query_string={"q": words}).text

    assert "龙门社区心理咨询室" in page
    assert "牡丹街心理咨询室" not in page


def test_filters_stand_in_the_address_and_narrow_the_list(browser: FlaskClient, make: Make) -> None:
    named(make, "甲站", state="approved", tier="T2", kind="center", ownership="self_built")
    named(make, "乙站", region_code=ELSEWHERE[0], ancestors=ELSEWHERE)

    for address in ("state=approved", "tier=T2", "kind=center", "ownership=self_built", "region=410300000000"):
        page = browser.get(f"/console/sites?{address}").text
        assert "甲站" in page
        assert "乙站" not in page
        assert 'class="chip"' in page
    assert "共 2 条" in browser.get("/console/sites").text


def test_a_list_is_sorted_both_ways(browser: FlaskClient, make: Make) -> None:
    named(make, "甲站", code="HK-410311-0001")
    named(make, "乙站", code="HK-410311-0002")

    up, down = browser.get("/console/sites?sort=code").text, browser.get("/console/sites?sort=-code").text

    assert up.index("甲站") < up.index("乙站")
    assert down.index("乙站") < down.index("甲站")


def test_a_page_costs_the_same_however_many_sites_it_shows(app: Flask, browser: FlaskClient, make: Make) -> None:
    named(make, "甲站")
    with web.statements(app) as few:
        browser.get("/console/sites")
    for number in range(12):
        named(make, f"{number}号站")
    with web.statements(app) as many:
        page = browser.get("/console/sites").text

    assert "共 13 条" in page
    assert len(many) == len(few) <= 13


def test_more_than_a_page_is_paged(browser: FlaskClient, make: Make) -> None:
    for number in range(51):
        make.site(code=f"HK-410311-{number:04}", name=f"第{number:02}号")

    first, second = browser.get("/console/sites?sort=code").text, browser.get("/console/sites?sort=code&page=2").text

    assert "第50号" not in first
    assert "第50号" in second
    assert "第50号" in browser.get("/console/sites?sort=code&page=9999").text


def test_what_is_shown_can_be_taken_away(browser: FlaskClient, make: Make) -> None:
    named(make, "=甲站", state="approved")
    named(make, "乙站")

    answer = browser.get("/console/sites/export?state=approved")

    rows = workbooks.read(answer.data).sheets[0].rows
    assert [row[1].text for row in rows] == ["站点名称", "=甲站"]
    assert rows[1][1].formula is None
    assert "洛阳市 / 洛龙区" in rows[1][13].text


def test_the_list_on_paper_holds_every_row(browser: FlaskClient, make: Make) -> None:
    for number in range(60):
        make.site(name=f"第{number:02}号")

    assert browser.get("/console/sites/print").text.count("<tr>") == 61


def test_without_sites_the_list_says_what_to_do(browser: FlaskClient) -> None:
    assert "导入登记表后" in browser.get("/console/sites").text
    assert "去掉一些筛选条件" in browser.get("/console/sites?state=open").text
    assert "导入登记表后" in browser.get("/console/board").text


@pytest.mark.parametrize("address", ["sites?nonsense=1", "sites?page=0", "sites?state=x", "board?region=1"])
def test_an_address_that_makes_no_sense_is_refused(browser: FlaskClient, address: str) -> None:
    assert browser.get(f"/console/{address}").status_code == 422


@pytest.mark.parametrize("role", [Role.REGIONAL_OFFICE, Role.AUDITOR])
def test_beyond_ones_region_there_is_nothing(app: Flask, make: Make, role: Role) -> None:
    mine, theirs = named(make, "甲站"), named(make, "乙站", region_code=ELSEWHERE[0], ancestors=ELSEWHERE)
    browser = make.browser(app, make.member(role, region_code="410300000000"))

    for address in ("sites", "sites/print", "sites?region=440100000000", "board"):
        assert "乙站" not in browser.get(f"/console/{address}").text
    assert "甲站" in browser.get("/console/sites").text
    assert browser.get(f"/console/sites/{mine.id}").status_code == 200
    missing, foreign = browser.get(f"/console/sites/{UUID(int=9)}"), browser.get(f"/console/sites/{theirs.id}")
    assert missing.status_code == foreign.status_code == 404
    assert len(missing.data) == len(foreign.data)


def test_an_auditor_of_the_country_sees_every_site(app: Flask, make: Make) -> None:
    named(make, "乙站", region_code=ELSEWHERE[0], ancestors=ELSEWHERE)
    browser = make.browser(app, make.member(Role.AUDITOR))

    page = browser.get("/console/sites").text

    assert "乙站" in page
    assert "开通所选站点" not in page


def test_a_regional_office_without_its_region_sees_none(app: Flask, make: Make) -> None:
    named(make, "甲站")
    browser = make.browser(app, make.member(Role.REGIONAL_OFFICE, region_code=None))

    assert "甲站" not in browser.get("/console/sites").text


def test_a_site_tells_its_facts_people_and_history(browser: FlaskClient, make: Make) -> None:
    site = named(make, "甲站", code="HK-410311-0002", state="approved", host="党群服务中心")
    named(make, "前站", code="HK-410311-0001")
    named(make, "后站", code="HK-410311-0003")
    make.add(SiteIntake(site_id=site.id, people={"A": {"name": "张三", "phone": "13800000000"}}))
    make.add(
        SiteEvent(
            id=uuid7(), site_id=site.id, at=clock.now(), from_state=None, to_state="approved", reason="登记表.xlsx",
            details={"override": "另一个服务点"},
        )
    )  # fmt: skip

    page = browser.get(f"/console/sites/{site.id}").text

    for word in ("党群服务中心", "张三", "登记表.xlsx", "另一个服务点", "前站", "后站", "洛龙区", "已批准"):
        assert word in page
    assert "13800000000" not in page


def test_an_open_site_counts_its_members(browser: FlaskClient, make: Make) -> None:
    site = named(make, "甲站")
    make.member(Role.SITE_HEAD, site)
    make.member(Role.COUNSELLOR, site)

    assert "有 2 名成员" in browser.get(f"/console/sites/{site.id}").text


def test_the_board_counts_every_state_and_shows_who_waited_longest(browser: FlaskClient, make: Make) -> None:
    for number in range(7):
        named(make, f"{number}号等待站", state="building", state_since=clock.now() - timedelta(days=number))
    named(make, "已开站", state="open")

    page = browser.get("/console/board").text

    assert page.index("6号等待站") < page.index("2号等待站")
    assert "1号等待站" not in page
    assert "已开站" not in page
    assert "建设中：7 个站点" in page
    assert "已开通：1 个站点" in page
    assert "共 8 个站点" in browser.get("/console/board?region=410300000000").text
    assert "还没有站点" in browser.get("/console/board?region=440100000000").text


def test_ticked_sites_are_shown_before_they_are_opened(browser: FlaskClient, make: Make) -> None:
    ready, closed = named(make, "甲站", state="approved"), named(make, "乙站", state="closed")
    ids = [str(ready.id), str(closed.id)]

    preview = post(browser, "/console/sites/openings", {"ids": ids})
    assert "所选 2 个站点中，将开通 1 个" in preview.text
    begun = post(browser, "/console/sites/openings", {"ids": ids, "sure": "1", "idempotency_key": "k"})

    assert begun.status_code == 303
    assert "/operations/" in begun.location
    with make.databases.session(Login.OVERSIGHT) as session:
        assert session.scalars(select(OperationItem.site_id)).all() == [ready.id]


def test_nothing_ticked_is_said_so(browser: FlaskClient) -> None:
    assert post(browser, "/console/sites/openings").location == "/console/sites"
    assert post(browser, "/console/sites/openings", {"ids": ["x"]}).location == "/console/sites"


def test_ancestors_of_the_tests_are_real(make: Make) -> None:
    assert make.site().ancestors == ANCESTORS
