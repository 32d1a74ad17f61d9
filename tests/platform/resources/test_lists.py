"""A list is the same wherever it is read: sorted, paged, exported, printed, asked by a program."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from huakai_platform.kernel import clock, workbooks
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.sites import Site
from huakai_platform.resources import exporting, lists, words
from huakai_platform.resources.fields import Question
from huakai_tenants.equipment import listing
from huakai_tenants.equipment.listing import EQUIPMENT, EquipmentRow
from huakai_tenants.equipment.models import EquipmentItem
from tests.support.make import Make
from tests.support.staffed import Staffed

DAYS: Sequence[date | None] = (date(2025, 3, 1), None, date(2024, 1, 1), None, date(2025, 3, 1))


@dataclass(frozen=True)
class Room:
    make: Make
    site: Site
    head: Actor

    def page(self, **asked: object) -> lists.ListPage[EquipmentRow]:
        with self.make.databases.session(Login.TENANT, self.site.id) as session:
            here = listing.room(session, self.head)
            return lists.list_page(session, EQUIPMENT, self.head, Question(**asked), here)  # type: ignore[arg-type]


@pytest.fixture
def room(make: Make) -> Room:
    """Five things, bought on these days or nobody knows when."""
    site = make.site()
    for number, day in enumerate(DAYS, start=1):
        about = {"kind": "computer", "quantity": number, "state": "in_use", "faulty": False, "bought_on": day}
        Staffed(make, site).add(EquipmentItem(number=f"E{number}", created_at=clock.now(), **about))
    return Room(make, site, make.member(Role.SITE_HEAD, site))


@pytest.fixture
def browser(app: Flask, room: Room) -> FlaskClient:
    return room.make.browser(app, room.head)


@pytest.mark.parametrize(
    ("sort", "numbers"), [("bought", ["E3", "E1", "E5", "E2", "E4"]), ("-bought", ["E1", "E5", "E3", "E2", "E4"])]
)
def test_what_has_no_value_stands_last_in_both_directions(room: Room, sort: str, numbers: list[str]) -> None:
    assert [row.number for row in room.page(sort=sort).rows] == numbers


def test_a_page_past_the_last_is_the_last(room: Room, browser: FlaskClient) -> None:
    found = room.page(page=99, size=2)

    assert (found.page, found.pages, found.total, [row.number for row in found.rows]) == (3, 3, 5, ["E5"])
    shown = browser.get("/room/equipment?page=99").text
    assert "共 5 条" in shown
    assert "还没有登记设备" not in shown


def test_an_empty_list_has_one_page_and_is_told_from_an_empty_filter(
    app: Flask, make: Make, browser: FlaskClient
) -> None:
    empty = make.browser(app, make.member(Role.SITE_HEAD)).get("/room/equipment").text
    filtered = browser.get("/room/equipment?q=nowhere").text

    assert "还没有登记设备" in empty
    assert "没有符合条件的记录" in filtered
    assert "清除全部筛选" in filtered


def test_an_export_holds_what_is_shown_under_its_head(room: Room, browser: FlaskClient) -> None:
    sheet = workbooks.read(browser.get("/room/equipment/register.xlsx?sort=-bought&q=E").data).sheets[0]
    said = [[cell.text for cell in row] for row in sheet.rows]

    assert said[0][0] == "设备"
    assert said[1][0] == f"单位：{room.site.name}　日期：{clock.today()}　制表人：{room.head.name}"
    head = said[2]
    assert [row[head.index("设备编号")] for row in said[3:]] == ["E1", "E5", "E3", "E2", "E4"]
    assert [row[head.index("状态")] for row in said[3:]] == ["在用"] * 5


def test_a_print_holds_the_same(room: Room, browser: FlaskClient) -> None:
    shown = browser.get("/room/equipment/print?sort=-bought").text

    places = [shown.index(f"<td>{number}</td>") for number in ("E1", "E5", "E3", "E2", "E4")]
    assert places == sorted(places)
    assert f"制表人：{room.head.name}" in shown


def test_what_an_export_leaves_out_is_said(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    few = replace(EQUIPMENT, most=2)
    with room.make.databases.session(Login.TENANT, room.site.id) as session:
        here = listing.room(session, room.head)
        found = lists.all_rows(session, few, room.head, Question(), here)
        written = exporting.workbook(session, room.head, few, few.out("export"), found, here)

    assert ([row.number for row in found.rows], found.total, found.left_out) == (["E1", "E2"], 5, 3)
    assert "共 5 条，这里只有前 2 条，其余 3 条未列出" in workbooks.read(written).sheets[0].rows[2][0].text


def test_what_an_export_leaves_out_is_said_where_nobody_has_counted_it() -> None:
    assert exporting.cut(lists.Extract([], 0)) is None
    assert exporting.cut(lists.Extract([], None)) == "这里只有前 0 条，其余未列出；请缩小筛选范围分次导出。"


def test_a_filter_in_force_is_said_and_can_be_taken_off(browser: FlaskClient) -> None:
    shown = browser.get("/room/equipment?q=E1&state=all&size=20").text

    assert "状态：全部" in shown
    assert 'href="/room/equipment?state=all&amp;size=20" aria-label="去掉筛选：编号、型号或序列号：E1"' in shown


def test_one_scope_holds_for_list_export_single_thing_and_program(room: Room) -> None:
    """What a person may not see is on no page of the list, in no export, and not there when it is asked for."""
    own = replace(EQUIPMENT, scope=lambda _actor, _parent: [EquipmentItem.number.in_(["E2", "E3"])])
    with room.make.databases.session(Login.TENANT, room.site.id) as session:
        here = listing.room(session, room.head)
        hidden = lists.list_page(session, EQUIPMENT, room.head, Question(), here).rows[0]
        page = lists.list_page(session, own, room.head, Question(), here)
        export = lists.all_rows(session, own, room.head, Question(), here)
        asked = session.execute(lists.unordered_query(own, room.head, Question(), here)).all()
        with pytest.raises(NotFound):
            lists.one_row(session, own, room.head, hidden.id, here)

    assert (page.total, [row.number for row in page.rows]) == (2, ["E2", "E3"])
    assert [row.number for row in export.rows] == ["E2", "E3"]
    assert sorted(row.number for row in asked) == ["E2", "E3"]


def test_a_blank_column_is_none(browser: FlaskClient) -> None:
    shown = browser.get("/room/equipment?columns=%20&columns=state").text

    assert "missing" not in shown
    assert 'name="columns" value="state"' in shown


def test_columns_rows_and_density_stand_in_the_address(browser: FlaskClient) -> None:
    shown = browser.get("/room/equipment?columns=number&columns=state&size=20&density=compact").text
    head = shown[shown.index("<thead>") : shown.index("</thead>")]

    assert ("设备编号" in head, "状态" in head, "数量" in head) == (True, True, False)
    assert "table-sm" in shown
    assert browser.get("/room/equipment?size=7").status_code == 422
    written = browser.get("/room/equipment/register.xlsx?columns=number&columns=serial").data
    assert [cell.text for cell in workbooks.read(written).sheets[0].rows[2]] == ["设备种类", "设备编号", "序列号"]


def test_a_column_that_is_blank_is_no_column(browser: FlaskClient) -> None:
    shown = browser.get("/room/equipment?columns=%20&columns=number").text

    assert "missing" not in shown
    assert shown.count('name="columns" value="number"') == 2, "in the filters and in the chooser"


@pytest.mark.parametrize(
    ("texts", "once"),
    [
        (["洛阳市 / 涧西区 / 甲", "洛阳市 / 涧西区 / 乙"], "洛阳市 / 涧西区 / "),
        (["洛阳市 / 涧西区", "洛阳市 / 洛龙区 / 乙"], "洛阳市 / "),
        (["洛阳市", "洛阳市 / 洛龙区"], ""),
        (["洛阳市 / 涧西区", "洛阳市 / 涧西区"], "洛阳市 / "),
        (["洛阳市 / 涧西区", "郑州市 / 金水区"], ""),
        (["洛阳市 / 涧西区"], ""),
        ([], ""),
    ],
)
def test_what_all_paths_share_is_said_once_and_each_keeps_its_last_part(texts: list[str], once: str) -> None:
    assert words.shared(texts) == once


def test_a_list_says_once_where_all_its_rows_are(app: Flask, make: Make) -> None:
    client = make.browser(app, make.member(Role.INSTITUTION_ADMIN))
    for name in ("甲", "乙"):
        make.site(name=name)
    shown = client.get("/console/sites").text

    (once,) = re.findall(r'<p class="list-shared">地区：(.*?)…</p>', shown)
    assert once.endswith(" / ")
    assert shown.count(once) == 1, "and not in its rows"
