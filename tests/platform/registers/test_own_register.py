"""A register that an institution writes in the console works everywhere once it is released, with no line of code."""

import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from huakai_platform.kernel import clock, vault, workbooks
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.sites import Site
from huakai_platform.oversight import rollups
from huakai_platform.oversight.models import SiteFact
from huakai_platform.releases import running
from huakai_platform.standards import service
from huakai_tenants.registers.models import RegisterEntry
from tests.support.make import Make
from tests.support.released import drain, planned, tried
from tests.support.web import post

DAY = clock.today().isoformat()
REGISTER = "/room/registers/quilts"
SEEN = re.compile(r'name="seen" value="(\d+)"')
MARK = re.compile(r'name="mark" value="([0-9a-f]{64})"')


@pytest.fixture
def admin(make: Make) -> Actor:
    return make.member(Role.INSTITUTION_ADMIN)


@pytest.fixture
def site(make: Make) -> Site:
    made = make.site()
    with make.databases.session(Login.WORKER, made.id) as session:
        vault.ensure_key(session, make.settings.master_key)
    return made


def write(browser: FlaskClient, place: str, said: dict[str, str]) -> None:
    """Save an entry of a definition as its form sends it."""
    seen = SEEN.search(browser.get(place).text)
    assert seen
    answer = post(browser, place, {**said, "seen": seen[1]})
    assert answer.status_code == 303, answer.text


def publish(app: Flask, make: Make, writer: FlaskClient) -> None:
    """Write the register in a draft and have a second person publish it."""
    draft = str(post(writer, "/console/standard/drafts", {"zh": "第二版", "en": "Second"}).location)
    named = {"kind": "register", "code": "quilts", "zh": "送温暖棉被", "en": "Quilts given"}
    assert post(writer, f"{draft}/definitions", named).status_code == 303
    entry = f"{draft}/register/quilts/entries"
    about = {"text.zh": "条数", "text.en": "Quilts", "kind": "integer", "required": "true", "proposed": "true"}
    write(writer, f"{entry}/sections/entry/items", {**about, "code": "given", "min": "1"})
    counted = {"title.zh": "送出棉被", "title.en": "Quilts given", "unit.zh": "条", "unit.en": "quilts"}
    write(writer, f"{entry}/metrics", {**counted, "code": "given", "counting": "sum", "item": "given"})
    assert post(writer, f"{draft}/submission").status_code == 303
    reviewer = make.browser(app, make.member(Role.INSTITUTION_ADMIN))
    assert post(reviewer, f"{draft}/publication").status_code == 303


def release(databases: Databases, make: Make, admin: Actor, site: Site) -> None:
    with databases.session(Login.OVERSIGHT) as session:
        edition_id = service.newest(session)
    release_id = planned(make, admin, edition_id, asked={"codes": site.code})
    tried(make, admin, release_id)
    with databases.session(Login.OVERSIGHT) as session:
        running.launch(session, admin, release_id)
    drain(make)


def test_a_register_from_the_console_works_by_page_program_and_sheet_and_is_counted(
    app: Flask, databases: Databases, make: Make, admin: Actor, site: Site
) -> None:
    office = make.browser(app, admin)
    publish(app, make, office)
    release(databases, make, admin, site)
    head = make.member(Role.SITE_HEAD, site)
    browser, program = make.browser(app, head), make.program(app, head)

    assert "送温暖棉被" in browser.get("/room/registers").text
    assert post(browser, f"{REGISTER}/new", {"day": DAY, "given": "0"}).status_code == 422
    assert post(browser, f"{REGISTER}/new", {"day": DAY, "given": "7"}).status_code == 303
    made = program.post(
        f"/api/v1{REGISTER}/entries",
        json={"items": {"day": DAY, "given": 30}},
        headers={"Idempotency-Key": "quilts-1"},
    )
    assert made.status_code == 201, made.text
    sheet = workbooks.read(browser.get(f"{REGISTER}/imports/template.xlsx").data).sheets[0]
    heads = [workbooks.Column(cell.text) for cell in sheet.rows[0]]
    content = workbooks.write(workbooks.table("x", heads, [[None, DAY, 500]]))
    taken = str(post(browser, f"{REGISTER}/imports", {"file": (io.BytesIO(content), "x.xlsx")}).location)
    mark = MARK.search(browser.get(taken).text)
    assert mark
    assert post(browser, f"{taken}/application", {"mark": mark[1]}).status_code == 303

    with databases.session(Login.TENANT, site.id) as session:
        rows = session.scalars(select(RegisterEntry).where(RegisterEntry.register == "quilts")).all()
        assert sorted(row.answers["items"]["given"] for row in rows) == [7, 30, 500]
    exported = workbooks.read(browser.get(f"{REGISTER}/export").data).sheets[0]
    assert "500" in {cell.text for row in exported.rows for cell in row}

    drain(make)
    with databases.session(Login.WORKER) as session:
        while rollups.fold(session):
            pass
    with databases.session(Login.OVERSIGHT) as session:
        fact = session.scalars(select(SiteFact.metrics).where(SiteFact.tenant_id == site.id)).one()
    assert fact["reg_quilts_given"] == 537
    figures = office.get("/console/register-figures?register=quilts").text
    assert "送出棉被" in figures
    assert "537" in figures


def test_a_room_that_the_release_did_not_reach_has_no_such_register(
    app: Flask, databases: Databases, make: Make, admin: Actor, site: Site
) -> None:
    other = make.site()
    publish(app, make, make.browser(app, admin))
    release(databases, make, admin, site)
    head = make.member(Role.SITE_HEAD, other)
    assert "送温暖棉被" not in make.browser(app, head).get("/room/registers").text
    assert "现在执行的标准没有规定这本登记簿" in make.browser(app, head).get(REGISTER).text
    assert make.program(app, head).get(f"/api/v1{REGISTER}/entries").status_code == 404
