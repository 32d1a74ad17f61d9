"""A sheet of activities is checked first, written once, and may be handed in again without doubling anything."""

import io
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from huakai_platform.kernel import vault, workbooks
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.audit import AuditEntry
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.outbox import OutboxMessage
from huakai_platform.kernel.sites import Site
from huakai_platform.kernel.workbooks import Column, table
from huakai_tenants.activities.listing import ACTIVITIES
from huakai_tenants.activities.models import Activity
from huakai_tenants.sheets.models import SheetImport
from tests.support.active import Active
from tests.support.make import Make
from tests.support.web import post, statements

NAMES = [one.name for one in ACTIVITIES.into("sheet")]
HEAD = [Column(one.label.render()) for one in ACTIVITIES.into("sheet")]
MARK = re.compile(r'name="mark" value="([0-9a-f]{64})"')
CASES = Path(__file__).parents[2] / "data/sheets"
IMPORTS = "/room/activities/imports"


@pytest.fixture
def site(make: Make) -> Site:
    made = make.site()
    with make.databases.session(Login.WORKER, made.id) as session:
        vault.ensure_key(session, make.settings.master_key)
    return made


@pytest.fixture
def browser(app: Flask, make: Make, site: Site) -> FlaskClient:
    return make.browser(app, make.member(Role.SITE_WORKER, site))


def book(*rows: Sequence[workbooks.Value]) -> bytes:
    return workbooks.write(table("活动", HEAD, rows))


def line(title: str = "讲座", **changes: Any) -> list[workbooks.Value]:
    values = dict.fromkeys(NAMES) | {
        "title": title, "held_on": "2026-03-05", "state": "已举办", "direction": "走出去", "venue": "进社区",
        "form": "讲座与培训", "audiences": "社区居民、老年人", "sessions": "2", "attendances": "80",
        "attendances_estimated": "是", "materials": "折页 80；海报 2",
    }  # fmt: skip
    return [*(values | changes).values()]


def sent(browser: FlaskClient, content: bytes) -> str:
    answer = post(browser, IMPORTS, {"file": (io.BytesIO(content), "活动.xlsx")})
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def confirmed(browser: FlaskClient, place: str) -> str:
    found = MARK.search(browser.get(place).text)
    assert found
    assert post(browser, f"{place}/application", {"mark": found[1]}).status_code == 303
    return browser.get(place).text


def rows(databases: Databases, site: Site, kind: type[Any] = Activity) -> list[Any]:
    with databases.session(Login.TENANT, site.id) as session:
        return list(session.scalars(select(kind).order_by(kind.id)))


@pytest.mark.parametrize(
    ("sheet_rows", "said"),
    [
        ([line("错", form="烹饪")], "没有写入：这张表里没有可以写入的行。"),
        ([line(), line("错", form="烹饪")], "没有写入：请先核对检查结果，再在这一页确认。"),
    ],
)
def test_what_was_never_confirmed_is_not_said_to_have_changed(
    databases: Databases, browser: FlaskClient, site: Site, sheet_rows: Any, said: str
) -> None:
    place = sent(browser, book(*sheet_rows))

    assert post(browser, f"{place}/application").status_code == 303

    page = browser.get(place).text
    assert said in page
    assert "在检查之后有变动" not in page
    assert rows(databases, site) == []


def test_nothing_is_written_before_it_is_confirmed_and_then_all_that_is_right(
    databases: Databases, browser: FlaskClient, site: Site
) -> None:
    place = sent(browser, book(line(), line("党课", venue="进机关", form="特色党课"), line("错", form="烹饪")))
    assert rows(databases, site) == []

    confirmed(browser, place)

    first, _second = rows(databases, site)
    assert (first.sessions, first.attendances, first.attendances_estimated, first.people) == (2, 80, True, None)
    assert first.audiences == ["elderly", "residents"]
    assert first.materials == [{"name": "折页", "count": 80}, {"name": "海报", "count": 2}]
    (kept,) = rows(databases, site, SheetImport)
    assert (kept.state, kept.sealed, kept.summary["faulty"]) == ("applied", None, 1)
    assert [one.deed for one in rows(databases, site, AuditEntry)][-1] == "activities.imported"
    assert {"month": "2026-03-01"} in [one.payload for one in rows(databases, site, OutboxMessage)]


def test_the_same_sheet_again_doubles_nothing_and_blanks_change_nothing(
    databases: Databases, browser: FlaskClient, site: Site
) -> None:
    confirmed(browser, sent(browser, book(line())))
    assert "活动已与这张表一致" in browser.get(sent(browser, book(line()))).text
    few = line(people="60", attendances=None, materials=None, audiences=None, venue=None)
    confirmed(browser, sent(browser, book(few)))
    (one,) = rows(databases, site)
    assert (one.people, one.attendances, one.version, one.venue) == (60, 80, 2, "community")


def test_times_words_and_materials_are_read_as_they_are_typed(
    databases: Databases, browser: FlaskClient, site: Site
) -> None:
    content = (CASES / "a01-activities-typed.xlsx").read_bytes()
    confirmed(browser, sent(browser, content))
    found = {one.title: one for one in rows(databases, site)}

    assert {title: (one.starts_at, one.ends_at) for title, one in found.items()} == {
        "春日沙龙": ("09:30", "11:00"),
        "春日沙龙二": ("09:30", "11:00"),
        "2": ("14:00", "15:30"),
    }
    assert len({tuple(one.audiences) for one in found.values()}) == 1, "two words, whatever stands between them"
    assert found["春日沙龙二"].materials == [{"name": "折页", "count": 300}]
    assert MARK.search(browser.get(sent(browser, content)).text) is None, "there is nothing to write"


def test_confirming_twice_writes_once_and_what_changed_meanwhile_is_shown_again(
    databases: Databases, browser: FlaskClient, site: Site
) -> None:
    place = sent(browser, book(line(), line("党课")))
    mark = MARK.search(browser.get(place).text)
    assert mark
    confirmed(browser, sent(browser, book(line())))
    post(browser, f"{place}/application", {"mark": mark[1]})
    assert len(rows(databases, site)) == 1
    confirmed(browser, place)
    assert post(browser, f"{place}/application", {"mark": mark[1]}).status_code == 303
    assert len(rows(databases, site)) == 2


@pytest.mark.parametrize(
    ("changes", "cell"),
    [
        ({"held_on": "2099-01-01"}, "B2"),
        ({"held_on": "2018-05-05"}, "B2"),
        ({"direction": "飞出去"}, "F2"),
        ({"venue": None}, "G2"),
        ({"audiences": "外星人"}, "K2"),
        ({"sessions": "半场"}, "P2"),
        ({"people": "81"}, "T2"),
        ({"materials": "很多"}, "V2"),
    ],
)
def test_a_fault_stands_at_its_cell_on_the_page_and_in_the_workbook(
    browser: FlaskClient, make: Make, site: Site, changes: dict[str, Any], cell: str
) -> None:
    Active(make, site).total(date(2018, 1, 1), to_on=date(2018, 12, 31))
    place = sent(browser, book(line(**changes)))
    page = browser.get(f"{place}?show=faulty").text
    assert f'<strong class="num">{cell}</strong>' in page
    assert not MARK.search(page)
    assert browser.get(f"{place}/workbook").data[:2] == b"PK"


def test_an_activity_is_called_off_on_its_page_and_a_sheet_leaves_it_alone(
    databases: Databases, browser: FlaskClient, make: Make, site: Site
) -> None:
    Active(make, site).activity(date(2026, 3, 5), title="停办", state="cancelled", venue=None, direction="in")
    filled = browser.get(f"{IMPORTS}/template.xlsx?filled=1").data
    assert "活动已与这张表一致" in browser.get(sent(browser, filled)).text

    page = browser.get(sent(browser, book(line("停办"), line("新的", state="已取消")))).text

    assert "A2</strong> 这次活动已经取消，请先恢复。" in page
    assert "E3</strong> 取消活动请在活动页面进行。" in page
    assert len(rows(databases, site)) == 1


def test_a_faulty_row_is_named_as_it_was_typed(browser: FlaskClient) -> None:
    assert "做错的讲座" in browser.get(sent(browser, book(line("做错的讲座", form="烹饪")))).text


def test_many_rows_take_no_more_statements_than_few(app: Flask, browser: FlaskClient) -> None:
    taken = []
    for many in (2, 40):
        for changes in ({}, {"note": "已核对"}):
            place = sent(browser, book(*(line(f"讲座 {many}-{number}", **changes) for number in range(many))))
            mark = MARK.search(browser.get(place).text)
            assert mark
            with statements(app, Login.TENANT) as seen:
                post(browser, f"{place}/application", {"mark": mark[1]})
            taken.append([one for one in seen if "tenant.activity" in one])

    assert [len(one) for one in taken[2:]] == [len(one) for one in taken[:2]]


def test_two_rows_of_the_same_activity_are_one_and_a_fault(browser: FlaskClient) -> None:
    assert "与第 2 行的活动名称、日期相同" in browser.get(sent(browser, book(line(), line()))).text


def test_the_template_comes_back_filled_and_changes_nothing(browser: FlaskClient) -> None:
    confirmed(browser, sent(browser, book(line(), line("高考减压", theme="高考减压", flowers="幸福之花"))))
    for language in ("zh_CN", "en"):
        browser.set_cookie("language", language)
        filled = browser.get(f"{IMPORTS}/template.xlsx?filled=1").data
        assert not MARK.search(browser.get(sent(browser, filled)).text)
    browser.set_cookie("language", "zh_CN")
    empty = workbooks.read(browser.get(f"{IMPORTS}/template.xlsx").data).sheets[0]
    assert [cell.text.rstrip("*") for cell in empty.rows[0]] == [one.title for one in HEAD]


def test_an_upload_may_be_given_up_and_belongs_to_its_room(
    app: Flask, databases: Databases, make: Make, browser: FlaskClient, site: Site
) -> None:
    place = sent(browser, book(line()))
    assert make.browser(app, make.member(Role.SITE_HEAD)).get(place).status_code == 404
    assert make.browser(app, make.member(Role.VOLUNTEER, site)).get(place).status_code == 403
    assert post(browser, f"{place}/discard").status_code == 303
    assert rows(databases, site) == []
    for content in (book(), b"no workbook"):
        answer = post(browser, IMPORTS, {"file": (io.BytesIO(content), "a.xlsx")})
        assert answer.status_code == 422
