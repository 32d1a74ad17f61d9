"""The pages of releases: planned by a form that loses nothing, steered by buttons, exported."""

import io
from typing import Any

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.releases.models import Reached, Release, ReleaseSite
from tests.support import web
from tests.support.make import Make
from tests.support.released import drain, next_edition, planned, tried

TODAY = clock.today().isoformat()


@pytest.fixture
def admin(make: Make) -> Actor:
    return make.member(Role.INSTITUTION_ADMIN)


def wanted(edition_id: Any, **changes: str) -> dict[str, str]:
    return {"edition": str(edition_id), "title": "春季更新", "day1": TODAY, "percent1": "100"} | changes


def only(databases: Databases) -> Release:
    with databases.session(Login.OVERSIGHT) as session:
        return session.scalars(select(Release)).one()


def test_a_release_is_planned_tried_launched_and_taken_back_by_hand(
    databases: Databases, make: Make, app: Flask, admin: Actor
) -> None:
    site, edition_id = make.site(), next_edition(make)
    browser = make.browser(app, admin)
    assert "还没有发布过标准" in browser.get("/console/releases/").text

    web.post(browser, "/console/releases/new", wanted(edition_id, most_failures="3"))
    drain(make)
    release = only(databases)
    page = f"/console/releases/{release.id}"
    assert site.name in browser.get(page).text
    assert "确认开始发布" in browser.get(page).text
    web.post(browser, f"{page}/launch", {})
    drain(make)
    assert "已更换" in browser.get(f"{page}?state=moved").text
    assert site.name in browser.get(f"{page}?state=moved").text
    web.post(browser, f"{page}/return", {"wave": "1"})
    drain(make)

    with databases.session(Login.OVERSIGHT) as session:
        assert session.scalars(select(ReleaseSite.state)).one() == Reached.BACK
    assert site.name in browser.get(f"{page}?state=back").text
    assert "春季更新" in browser.get("/console/releases/").text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"percent1": "50"}, "加起来要等于 100%"),
        ({"codes": "HK-nowhere"}, "HK-nowhere"),
        ({"title": ""}, "必填"),
        ({"day1": "2020-01-01"}, "不能早于今天"),
        ({"most_drop": "viel"}, "数字"),
        ({"region": "440000000000"}, "没有符合条件"),
        ({"edition": "00000000-0000-0000-0000-000000000001"}, "没有这个标准版本"),
    ],
)
def test_a_form_that_is_refused_comes_back_filled(
    databases: Databases, make: Make, app: Flask, admin: Actor, changes: dict[str, str], said: str
) -> None:
    make.site()
    answer = web.post(
        make.browser(app, admin), "/console/releases/new", wanted(next_edition(make), note="请看", **changes)
    )

    assert answer.status_code == 422
    assert said in answer.text
    assert "请看" in answer.text
    with databases.session(Login.OVERSIGHT) as session:
        assert session.scalars(select(Release)).all() == []


def test_sites_change_their_wave_or_are_left_out_before_it_begins(
    databases: Databases, make: Make, app: Flask, admin: Actor
) -> None:
    first, second = make.site(), make.site()
    release_id = planned(make, admin, next_edition(make), 50, 50)
    browser = make.browser(app, admin)

    web.post(browser, f"/console/releases/{release_id}/sites", {"ids": str(first.id), "deed": "move", "wave": "2"})
    web.post(browser, f"/console/releases/{release_id}/sites", {"ids": str(second.id), "deed": "leave_out"})

    with databases.session(Login.OVERSIGHT) as session:
        rows = session.execute(select(ReleaseSite.site_id, ReleaseSite.wave)).all()
    assert [tuple(row) for row in rows] == [(first.id, 2)]
    web.post(browser, f"/console/releases/{release_id}/sites", {"ids": str(first.id), "deed": "leave_out"})
    assert "至少要留下一个站点" in browser.get(f"/console/releases/{release_id}").text


def test_the_workbook_has_every_site_and_the_summary(make: Make, app: Flask, admin: Actor) -> None:
    sites = [make.site() for _number in range(3)]
    release_id = planned(make, admin, next_edition(make))
    tried(make, admin, release_id)

    answer = make.browser(app, admin).get(f"/console/releases/{release_id}/export")

    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    rows = book.get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows[1:]] == [site.code for site in sites]
    assert rows[0].index("收紧") > 0
    assert ["已演练站点", 3] in book.get_sheet_by_index(1).to_python()


def test_a_pin_is_set_and_let_go_on_the_sites_page(make: Make, app: Flask, admin: Actor) -> None:
    site = make.site()
    browser = make.browser(app, admin)
    page = f"/console/releases/sites/{site.id}"

    refused = web.post(browser, f"{page}/pin", {"reason": "正在整改", "until": "2020-01-01"})
    assert refused.status_code == 422
    assert "正在整改" in refused.text
    web.post(browser, f"{page}/pin", {"reason": "正在整改", "until": TODAY})
    assert site.name in browser.get("/console/releases/pins").text
    web.post(browser, f"{page}/unpin", {})
    assert site.name not in browser.get("/console/releases/pins").text


def test_an_office_sees_its_region_and_steers_nothing(make: Make, app: Flask, admin: Actor) -> None:
    near = make.site()
    far = make.site(ancestors=["440100000000", "440000000000", "000000000000"])
    release_id = planned(make, admin, next_edition(make))
    browser = make.browser(app, make.member(Role.REGIONAL_OFFICE))

    page = browser.get(f"/console/releases/{release_id}").text

    assert near.name in page
    assert far.name not in page
    assert "重新演练" not in page


def test_a_releases_page_takes_as_many_statements_for_many_sites_as_for_one(
    make: Make, app: Flask, admin: Actor
) -> None:
    make.site()
    edition_id = next_edition(make)
    small = planned(make, admin, edition_id)
    for _number in range(20):
        make.site()
    large = planned(make, admin, edition_id)
    browser = make.browser(app, admin)

    counted = []
    for release_id in (small, small, large):
        with web.statements(app) as seen:
            browser.get(f"/console/releases/{release_id}")
        counted.append(len(seen))

    assert counted[1] == counted[2]
