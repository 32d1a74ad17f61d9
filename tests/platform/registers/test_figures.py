"""What registers counted, for a region and a year: from rollups alone, with shares, within reach."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from huakai_platform.kernel import clock, outbox, workbooks
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.events import NumbersChanged
from huakai_platform.kernel.sites import Site
from huakai_platform.oversight import rollups
from huakai_worker import dispatcher
from tests.support import web
from tests.support.make import Make
from tests.support.registered import body, of_institution, with_registers, written
from tests.support.released import next_edition

PAGE = "/console/register-figures"
TODAY = clock.today()
LUOYANG, GUANGDONG = "410300000000", "440000000000"


@pytest.fixture
def site(make: Make) -> Site:
    """A room with four entries, three of them consultations, rolled up."""
    made = make.site(edition_id=with_registers(make, body("desk")))
    head = make.member(Role.SITE_HEAD, made)
    for way in ("ask", "consult", "consult", "consult"):
        items = {"on": TODAY.isoformat(), "about": "甲", "pieces": 1000, "way": way}
        written(make, head, made, "desk", {"items": items, "rows": {}})
    with make.databases.session(Login.TENANT, made.id) as session:
        outbox.publish(session, NumbersChanged(clock.month(TODAY).isoformat()))
    while dispatcher.drain(make.databases, make.settings).rows:
        pass
    with make.databases.session(Login.WORKER) as session:
        while rollups.fold(session):
            pass
    return made


@pytest.fixture
def browser(app: Flask, make: Make) -> FlaskClient:
    return make.browser(app, make.member(Role.INSTITUTION_ADMIN))


def test_a_regions_numbers_stand_with_their_shares(browser: FlaskClient, site: Site) -> None:
    page = browser.get(f"{PAGE}?region={LUOYANG}").text
    assert "登记desk" in page
    assert "4,000" in page
    assert "75.0%" in page


def test_a_chosen_register_shows_its_months_and_the_regions_below(browser: FlaskClient, site: Site) -> None:
    page = browser.get(f"{PAGE}?register=desk").text
    assert f"{TODAY:%Y-%m}" in page
    assert "河南省" in page
    assert "没有登记" in browser.get(f"{PAGE}?register=desk&region={GUANGDONG}").text
    assert "4,000" not in browser.get(f"{PAGE}?register=desk&year={TODAY.year - 1}").text


def test_a_register_that_a_later_edition_dropped_is_shown_as_long_as_it_counts(
    browser: FlaskClient, make: Make, site: Site
) -> None:
    next_edition(make, lambda _bodies: None, number=3)
    assert "登记desk" in browser.get(PAGE).text
    assert "4,000" in browser.get(f"{PAGE}?register=desk").text
    assert "登记desk" not in browser.get(f"{PAGE}?year={TODAY.year - 1}").text


def test_the_workbook_has_the_same_numbers(browser: FlaskClient, site: Site) -> None:
    whole = workbooks.read(browser.get(f"{PAGE}/workbook").data).sheets[0].rows
    lines = [[cell.text for cell in row] for row in whole]
    assert any(line[0] == "登记desk" and line[2] == "3" and line[4].startswith("75") for line in lines)
    chosen = workbooks.read(browser.get(f"{PAGE}/workbook?register=desk").data).sheets
    assert len(chosen) == 3


def test_the_institutions_own_registers_stand_beside(browser: FlaskClient, make: Make, site: Site) -> None:
    assert site.edition_id is not None
    admin = make.member(Role.INSTITUTION_ADMIN)
    policy = {"issued_on": TODAY.isoformat(), "title": "方案", "issuer": "省厅"}
    of_institution(make, admin, site.edition_id, "policies", {"items": policy})
    page = browser.get(PAGE).text
    assert "机构登记簿" in page
    assert "政策文件库" in page


def test_who_looks_after_another_region_is_told_nothing(make: Make, app: Flask, site: Site) -> None:
    office = make.browser(app, make.member(Role.REGIONAL_OFFICE, region_code=GUANGDONG))
    assert office.get(f"{PAGE}?region={LUOYANG}").status_code == 404
    assert "4,000" not in office.get(PAGE).text


@pytest.mark.parametrize("query", ["region=x", "year=1", "register=A-b", "more=1"])
def test_a_wrong_address_is_refused(browser: FlaskClient, query: str) -> None:
    assert browser.get(f"{PAGE}?{query}").status_code in (400, 422)
    assert browser.get(f"{PAGE}?register=nothing").status_code == 404


def test_the_page_takes_as_many_statements_however_many_sites(
    make: Make, app: Flask, browser: FlaskClient, site: Site
) -> None:
    browser.get(f"{PAGE}?register=desk")
    with web.statements(app) as few:
        browser.get(f"{PAGE}?register=desk&region={LUOYANG}")
    with web.statements(app) as many:
        browser.get(f"{PAGE}?register=desk")
    assert len(few) == len(many)
    assert not [one for one in many if "register_entry" in one or "site_fact" in one], "rollups only"
