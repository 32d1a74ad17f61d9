"""A register that only the edition knows works everywhere: pages, numbers, sealing, retention."""

import io
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import select, text

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.sites import Site
from huakai_platform.oversight import rollups
from huakai_platform.oversight.models import RegionRollup, SiteFact
from huakai_platform.regions.present import PRESENT
from huakai_platform.standards.shipped import load_shipped
from huakai_tenants.registers import counting
from huakai_worker import dispatcher
from tests.support import web
from tests.support.make import Make
from tests.support.registered import body, with_registers, written

DESK = "/room/registers/desk"
KEPT = [one for one in load_shipped().definitions if one.body.get("level") == "site"]
SHIPPED, SEALED = (
    sorted(one.code for one in KEPT),
    {one.code for one in KEPT if one.body["privacy"] == "confidential"},
)


@pytest.fixture
def site(make: Make) -> Site:
    """A room that works by an edition with an open and a sealed register more."""
    sealed = body("diary", privacy="confidential", writers=["site_head"])
    return make.site(edition_id=with_registers(make, body("desk"), sealed))


@pytest.fixture
def head(make: Make, site: Site) -> Actor:
    return make.member(Role.SITE_HEAD, site)


@pytest.fixture
def browser(make: Make, app: Flask, head: Actor) -> FlaskClient:
    return make.browser(app, head)


def said(about: str, **more: Any) -> dict[str, Any]:
    return {"items": {"on": clock.today().isoformat(), "about": about, **more}, "rows": {"units": []}}


def drain(make: Make) -> None:
    while dispatcher.drain(make.databases, make.settings).rows:
        pass


def test_a_register_of_the_edition_is_there_without_code_of_its_own(browser: FlaskClient) -> None:
    assert "登记desk" in browser.get("/room/registers").text
    assert "还没有登记" in browser.get(DESK).text

    answer = web.post(
        browser,
        f"{DESK}/new",
        {"on": clock.today().isoformat(), "about": "问路", "pieces": "3", "way": "ask", "rows.units.0.unit": "民政"},
    )

    page = browser.get(answer.location).text
    assert "问路" in page
    assert "民政" in page
    assert "问路" in browser.get(DESK).text


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"about": ""}, "此项还没有填写"),
        ({"on": (clock.today() + timedelta(days=1)).isoformat()}, "日期不能晚于今天"),
        ({"on": "gestern"}, "日期"),
        ({"pieces": "-1"}, "0"),
        ({"way": "fly"}, "选项"),
        ({"nobody": "1"}, "没有这一项"),
        ({"rows.units.0.reply": "同意"}, "此项还没有填写"),
    ],
)
def test_a_refused_entry_comes_back_filled(
    browser: FlaskClient, databases: Databases, site: Site, changes: dict[str, str], told: str
) -> None:
    answer = web.post(
        browser, f"{DESK}/new", {"on": clock.today().isoformat(), "about": "问路", "pieces": "3"} | changes
    )

    assert answer.status_code == 422
    assert told in answer.text
    assert 'value="3"' in answer.text or "pieces" in changes
    with databases.session(Login.TENANT, site.id) as session:
        assert session.scalar(text("SELECT count(*) FROM tenant.register_entry")) == 0


def test_who_was_overtaken_loses_nothing(browser: FlaskClient, make: Make, head: Actor, site: Site) -> None:
    entry = written(make, head, site, "desk", said("甲"))
    edit = f"{DESK}/{entry}/edit"
    web.post(browser, edit, {"on": clock.today().isoformat(), "about": "乙", "version": "1"})

    late = web.post(browser, edit, {"on": clock.today().isoformat(), "about": "丙", "version": "1"})

    assert late.status_code == 409
    assert "丙" in late.text
    assert "刚才有人改过" in late.text
    web.post(browser, edit, {"on": clock.today().isoformat(), "about": "丙", "version": "2"})
    assert "丙" in browser.get(f"{DESK}/{entry}").text


@pytest.mark.calendar
def test_a_cancelled_entry_is_kept_uncounted_and_comes_back(
    browser: FlaskClient, make: Make, head: Actor, site: Site, databases: Databases
) -> None:
    entry = written(make, head, site, "desk", said("甲"))

    assert web.post(browser, f"{DESK}/{entry}/cancellation", {"reason": ""}).status_code == 422
    web.post(browser, f"{DESK}/{entry}/cancellation", {"reason": "记重了"})

    assert "甲" not in browser.get(DESK).text
    assert "记重了" in browser.get(f"{DESK}/{entry}").text
    with databases.session(Login.WORKER, site.id) as session:
        assert counting.counts(session, clock.month(clock.today())) == {}
    assert (
        web.post(
            browser, f"{DESK}/{entry}/edit", {"on": clock.today().isoformat(), "about": "乙", "version": "2"}
        ).status_code
        == 409
    )
    web.post(browser, f"{DESK}/{entry}/restoration", {})
    assert "甲" in browser.get(DESK).text


@pytest.mark.calendar
def test_numbers_are_counted_and_reach_the_country(
    make: Make, head: Actor, site: Site, databases: Databases, browser: FlaskClient
) -> None:
    for pieces, way in ((2, "ask"), (3, "consult"), (5, "consult")):
        written(make, head, site, "desk", said("甲", pieces=pieces, way=way))
    web.post(browser, f"{DESK}/new", {"on": clock.today().isoformat(), "about": "丁", "way": "consult"})

    drain(make)
    with databases.session(Login.WORKER) as session:
        while rollups.fold(session):
            pass

    wanted = {"reg_desk_all": 4, "reg_desk_consulted": 3, "reg_desk_pieces": 10}
    with databases.session(Login.OVERSIGHT) as session:
        whole = (RegionRollup.region_code == "000000000000", RegionRollup.month != PRESENT)
        fact = session.scalars(select(SiteFact.metrics).where(SiteFact.tenant_id == site.id)).one()
        country = session.scalars(select(RegionRollup.metrics).where(*whole)).one()
    assert {name: fact[name] for name in wanted} == wanted
    assert {name: country[name] for name in wanted} == wanted
    assert "75.0%" in browser.get(DESK).text, "three of four were consultations"


@pytest.mark.calendar
def test_a_confidential_entry_is_sealed_and_only_counted_above(
    make: Make, head: Actor, site: Site, databases: Databases, browser: FlaskClient
) -> None:
    entry = written(make, head, site, "diary", said("只有我知道", way="consult", pieces=7))

    with databases.session(Login.MIGRATOR, site.id) as session:
        row = session.execute(text("SELECT sealed FROM confidential.sealed_entry")).one()
        assert "只有我知道".encode() not in bytes(row.sealed)
        assert session.scalar(text("SELECT count(*) FROM tenant.register_entry")) == 0
    with databases.session(Login.WORKER, site.id) as session:
        assert counting.counts(session, clock.month(clock.today())) == {"reg_diary_all": 1}
    assert "只有我知道" in browser.get(f"/room/registers/diary/{entry}").text
    counsellor = make.browser(browser.application, make.member(Role.COUNSELLOR, site))
    assert (
        web.post(counsellor, "/room/registers/diary/new", {"on": clock.today().isoformat(), "about": "乙"}).status_code
        == 403
    )


def test_reading_a_confidential_entry_is_on_record(
    make: Make, head: Actor, site: Site, databases: Databases, browser: FlaskClient
) -> None:
    entry = written(make, head, site, "diary", said("只有我知道"))
    browser.get(f"/room/registers/diary/{entry}")

    with databases.session(Login.WORKER, site.id) as session:
        deeds = session.scalars(text("SELECT deed FROM tenant.audit_entry ORDER BY seq")).all()
    assert deeds == ["registers.added", "registers.read"]


def test_another_rooms_entry_is_not_there(make: Make, head: Actor, site: Site, app: Flask) -> None:
    entry = written(make, head, site, "desk", said("甲"))
    other = make.site(edition_id=site.edition_id)
    stranger = make.browser(app, make.member(Role.SITE_HEAD, other))

    assert stranger.get(f"{DESK}/{entry}").status_code == 404
    assert web.post(stranger, f"{DESK}/{entry}/cancellation", {"reason": "不对"}).status_code == 404
    assert "甲" not in stranger.get(DESK).text


def test_an_entry_is_not_found_under_another_register(
    make: Make, head: Actor, site: Site, browser: FlaskClient
) -> None:
    entry = written(make, head, site, "desk", said("甲"))
    assert browser.get(f"/room/registers/visitors/{entry}").status_code == 404
    assert browser.get("/room/registers/nothing").status_code == 404


def test_the_list_is_narrowed_and_sorted(make: Make, head: Actor, site: Site, browser: FlaskClient) -> None:
    for about, pieces, way in (("甲", 9, "ask"), ("乙", 10, "consult")):
        written(make, head, site, "desk", said(about, pieces=pieces, way=way))

    assert "甲" not in browser.get(f"{DESK}?is_way=consult").text
    assert "甲" not in browser.get(f"{DESK}?q=乙").text
    assert "没有符合条件" in browser.get(f"{DESK}?q=about").text, "names of items are not content"
    assert "没有符合条件" in browser.get(f"{DESK}?until=2020-01-01").text
    page = browser.get(f"{DESK}?sort=-pieces").text
    assert page.index("乙") < page.index("甲"), "ten is more than nine"


@pytest.mark.parametrize("query", ["sort=nothing", "page=0", "is_way=fly", "since=x", "page=99999999"])
def test_a_wrong_address_is_refused(browser: FlaskClient, query: str) -> None:
    assert browser.get(f"{DESK}?{query}").status_code in (400, 422)


def test_the_workbook_holds_entries_and_their_rows(make: Make, head: Actor, site: Site, browser: FlaskClient) -> None:
    written(
        make, head, site, "desk", {**said("=1+1", way="ask"), "rows": {"units": [{"unit": "民政", "reply": "同意"}]}}
    )

    book = CalamineWorkbook.from_filelike(io.BytesIO(browser.get(f"{DESK}/export").data))

    assert book.sheet_names == ["登记desk", "办理单位"]
    assert "=1+1" in str(book.get_sheet_by_index(0).to_python()[3])
    assert book.get_sheet_by_index(1).to_python()[1] == [1, "民政", "同意"]


@pytest.mark.calendar
def test_what_was_kept_long_enough_is_let_go(make: Make, head: Actor, site: Site, databases: Databases) -> None:
    written(make, head, site, "desk", {"items": {"on": clock.months_on(clock.today(), -13).isoformat(), "about": "旧"}})
    kept = written(
        make, head, site, "desk", {"items": {"on": clock.months_on(clock.today(), -11).isoformat(), "about": "新"}}
    )

    with databases.session(Login.WORKER, site.id) as session:
        assert counting.forget(session, clock.today()) == 1
    with databases.session(Login.TENANT, site.id) as session:
        assert session.scalars(text("SELECT id FROM tenant.register_entry")).all() == [kept]


@pytest.mark.parametrize("code", SHIPPED)
def test_every_shipped_register_opens_sorts_and_exports(app: Flask, make: Make, code: str) -> None:
    browser = make.browser(app, make.member(Role.SITE_HEAD, make.site()))
    for asked in ("", "?sort=day", "?sort=-number", "?size=20&density=compact&columns=day"):
        assert browser.get(f"/room/registers/{code}{asked}").status_code == 200
    assert browser.get(f"/room/registers/{code}/new").status_code == 200
    assert browser.get(f"/room/registers/{code}/export").status_code == 200
    assert browser.get(f"/room/registers/{code}/print").status_code == (404 if code in SEALED else 200)


def test_the_list_takes_as_many_statements_however_many_entries(
    make: Make, head: Actor, site: Site, app: Flask, browser: FlaskClient
) -> None:
    written(make, head, site, "desk", said("甲"))
    browser.get(DESK)
    with web.statements(app, Login.TENANT) as few:
        browser.get(DESK)
    for number in range(30):
        written(make, head, site, "desk", said(f"第{number}"))
    with web.statements(app, Login.TENANT) as many:
        browser.get(DESK)

    assert len(few) == len(many) <= 12


def numbers(databases: Databases, site_id: UUID) -> list[int]:
    with databases.session(Login.TENANT, site_id) as session:
        return list(session.scalars(text("SELECT number FROM tenant.register_entry ORDER BY number")))


def test_entries_are_numbered_one_by_one(make: Make, head: Actor, site: Site, databases: Databases) -> None:
    for about in ("甲", "乙", "丙"):
        written(make, head, site, "desk", said(about))
    assert numbers(databases, site.id) == [1, 2, 3]


@pytest.mark.calendar
def test_an_older_day_is_counted_in_its_own_month(make: Make, head: Actor, site: Site, databases: Databases) -> None:
    earlier = clock.today() - timedelta(days=40)
    written(make, head, site, "desk", {"items": {"on": earlier.isoformat(), "about": "旧"}})
    with databases.session(Login.WORKER, site.id) as session:
        assert counting.counts(session, clock.month(earlier))["reg_desk_all"] == 1
        assert counting.counts(session, clock.month(clock.today())) == {}


def test_a_register_of_another_edition_is_an_empty_page_that_says_so(app: Flask, make: Make, site: Site) -> None:
    browser = make.browser(app, make.member(Role.SITE_HEAD, make.site()))

    page = browser.get(DESK)

    assert page.status_code == 200
    assert "现在执行的标准没有规定这本登记簿" in page.text
    assert browser.get("/room/registers/nowhere").status_code == 404
