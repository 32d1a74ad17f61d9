"""The pages of a site's steps."""

from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.operations import Operation
from huakai_platform.kernel.sites import Site
from huakai_platform.onboarding.models import SiteEvent
from huakai_platform.standards import service
from huakai_platform.standards.shipped import load_shipped
from tests.support.make import Make
from tests.support.web import post


@pytest.fixture(autouse=True)
def edition(databases: Databases) -> UUID:
    with databases.session(Login.MIGRATOR) as session:
        return service.publish(session, load_shipped())


def state(databases: Databases, site: Site) -> str:
    with databases.session(Login.OVERSIGHT) as session:
        return session.get_one(Site, site.id).state


def test_the_site_page_offers_only_what_may_be_done(app: Flask, make: Make) -> None:
    site = make.site(state="planning")
    admin = make.browser(app, make.member(Role.INSTITUTION_ADMIN))
    auditor = make.browser(app, make.member(Role.AUDITOR))

    offered = admin.get(f"/console/sites/{site.id}").text
    assert "开始建设" in offered
    assert "退回已批准…" in offered
    assert "验收通过" not in offered
    assert "开始建设" not in auditor.get(f"/console/sites/{site.id}").text


def test_a_plain_step_is_one_button(app: Flask, databases: Databases, make: Make) -> None:
    site = make.site(state="planning")
    browser = make.browser(app, make.member(Role.REGIONAL_OFFICE))

    done = post(browser, f"/console/sites/{site.id}/transitions", {"to": "building", "version": "1"})

    assert (done.status_code, done.location) == (303, f"/console/sites/{site.id}")
    assert "开始建设" in browser.get(done.location).text
    assert state(databases, site) == "building"


@pytest.mark.parametrize(("to", "said"), [("suspended", "不能再填写"), ("closed", "60 天"), ("relocating", "查重")])
def test_a_grave_step_is_explained_first(app: Flask, make: Make, to: str, said: str) -> None:
    site = make.site(opened_at=clock.now())
    browser = make.browser(app, make.member(Role.INSTITUTION_ADMIN))

    page = browser.get(f"/console/sites/{site.id}/transitions?to={to}")

    assert page.status_code == 200
    assert said in page.text


def test_what_was_typed_is_kept_when_the_reason_is_missing(app: Flask, databases: Databases, make: Make) -> None:
    site = make.site(opened_at=clock.now())
    browser = make.browser(app, make.member(Role.INSTITUTION_ADMIN))
    url = f"/console/sites/{site.id}/transitions"

    page = post(
        browser, url, {"to": "relocating", "version": "1", "place_code": "410311003009", "address": "新安路9号"}
    )

    assert page.status_code == 422
    assert "请写明理由" in page.text
    assert 'value="新安路9号"' in page.text
    wrong = post(browser, url, {"to": "relocating", "version": "1", "place_code": "41", "reason": "租约到期"})
    assert (wrong.status_code, "12 位数字" in wrong.text, "租约到期" in wrong.text) == (422, True, True)
    assert state(databases, site) == "open"


def test_a_stale_page_keeps_the_reason_and_names_who_was_faster(app: Flask, databases: Databases, make: Make) -> None:
    site = make.site(opened_at=clock.now())
    fast, slow = (make.member(Role.INSTITUTION_ADMIN) for _ in range(2))
    url = f"/console/sites/{site.id}/transitions"
    form = {"to": "suspended", "version": "1", "reason": "暖气检修"}
    assert post(make.browser(app, fast), url, form).status_code == 303

    page = post(make.browser(app, slow), url, {**form, "reason": "人员不足"})

    assert page.status_code == 409
    assert fast.name in page.text
    assert "人员不足" in page.text


def test_closing_asks_for_the_code(app: Flask, databases: Databases, make: Make) -> None:
    site = make.site(opened_at=clock.now())
    browser = make.browser(app, make.member(Role.INSTITUTION_ADMIN))
    url = f"/console/sites/{site.id}/transitions"
    form = {"to": "closed", "version": "1", "reason": "并入中心"}

    assert post(browser, url, form).status_code == 422
    assert post(browser, url, {**form, "confirm": site.code}).status_code == 303
    assert state(databases, site) == "closed"
    assert browser.get(f"/console/sites/{site.id}").status_code == 200


def test_opening_goes_to_the_operation(app: Flask, databases: Databases, make: Make) -> None:
    site = make.site(state="approved")
    browser = make.browser(app, make.member(Role.INSTITUTION_ADMIN))
    page = browser.get(f"/console/sites/{site.id}/transitions?to=open")
    assert 'value="2020-01-01"' in page.text

    done = post(
        browser,
        f"/console/sites/{site.id}/transitions",
        {"to": "open", "version": "1", "operating_since": "2019-09-01"},
    )

    with databases.session(Login.OVERSIGHT) as session:
        operation = session.scalars(select(Operation)).one()
        assert session.scalars(select(SiteEvent)).all() == []
    assert done.status_code == 303
    assert str(operation.id) in done.location


def test_a_relocation_is_called_off_by_its_own_button(app: Flask, databases: Databases, make: Make) -> None:
    site = make.site(opened_at=clock.now(), address="旧路1号")
    browser = make.browser(app, make.member(Role.INSTITUTION_ADMIN))
    url = f"/console/sites/{site.id}/transitions"
    away = {"place_code": "410311003009", "address": "新安路9号", "reason": "租约到期"}
    assert post(browser, url, {"to": "relocating", "version": "1", **away}).status_code == 303
    assert "取消迁址" in browser.get(f"/console/sites/{site.id}").text
    assert "取消迁址" in browser.get(f"{url}?to=open&called_off=1").text

    assert post(browser, url, {"to": "open", "version": "2", "called_off": "1"}).status_code == 303

    with databases.session(Login.OVERSIGHT) as session:
        assert session.get_one(Site, site.id).address == "旧路1号"


@pytest.mark.parametrize(
    "form",
    [{}, {"to": "moon", "version": "1"}, {"to": "open", "version": "x"}, {"to": "open", "version": "1", "x": "1"}],
)
def test_a_form_that_no_page_sends_is_refused(app: Flask, make: Make, form: dict[str, str]) -> None:
    site = make.site(state="suspended", opened_at=clock.now())
    browser = make.browser(app, make.member(Role.INSTITUTION_ADMIN))

    assert post(browser, f"/console/sites/{site.id}/transitions", form).status_code == 422


def test_a_step_that_is_gone_says_so(app: Flask, make: Make) -> None:
    site = make.site(state="closed")
    browser = make.browser(app, make.member(Role.INSTITUTION_ADMIN))

    page = browser.get(f"/console/sites/{site.id}/transitions?to=open")

    assert (page.status_code, "不能改为" in page.text) == (409, True)


def test_an_office_sees_no_site_of_another_region(app: Flask, make: Make) -> None:
    site = make.site(state="planning")
    browser = make.browser(app, make.member(Role.REGIONAL_OFFICE, region_code="440100000000"))

    assert browser.get(f"/console/sites/{site.id}/transitions?to=building").status_code == 404
    assert post(browser, f"/console/sites/{site.id}/transitions", {"to": "building", "version": "1"}).status_code == 404
    assert post(browser, f"/console/sites/{site.id}/transitions", {"to": "x"}).status_code == 404
