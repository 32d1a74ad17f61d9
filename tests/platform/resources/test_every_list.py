"""What users find at one list they find at every list: whatever is described once is tried at all of them."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from huakai_platform.kernel import workbooks
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.audit import AuditEntry
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.sites import Site
from huakai_platform.resources import schemas
from huakai_platform.resources.fields import Resource
from tests.support import resources
from tests.support.make import Make
from tests.support.web import statements
from tests.support.worlds import HTML

PAGES = {
    "activities": "/room/activities",
    "equipment": "/room/equipment",
    "staff": "/room/staff",
    "training": "/room/training/records",
}
EXPORTS = {
    "activities": "/room/activities/list.xlsx",
    "equipment": "/room/equipment/register.xlsx",
    "staff": "/room/staff/register.xlsx",
    "training": "/room/training/records.xlsx",
}
EVERY = pytest.mark.parametrize("one", resources.every(), ids=lambda one: one.name)
Described = Resource[Any, Any]


@pytest.fixture
def site(make: Make) -> Site:
    return make.site()


@pytest.fixture
def browser(app: Flask, make: Make, site: Site) -> FlaskClient:
    client = make.browser(app, make.member(Role.SITE_HEAD, site))
    client.environ_base["HTTP_ACCEPT"] = HTML
    return client


def test_every_list_is_tried() -> None:
    assert [one.name for one in resources.every()] == sorted(PAGES) == sorted(EXPORTS)


@EVERY
def test_a_page_asks_the_database_nothing_twice(app: Flask, browser: FlaskClient, one: Described) -> None:
    browser.get(PAGES[one.name])
    with statements(app, Login.TENANT) as seen:
        assert browser.get(PAGES[one.name]).status_code == 200
    asked = [one for one in seen if "tenant.variation" not in one]
    assert sorted(asked) == sorted({*asked}), "variations are read by what they vary"


@EVERY
def test_every_sort_filter_and_view_opens(browser: FlaskClient, one: Described) -> None:
    page = PAGES[one.name]
    asked = [f"sort={sign}{key}" for key in one.sorts for sign in ("", "-")]
    asked += [f"size={size}" for size in schemas.SIZES]
    asked += ["page=99", "density=compact", *(f"columns={field.name}" for field in one.out("list"))]
    for question in asked:
        for path in (page, f"{page}/print"):
            assert browser.get(f"{path}?{question}").status_code == 200, question


@EVERY
def test_an_export_has_its_head_and_its_columns_and_is_on_record(
    make: Make, site: Site, browser: FlaskClient, one: Described
) -> None:
    sheet = workbooks.read(browser.get(EXPORTS[one.name]).data).sheets[0]

    assert sheet.rows[0][0].text == one.title.render()
    assert site.name in sheet.rows[1][0].text
    assert [cell.text for cell in sheet.rows[2]] == [field.label.render() for field in one.out("export")]
    browser.get(f"{PAGES[one.name]}/print")
    with make.databases.session(Login.TENANT, site.id) as session:
        deeds = [entry.deed for entry in session.query(AuditEntry).order_by(AuditEntry.seq)]
    assert deeds[-2:] == [f"{one.name}.exported", f"{one.name}.printed"]


@EVERY
def test_what_there_is_not_is_said_of_a_list_and_of_a_question(browser: FlaskClient, one: Described) -> None:
    page = PAGES[one.name]
    choice = next(each for each in one.filters if each.choices and each.usual is None)
    question = {"course": "course=none", "kind": "kind=none", "post": "post=none", "state": "state=cancelled"}

    assert "没有符合条件的记录" not in browser.get(page).text
    assert "没有符合条件的记录" in browser.get(f"{page}?{question[choice.name]}").text


@EVERY
def test_the_list_says_its_columns_on_a_telephone(browser: FlaskClient, one: Described) -> None:
    shown = browser.get(PAGES[one.name]).text

    assert 'id="filter-switch"' in shown
    assert f'href="{PAGES[one.name]}/print' in shown.replace("&amp;", "&")
