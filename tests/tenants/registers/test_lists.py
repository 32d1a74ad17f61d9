"""The list of a register is as every other list: on the screen, on paper, as a workbook and for programs."""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from huakai_platform.kernel import clock, vault, workbooks
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.sites import Site
from huakai_platform.registers import listing
from tests.support.make import Make
from tests.support.registered import body, with_registers, written
from tests.support.web import statements

DESK, DIARY = "/room/registers/desk", "/room/registers/diary"


@pytest.fixture
def site(make: Make) -> Site:
    """A room with an open register and a confidential one, each with two entries."""
    sealed = body("diary", privacy="confidential", writers=["site_head"])
    made = make.site(edition_id=with_registers(make, body("desk"), sealed))
    with make.databases.session(Login.WORKER, made.id) as session:
        vault.ensure_key(session, make.settings.master_key)
    head = make.member(Role.SITE_HEAD, made)
    for code in ("desk", "diary"):
        for about, way in (("问路的人", "ask"), ("来咨询", "consult")):
            written(make, head, made, code, {"items": {"on": clock.today().isoformat(), "about": about, "way": way}})
    return made


@pytest.fixture
def head(make: Make, site: Site) -> Actor:
    return make.member(Role.SITE_HEAD, site)


@pytest.fixture
def browser(app: Flask, make: Make, head: Actor) -> FlaskClient:
    return make.browser(app, head)


@pytest.fixture
def program(app: Flask, make: Make, head: Actor) -> FlaskClient:
    return make.program(app, head)


def deeds(make: Make, site: Site) -> list[Any]:
    wanted = text("SELECT deed, object_kind, object, detail FROM tenant.audit_entry ORDER BY seq DESC LIMIT 1")
    with make.databases.session(Login.WORKER, site.id) as session:
        return list(session.execute(wanted).one())


def lines(browser: FlaskClient, address: str) -> list[list[str]]:
    return [[cell.text for cell in row] for row in workbooks.read(browser.get(address).data).sheets[0].rows]


def test_what_is_shown_is_printed_and_exported_with_a_head_and_on_record(
    make: Make, site: Site, head: Actor, browser: FlaskClient
) -> None:
    page = browser.get(f"{DESK}/print?is_way=ask").text
    assert re.search(rf"单位：{site.name}　日期：{clock.today()}　制表人：{head.name}", page)
    assert ("问路的人" in page, "来咨询" in page) == (True, False)
    assert deeds(make, site) == ["registers.printed", "register", "desk", {"rows": 1}]

    said = lines(browser, f"{DESK}/export?is_way=ask&sort=number")
    assert said[0][0] == "登记desk"
    assert "问路的人" in said[3]
    assert len(said) == 4
    assert deeds(make, site) == ["registers.exported", "register", "desk", {"rows": 1}]


def test_the_reader_chooses_columns_and_the_numbers_lead_to_the_entries(browser: FlaskClient) -> None:
    shown = browser.get(f"{DESK}?columns=day&size=20&density=compact").text
    head = shown[shown.index("<thead>") : shown.index("</thead>")]

    assert ("编号" in head, "日期" in head, "事由" in head) == (True, True, False)
    assert re.search(rf'<a href="{DESK}/[0-9a-f-]{{36}}">2</a>', shown)
    assert "list-cards table-sm" in shown
    assert "missing" not in browser.get(f"{DESK}?columns=%20").text, "a blank choice is none"


def test_an_empty_list_is_told_from_an_empty_filter(app: Flask, make: Make, site: Site, browser: FlaskClient) -> None:
    other = make.site(edition_id=site.edition_id)
    assert "还没有登记" in make.browser(app, make.member(Role.SITE_HEAD, other)).get(DESK).text
    for address in (f"{DESK}?q=nowhere", f"{DESK}?until=2020-01-01", f"{DIARY}?until=2020-01-01"):
        page = browser.get(address).text
        assert "没有符合条件的记录" in page
        assert "清除全部筛选" in page


def test_what_an_export_leaves_out_is_said(browser: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MOST", 1)
    listing.of.cache_clear()
    for address, place in ((f"{DESK}/export", 2), (f"{DIARY}/export", 0)):
        said = lines(browser, address)
        assert said[place][0] == "共 2 条，这里只有前 1 条，其余 1 条未列出；请缩小筛选范围分次导出。"
        assert len(said) == place + 3
    listing.of.cache_clear()


def test_a_confidential_register_is_opened_on_its_page_and_searched_nowhere(
    browser: FlaskClient, program: FlaskClient
) -> None:
    shown = browser.get(f"{DIARY}?sort=number").text
    assert shown.index("问路的人") < shown.index("来咨询")
    assert 'placeholder="登记内容"' not in shown
    assert 'placeholder="登记内容"' in browser.get(DESK).text
    assert browser.get(f"{DIARY}?q=问路").status_code == 422
    assert browser.get(f"{DIARY}?sort=about").status_code == 422
    assert browser.get(f"{DIARY}?is_way=ask").status_code == 422
    assert browser.get(f"{DIARY}/print").status_code == 404
    assert program.get("/api/v1/room/registers/diary/entries?q=问路").status_code == 422


def test_a_program_searches_what_a_person_does(program: FlaskClient) -> None:
    for words, found in (("来 咨询", ["来咨询"]), ("ask", []), ("问路", ["问路的人"])):
        answer = program.get("/api/v1/room/registers/desk/entries", query_string={"q": words}).json
        assert answer
        assert [one["items"]["about"] for one in answer["items"]] == found


def test_a_list_is_described_once_for_an_edition_a_register_and_a_language(app: Flask, browser: FlaskClient) -> None:
    browser.get(DESK)
    known = listing.of.cache_info().misses
    for _again in range(3):
        browser.get(DESK)
    assert listing.of.cache_info().misses == known
    browser.set_cookie("language", "en")
    assert "Register desk" in browser.get(DESK).text
    assert listing.of.cache_info().misses == known + 1


def test_a_page_asks_the_database_nothing_twice(app: Flask, browser: FlaskClient) -> None:
    browser.get(DESK)
    with statements(app, Login.TENANT) as seen:
        browser.get(DESK)
    assert sorted(seen) == sorted({*seen})
