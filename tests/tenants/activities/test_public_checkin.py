"""Whoever comes is counted once by a tap, without a name, on the day and behind a signed link only."""

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.sites import Site
from huakai_tenants.activities.models import Activity
from tests.support.active import Active
from tests.support.make import Make
from tests.support.web import post

LINK = re.compile(r'href="(/a/[^"]+)">http://localhost\1<')


@pytest.fixture
def site(make: Make) -> Site:
    return make.site()


@pytest.fixture
def kept(make: Make, site: Site) -> Activity:
    return Active(make, site).activity(clock.today(), title="重阳节")


@pytest.fixture
def browser(app: Flask, make: Make, site: Site) -> FlaskClient:
    return make.browser(app, make.member(Role.SITE_WORKER, site))


def link(browser: FlaskClient, kept: Activity) -> str:
    found = LINK.search(browser.get(f"/room/activities/{kept.id}/arrivals").text)
    assert found
    return found[1]


def come(databases: Databases, site: Site) -> int:
    with databases.session(Login.TENANT, site.id) as session:
        return session.scalars(select(Activity.checked_in)).one()


def test_each_browser_is_counted_once_and_no_name_is_asked(
    app: Flask, databases: Databases, browser: FlaskClient, kept: Activity, site: Site
) -> None:
    address = link(browser, kept)
    for _visitor in range(3):
        phone = app.test_client()
        page = phone.get(address).text
        assert "重阳节" in page
        assert 'type="text"' not in page
        for _again in range(2):
            assert post(phone, address).status_code == 303
        assert "已签到" in phone.get(address).text

    assert come(databases, site) == 3
    assert "扫码签到人次：3" in browser.get(f"/room/activities/{kept.id}/edit").text


def test_a_link_is_good_for_its_day_and_only_as_it_was_signed(
    app: Flask, databases: Databases, browser: FlaskClient, kept: Activity, site: Site
) -> None:
    address, phone = link(browser, kept), app.test_client()
    for wrong in (address[:-2], "/a/nonsense", address.replace("/a/", "/a/x")):
        assert phone.get(wrong).status_code == 404
    with time_machine.travel(clock.now() + timedelta(hours=13)):
        assert app.test_client().get(address).status_code == 404
    post(browser, f"/room/activities/{kept.id}/cancellation", {"reason": "下雨"})
    assert post(phone, address).status_code == 404
    assert come(databases, site) == 0


def test_there_is_no_code_on_another_day(browser: FlaskClient, make: Make, site: Site) -> None:
    tomorrow = Active(make, site).activity(clock.today() + timedelta(days=1), state="planned")
    page = browser.get(f"/room/activities/{tomorrow.id}/arrivals").text
    assert "现在没有签到码" in page
    assert not LINK.search(page)


def test_the_paper_to_sign_asks_for_no_name_and_has_as_many_lines_as_wanted(
    app: Flask, make: Make, browser: FlaskClient, kept: Activity
) -> None:
    place = f"/room/activities/{kept.id}/sign-in"
    assert f'href="{place}"' in browser.get(f"/room/activities/{kept.id}").text
    page = browser.get(place).text
    assert "重阳节" in page
    assert "可不填" in page
    assert page.count('class="paper-line"') == 30
    assert browser.get(f"{place}?lines=80").text.count('class="paper-line"') == 80
    assert browser.get(f"{place}?lines=0").status_code == 422
    assert make.browser(app, make.member(Role.SITE_HEAD, make.site())).get(place).status_code == 404


def test_a_closed_site_counts_nobody(
    app: Flask, databases: Databases, make: Make, browser: FlaskClient, kept: Activity, site: Site
) -> None:
    address = link(browser, kept)
    with databases.session(Login.MIGRATOR) as session:
        session.get_one(Site, site.id).state = "suspended"
    assert post(app.test_client(), address).status_code == 404
