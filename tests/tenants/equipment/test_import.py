"""A sheet of equipment is checked first, written once, and may be handed in again without doubling anything."""

import io
import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from huakai_platform.kernel import vault, workbooks
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.sites import Site
from huakai_platform.kernel.workbooks import Column, table
from huakai_tenants.equipment.listing import EQUIPMENT
from huakai_tenants.equipment.models import EquipmentEvent, EquipmentItem
from tests.support.make import Make
from tests.support.staffed import Staffed
from tests.support.web import post

NAMES = [one.name for one in EQUIPMENT.into("sheet")]
HEAD = [Column(one.label.render()) for one in EQUIPMENT.into("sheet")]
MARK = re.compile(r'name="mark" value="([0-9a-f]{64})"')
CASES = Path(__file__).parents[2] / "data/sheets"
PRICE = Decimal(1200)
IMPORTS = "/room/equipment/imports"


@pytest.fixture
def site(make: Make) -> Site:
    made = make.site()
    with make.databases.session(Login.WORKER, made.id) as session:
        vault.ensure_key(session, make.settings.master_key)
    return made


@pytest.fixture
def browser(app: Flask, make: Make, site: Site) -> FlaskClient:
    return make.browser(app, make.member(Role.SITE_HEAD, site))


def line(**changes: Any) -> list[workbooks.Value]:
    return [*(dict.fromkeys(NAMES) | {"kind": "咨询椅", "quantity": "2"} | changes).values()]


def sent(browser: FlaskClient, *rows: Sequence[workbooks.Value]) -> str:
    return handed_in(browser, workbooks.write(table("设备", HEAD, rows)))


def handed_in(browser: FlaskClient, content: bytes) -> str:
    answer = post(browser, IMPORTS, {"file": (io.BytesIO(content), "设备.xlsx")})
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def applied(browser: FlaskClient, at: str) -> None:
    mark = MARK.search(browser.get(at).text)
    assert mark, browser.get(at).text
    done = post(browser, f"{at}/application", {"mark": mark[1]}, follow_redirects=True)
    assert done.status_code == 200
    assert "导入已完成" in done.text


def items(databases: Databases, site: Site) -> dict[str, EquipmentItem]:
    with databases.session(Login.TENANT, site.id) as session:
        return {item.number: item for item in session.scalars(select(EquipmentItem))}


def test_nothing_is_written_before_it_is_confirmed_and_then_once(
    databases: Databases, browser: FlaskClient, site: Site
) -> None:
    at = sent(
        browser, line(funds="捐赠", bought_on="2026-01-05"), line(number="X1", kind="电脑（设锁屏）", quantity="1")
    )
    assert items(databases, site) == {}
    applied(browser, at)
    post(browser, f"{at}/application", {"mark": "0" * 64})

    found = items(databases, site)
    assert set(found) == {"E0001", "X1"}
    assert (found["E0001"].kind, found["E0001"].quantity, found["E0001"].funds) == ("consulting_chair", 2, "donation")
    with databases.session(Login.TENANT, site.id) as session:
        assert [one.deed for one in session.scalars(select(EquipmentEvent))] == ["added", "added"]


def test_a_known_number_changes_and_the_same_sheet_again_does_nothing(
    databases: Databases, browser: FlaskClient, site: Site
) -> None:
    applied(browser, sent(browser, line(number="X1", serial="SN1")))
    applied(browser, sent(browser, line(number="X1", quantity="5")))
    again = browser.get(sent(browser, line(number="X1", quantity="5"))).text

    assert (items(databases, site)["X1"].quantity, items(databases, site)["X1"].serial) == (5, "SN1")
    assert "设备已与这张表一致" in again


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (line(kind="飞船"), "请从列出的选项中选择"),
        (line(quantity="0"), "应在 1 至"),
        (line(quantity="两把"), "请填写整数"),
        (line(bought_on="2090-01-01"), "不能晚于今天"),
        (line(bought_on="2026-02-01", warranty_until="2026-01-01"), "不能早于购置日期"),
    ],
)
def test_a_faulty_row_is_marked_and_the_right_ones_go_in(
    databases: Databases, browser: FlaskClient, site: Site, row: list[workbooks.Value], said: str
) -> None:
    at = sent(browser, row, line(number="X2"))
    assert said in browser.get(at).text
    assert browser.get(f"{at}/workbook").status_code == 200
    applied(browser, at)
    assert set(items(databases, site)) == {"X2"}


def test_one_number_twice_in_a_sheet_is_a_fault(browser: FlaskClient) -> None:
    assert "与第 2 行的设备编号相同" in browser.get(sent(browser, line(number="X1"), line(number="X1"))).text


def test_what_was_typed_and_sent_twice_is_registered_once(
    databases: Databases, make: Make, browser: FlaskClient, site: Site
) -> None:
    Staffed(make, site).space("group_room", "30")
    content = (CASES / "e01-equipment-typed.xlsx").read_bytes()
    at = handed_in(browser, content)
    assert "丢失" in browser.get(at).text, "a serial number of twenty digits is told at its cell"
    applied(browser, at)
    once = items(databases, site)

    again = browser.get(handed_in(browser, content)).text

    assert [(one.serial, one.quantity, one.price) for one in once.values()] == [("123", 2, PRICE), ("SN-1", 2, PRICE)]
    assert MARK.search(again) is None, "there is nothing to write"
    assert items(databases, site).keys() == once.keys()


def test_rows_that_say_the_same_are_counted(databases: Databases, browser: FlaskClient, site: Site) -> None:
    bench = line(name="长凳", bought_on="2026-01-05")
    applied(browser, sent(browser, bench))
    applied(browser, sent(browser, bench, bench, bench))
    assert len(items(databases, site)) == 3, "three in the file and one in the register add two"

    assert MARK.search(browser.get(sent(browser, bench, bench, bench)).text) is None
    applied(browser, sent(browser, bench, line(name="长凳", bought_on="2026-01-06")))
    assert len(items(databases, site)) == 4


def test_a_serial_number_is_one_thing_whatever_else_changes(
    databases: Databases, browser: FlaskClient, site: Site
) -> None:
    applied(browser, sent(browser, line(serial="SN-1")))
    applied(browser, sent(browser, line(serial="ｓｎ-1", name="新名")))
    assert [one.name for one in items(databases, site).values()] == ["新名"]
    assert "与第 2 行的序列号相同" in browser.get(sent(browser, line(serial="A"), line(serial="a"))).text
    assert "已登记在另一种设备" in browser.get(sent(browser, line(serial="SN-1", kind="打印机"))).text

    applied(browser, sent(browser, line(serial="无", name="甲"), line(serial="无", name="乙")))
    assert len(items(databases, site)) == 3, "no serial number is nobody's"


def test_what_changed_since_the_check_has_to_be_looked_at_again(
    databases: Databases, browser: FlaskClient, site: Site
) -> None:
    applied(browser, sent(browser, line(number="X1")))
    at = sent(browser, line(number="X1", quantity="9"))
    mark = MARK.search(browser.get(at).text)
    assert mark
    applied(browser, sent(browser, line(number="X1", quantity="7")))
    post(browser, f"{at}/application", {"mark": mark[1]})
    assert items(databases, site)["X1"].quantity == 7


def test_the_filled_template_comes_back_unchanged(browser: FlaskClient) -> None:
    applied(browser, sent(browser, line(funds="捐赠", price="12.5", note="=1+1")))
    filled = browser.get(f"{IMPORTS}/template.xlsx?filled=1").data
    answer = post(browser, IMPORTS, {"file": (io.BytesIO(filled), "a.xlsx")})
    assert "设备已与这张表一致" in browser.get(answer.location).text
