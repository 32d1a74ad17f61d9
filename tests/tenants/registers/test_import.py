"""A sheet of any register is checked first, written once, and may be handed in again without doubling anything."""

import io
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from huakai_platform.kernel import clock, vault, workbooks
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.outbox import OutboxMessage
from huakai_platform.kernel.sites import Site
from huakai_platform.kernel.workbooks import Column, table
from huakai_tenants.registers.models import RegisterEntry, SealedEntry
from tests.support import web
from tests.support.make import Make
from tests.support.registered import body, with_registers, written

DAY = clock.today().isoformat()
TOMORROW = (clock.today() + timedelta(days=1)).isoformat()
DESK = "/room/registers/desk"
UNITS = "民政 | 已办\n公安"
HEAD = [Column(title) for title in ("编号", "日期", "事由", "件数", "方式")]
MARK = re.compile(r'name="mark" value="([0-9a-f]{64})"')


@pytest.fixture
def site(make: Make) -> Site:
    """A room that works by an edition with an open and a sealed register more."""
    sealed = body("diary", privacy="confidential", writers=["site_head"])
    made = make.site(edition_id=with_registers(make, body("desk"), sealed))
    with make.databases.session(Login.WORKER, made.id) as session:
        vault.ensure_key(session, make.settings.master_key)
    return made


@pytest.fixture
def head(make: Make, site: Site) -> Actor:
    return make.member(Role.SITE_HEAD, site)


@pytest.fixture
def browser(make: Make, app: Flask, head: Actor) -> FlaskClient:
    return make.browser(app, head)


def line(
    about: Any = "问路", *, number: Any = None, on: Any = DAY, pieces: Any = "3", way: Any = "ask"
) -> list[workbooks.Value]:
    return [number, on, about, pieces, way]


def sent(browser: FlaskClient, *rows: Sequence[workbooks.Value], desk: str = DESK) -> str:
    return sent_file(browser, workbooks.write(table("登记", HEAD, rows)), desk)


def sent_file(browser: FlaskClient, content: bytes, desk: str = DESK) -> str:
    answer = web.post(browser, f"{desk}/imports", {"file": (io.BytesIO(content), "登记.xlsx")})
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def confirmed(browser: FlaskClient, place: str) -> None:
    found = MARK.search(browser.get(place).text)
    assert found
    assert web.post(browser, f"{place}/application", {"mark": found[1]}).status_code == 303


def stored(databases: Databases, site: Site, kind: type[Any] = RegisterEntry) -> list[Any]:
    with databases.session(Login.TENANT, site.id) as session:
        return list(session.scalars(select(kind).order_by(kind.id)))


def test_nothing_is_written_before_it_is_confirmed_and_then_all_that_is_right(
    databases: Databases, browser: FlaskClient, site: Site
) -> None:
    place = sent(browser, line(), line("请教", pieces=None, way=None), line("骑车", way="fly"))
    assert not stored(databases, site)
    assert "E4" in browser.get(place).text

    confirmed(browser, place)

    said = sorted(
        (one.number, one.answers["items"].get("pieces"), one.day.isoformat()) for one in stored(databases, site)
    )
    assert said == [(1, 3, DAY), (2, None, DAY)]
    assert "NumbersChanged" in {one.topic for one in stored(databases, site, OutboxMessage)}
    assert "导入已完成" in browser.get(place).text


def test_the_same_sheet_again_doubles_nothing_even_if_confirmed_twice(
    databases: Databases, browser: FlaskClient, site: Site
) -> None:
    place = sent(browser, line(), line("请教"))
    mark = MARK.search(browser.get(place).text)
    assert mark
    for _again in range(2):
        web.post(browser, f"{place}/application", {"mark": mark[1]})
    again = browser.get(sent(browser, line(), line("请教"))).text
    assert "登记已与这张表一致" in again
    assert len(stored(databases, site)) == 2
    assert browser.get(f"{place}/workbook").status_code == 409


def test_a_filled_template_changes_entries_by_their_number_and_leaves_their_rows(
    databases: Databases, browser: FlaskClient, make: Make, head: Actor, site: Site
) -> None:
    kept = {"items": {"on": DAY, "about": "问路", "pieces": 3}, "rows": {"units": [{"unit": "民政"}]}}
    written(make, head, site, "desk", kept)
    filled = browser.get(f"{DESK}/imports/template.xlsx?filled=1").data
    rows = workbooks.read(filled).sheets[0].rows
    assert [cell.text for cell in rows[1]][:4] == ["1", DAY, "问路", "3"]
    assert len(workbooks.read(browser.get(f"{DESK}/imports/template.xlsx").data).sheets[0].rows) == 1

    confirmed(browser, sent(browser, line("指路", number="1", pieces=None, way="consult")))

    (entry,) = stored(databases, site)
    assert entry.answers["items"] == {"on": DAY, "about": "指路", "pieces": 3, "way": "consult"}, "blank leaves it"
    assert entry.answers["rows"] == kept["rows"]
    assert entry.version == 2


def test_rows_of_an_entry_go_out_in_one_cell_and_come_back(
    databases: Databases, browser: FlaskClient, make: Make, head: Actor, site: Site
) -> None:
    said = [{"unit": "民政", "reply": "甲|乙\n丙\\|"}, {"unit": "公安"}]
    written(make, head, site, "desk", {"items": {"on": DAY, "about": "问路"}, "rows": {"units": said}})
    filled = browser.get(f"{DESK}/imports/template.xlsx?filled=1").data
    page = browser.get(sent_file(browser, filled)).text
    assert "登记已与这张表一致" in page, "what went out says the same when it comes back"

    changed: list[workbooks.Value] = [1, DAY, "问路", None, None, UNITS]
    new: list[workbooks.Value] = [None, DAY, "请教", None, None, "卫健"]
    place = sent_file(browser, workbooks.write(table("登记", [*HEAD, Column("办理单位")], [changed, new])))
    assert "公安" in browser.get(place).text
    confirmed(browser, place)

    rows = {one.number: one.answers["rows"]["units"] for one in stored(databases, site)}
    assert rows == {1: [{"unit": "民政", "reply": "已办"}, {"unit": "公安"}], 2: [{"unit": "卫健"}]}
    again = sent_file(browser, workbooks.write(table("登记", [*HEAD, Column("办理单位")], [new])))
    assert "登记已与这张表一致" in browser.get(again).text
    blank = [*changed[:-1], None]
    same = sent_file(browser, workbooks.write(table("登记", [*HEAD, Column("办理单位")], [blank])))
    assert "登记已与这张表一致" in browser.get(same).text, "a blank cell leaves the rows"


def test_a_fault_in_a_row_of_an_entry_names_its_line(browser: FlaskClient) -> None:
    bad: list[workbooks.Value] = [None, DAY, "问路", None, None, "民政 | 已办 | 多\n | 没有单位"]
    place = sent_file(browser, workbooks.write(table("登记", [*HEAD, Column("办理单位")], [bad])))
    page = browser.get(place).text
    assert ">F2</strong>" in page
    assert "第 1 行：多于 2 项" in page
    assert not MARK.search(page)


def test_what_changed_since_the_check_is_shown_again_before_anything_is_written(
    databases: Databases, browser: FlaskClient, site: Site
) -> None:
    place = sent(browser, line(), line("请教"))
    mark = MARK.search(browser.get(place).text)
    assert mark
    confirmed(browser, sent(browser, line()))
    web.post(browser, f"{place}/application", {"mark": mark[1]})
    assert len(stored(databases, site)) == 1
    confirmed(browser, place)
    assert len(stored(databases, site)) == 2


@pytest.mark.parametrize(
    ("row", "cell"),
    [
        (line(number="7"), "A2"),
        (line(on=TOMORROW), "B2"),
        (line(on="gestern"), "B2"),
        (line(None), "C2"),
        (line(pieces="-1"), "D2"),
        (line(pieces="viele"), "D2"),
        (line(way="fly"), "E2"),
    ],
)
def test_a_fault_is_told_at_its_cell(browser: FlaskClient, row: list[Any], cell: str) -> None:
    place = sent(browser, row)
    page = browser.get(place).text
    assert f">{cell}</strong>" in page
    assert not MARK.search(page)
    assert workbooks.read(browser.get(f"{place}/workbook").data).sheets


def test_the_same_row_twice_is_one_too_many(browser: FlaskClient) -> None:
    assert "与第 2 行是同一条登记" in browser.get(sent(browser, line(), line())).text


@pytest.mark.parametrize("content", [b"", b"not a workbook", workbooks.write(table("x", [Column("别的")], [["1"]]))])
def test_a_file_that_is_no_such_sheet_comes_back_with_the_reason(browser: FlaskClient, content: bytes) -> None:
    answer = web.post(browser, f"{DESK}/imports", {"file": (io.BytesIO(content), "a.xlsx")})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text


def test_a_sealed_register_takes_sheets_in_sealed(databases: Databases, browser: FlaskClient, site: Site) -> None:
    confirmed(browser, sent(browser, line("只有我知道"), desk="/room/registers/diary"))
    (entry,) = stored(databases, site, SealedEntry)
    assert "只有我知道".encode() not in entry.sealed
    assert "登记已与这张表一致" in browser.get(sent(browser, line("只有我知道"), desk="/room/registers/diary")).text


def test_who_may_not_write_and_who_is_elsewhere_import_nothing(
    make: Make, app: Flask, browser: FlaskClient, site: Site
) -> None:
    place = sent(browser, line())
    worker = make.browser(app, make.member(Role.SITE_WORKER, site))
    mark = MARK.search(browser.get(place).text)
    assert mark
    assert web.post(worker, f"{place}/application", {"mark": mark[1]}).status_code == 403
    stranger = make.browser(app, make.member(Role.SITE_HEAD, make.site(edition_id=site.edition_id)))
    assert stranger.get(place).status_code == 404
    assert browser.get(place.replace("desk", "visitors")).status_code == 404


def test_an_import_takes_as_many_statements_for_many_rows_as_for_few(
    app: Flask, browser: FlaskClient, databases: Databases, site: Site
) -> None:
    counted = []
    for many in (2, 40):
        place = sent(browser, *(line(f"{many} {number}") for number in range(many)))
        mark = MARK.search(browser.get(place).text)
        assert mark
        given = {"mark": mark[1], "csrf_token": web.token(browser)}
        with web.statements(app, Login.TENANT) as seen:
            browser.post(f"{place}/application", data=given)
        counted.append(len(seen))
    assert counted[0] == counted[1]
    assert len(stored(databases, site)) == 42


def test_a_given_up_file_is_gone(browser: FlaskClient, databases: Databases, site: Site) -> None:
    place = sent(browser, line())
    assert web.post(browser, f"{place}/discard").status_code == 303
    assert "已放弃" in browser.get(place).text
    with databases.session(Login.TENANT, site.id) as session:
        assert session.scalar(text("SELECT sealed FROM confidential.sheet_import")) is None
    assert not stored(databases, site)
