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
from huakai_platform.kernel.tenancy import PLATFORM
from huakai_platform.resources import schemas
from huakai_platform.resources.fields import Resource
from tests.support import resources
from tests.support.make import Make
from tests.support.web import statements
from tests.support.worlds import HTML

PAGES = {
    "accounts": "/console/accounts",
    "activities": "/room/activities",
    "compliance": "/console/compliance",
    "drift": "/console/drift",
    "equipment": "/room/equipment",
    "operations": "/console/operations",
    "proposals": "/console/proposals",
    "sites": "/console/sites",
    "staff": "/room/staff",
    "trail": "/console/trail",
    "training": "/room/training/records",
    "waivers": "/console/waivers",
}
EXPORTS = {
    "accounts": "/console/accounts.xlsx",
    "activities": "/room/activities/list.xlsx",
    "compliance": "/console/compliance/export",
    "drift": "/console/drift/export",
    "equipment": "/room/equipment/register.xlsx",
    "operations": "/console/operations/export",
    "proposals": "/console/proposals/export",
    "sites": "/console/sites/export",
    "staff": "/room/staff/register.xlsx",
    "trail": "/console/trail/export.xlsx",
    "training": "/room/training/records.xlsx",
    "waivers": "/console/waivers/export",
}
PLAIN = {"sites"}
"""Workbooks that can be taken in again: nothing stands above their columns."""
NOTHING = {
    "accounts": "q=nobody",
    "activities": "state=cancelled",
    "compliance": "region=440100000000",
    "drift": "kind=space",
    "equipment": "kind=none",
    "operations": "",
    "proposals": "state=merged",
    "sites": "region=440100000000",
    "staff": "post=none",
    "trail": "object=nothing",
    "training": "course=none",
    "waivers": "state=declined",
}
"""A question that nothing answers; a list that asks nothing has none."""
EVERY = pytest.mark.parametrize("one", resources.every(), ids=lambda one: one.name)
Described = Resource[Any, Any]


@pytest.fixture
def site(make: Make) -> Site:
    return make.site()


@pytest.fixture
def browser(app: Flask, make: Make, site: Site, one: Described) -> FlaskClient:
    head, admin = (Role.SITE_HEAD, site), (Role.INSTITUTION_ADMIN, None)
    client = make.browser(app, make.member(*(admin if _of_console(one) else head)))
    client.environ_base["HTTP_ACCEPT"] = HTML
    return client


def test_every_list_is_tried() -> None:
    assert [one.name for one in resources.every()] == sorted(PAGES) == sorted(EXPORTS) == sorted(NOTHING)


def _of_console(one: Described) -> bool:
    return PAGES[one.name].startswith("/console")


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

    unit = make.institution().short_name if _of_console(one) else site.name
    if one.name not in PLAIN:
        assert sheet.rows[0][0].text == one.title.render()
        assert unit in sheet.rows[1][0].text
    heads = sheet.rows[0 if one.name in PLAIN else 2]
    assert [cell.text for cell in heads] == [field.label.render() for field in one.out("export")]
    assert unit in browser.get(f"{PAGES[one.name]}/print").text
    login, tenant = (Login.OVERSIGHT, PLATFORM) if _of_console(one) else (Login.TENANT, site.id)
    with make.databases.session(login, tenant) as session:
        deeds = [entry.deed for entry in session.query(AuditEntry).order_by(AuditEntry.seq)]
    assert deeds[-2:] == [f"{one.name}.exported", f"{one.name}.printed"]


@EVERY
def test_what_there_is_not_is_said_of_a_list_and_of_a_question(browser: FlaskClient, one: Described) -> None:
    page = PAGES[one.name]

    assert "没有符合条件的记录" not in browser.get(page).text
    if NOTHING[one.name]:
        assert "没有符合条件的记录" in browser.get(f"{page}?{NOTHING[one.name]}").text


@EVERY
def test_the_list_says_its_columns_on_a_telephone(browser: FlaskClient, one: Described) -> None:
    shown = browser.get(PAGES[one.name]).text

    assert ('id="filter-switch"' in shown) == bool(one.filters)
    assert f'href="{PAGES[one.name]}/print' in shown.replace("&amp;", "&")
