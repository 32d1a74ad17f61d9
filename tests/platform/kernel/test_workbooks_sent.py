"""Sheets as people send them: every filled cell is read, refused at its cell, or said to be ignored."""

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from huakai_platform.kernel import workbooks
from huakai_platform.kernel.errors import FileRefused
from huakai_platform.kernel.fields import Choice, Code, Date, Int, Money, Phone, Text, Time
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.workbooks import lists
from huakai_platform.kernel.workbooks.lists import ListColumn
from tests.support import ragged

TEXT = "49"
"""How Excel numbers the format `@`."""
CASES = Path(__file__).parents[2] / "data/sheets"
COLUMNS = (
    ListColumn("number", _("编号"), Code(r"[A-Z0-9]+")),
    ListColumn("name", _("姓名"), Text(max_length=40, required=True)),
    ListColumn("on", _("日期"), Date()),
    ListColumn("at", _("时间"), Time()),
    ListColumn("count", _("数量"), Int(0, 100), units=("把",)),
    ListColumn("price", _("总价（元）"), Money()),
    ListColumn("phone", _("电话"), Phone()),
    ListColumn("state", _("状态"), Choice(["in_use"]), choices={"in_use": "在用"}),
)
STAFF = (
    ListColumn("name", _("姓名"), Text(required=True)),
    ListColumn("post", _("岗位"), Text(required=True)),
    ListColumn("ab", _("A/B 角"), Text()),
    ListColumn("joined_on", _("到岗日期"), Date(required=True)),
    ListColumn("phone", _("电话"), Phone()),
)
SHEETS: dict[str, list[list[Any]]] = {
    "旧": [["姓名"], ["不读"]],
    "名单": [["姓名", "数量", "爱好"], ["钱一", 2, "花"], ["钱二", 3], ["合计：", 5], [None, None, None, "旁注"]],
    "其他": [["甲", "乙"], [1, 2]],
}


@pytest.fixture(autouse=True)
def here() -> Iterator[None]:
    with ragged.read_here():
        yield


def take(*rows: list[Any]) -> lists.Listing:
    return lists.take(ragged.xlsx(rows), COLUMNS)


def case(name: str) -> bytes:
    return (CASES / name).read_bytes()


def test_what_excel_makes_of_typed_text_is_read() -> None:
    head = ["编号", "姓名", "日期", "时间", "数量", "总价", "电话", "状态"]
    typed = [7, 8, "2026年3月5日", "9：30", "２把", "￥1,200元", "１３８－0000－0013", " 在 用 "]
    (row,) = take(head, typed).rows

    assert not row.errors
    said = {key: str(value) for key, value in row.values.items()}
    assert said == {
        "number": "7", "name": "8", "on": "2026-03-05", "at": "09:30", "count": "2", "price": "1200",
        "phone": "13800000013", "state": "in_use",
    }  # fmt: skip


def test_errors_formulas_and_lost_digits_are_told_at_their_cells(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["编号", "姓名", "日期", "数量", "状态"])
        sheet.write_number(1, 0, 12345678901234567890)
        sheet.write_formula(1, 1, "=NA()", None, "#N/A")
        sheet.write_formula(1, 2, "=1/0", None, "#DIV/0!")
        sheet.write_string(1, 3, "3天")
        sheet.write_formula(1, 4, "=X1", None, "")
    (row,) = lists.take((tmp_path / "a.xlsx").read_bytes(), COLUMNS).rows

    assert {*row.errors} == {"number", "name", "on", "count", "state"}
    assert "#DIV/0!" in row.errors["on"][0]


def test_a_heading_is_known_whatever_its_spaces_width_and_stars() -> None:
    (row,) = take(["编 号", "姓\n名＊", "Ｄate", "电　话 *"], ["A1", "钱三", "", "13800000023"]).rows

    assert row.values == {"number": "A1", "name": "钱三", "phone": "13800000023"}


@pytest.mark.parametrize("name", ["s04-header-spaces.xlsx", "s05-merged.xlsx"])
def test_spaces_in_headings_and_merged_cells_lose_nothing(name: str) -> None:
    rows = lists.take(case(name), STAFF).rows

    assert all(row.values["post"] == "咨询师" and row.values["phone"] for row in rows)
    assert not any(row.errors for row in rows)


def test_a_doubled_heading_is_refused_by_name() -> None:
    with pytest.raises(FileRefused, match=r"电话.*H、K"):
        lists.take(case("s03-dup-header.xlsx"), STAFF)


def test_an_unknown_column_is_named_with_what_it_may_have_meant() -> None:
    notes = lists.take(case("s02-unknown-column.xlsx"), STAFF).notes

    assert any("H 列“联系电话”" in said and "“电话”" in said for said in notes)
    assert any("I 列“电子邮箱”" in said for said in notes)


def test_a_misspelt_required_heading_is_refused_with_a_suggestion() -> None:
    with pytest.raises(FileRefused, match="B 列“姓名全称”是不是“姓名”"):
        take(["编号", "姓名全称"], ["A1", "钱三"])


def test_ignored_rows_columns_and_sheets_are_all_said(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        for name, rows in SHEETS.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
            if name == "旧":
                sheet.hide()
            if name == "名单":
                sheet.activate()
                sheet.set_first_sheet()
                sheet.set_row(2, None, None, {"hidden": True})
    listing = lists.take((tmp_path / "a.xlsx").read_bytes(), COLUMNS)

    assert listing.sheet.name == "名单", "a hidden sheet comes after those that are seen"
    assert [row.number for row in listing.rows] == [2, 3, 5]
    said = "\n".join(listing.notes)
    for part in (
        "读取的是工作表“名单”",
        "1 行是隐藏的",
        "C 列“爱好”",
        "D 列没有列名",
        "第 4 行是合计",
        "“旧”没有读取",
        "“其他”没有读取",
    ):
        assert part in said


def test_a_total_that_fills_the_required_columns_is_a_row() -> None:
    rows: list[list[Any]] = [["姓名", "岗位", "到岗日期"], ["合计", "咨询师", "2026-03-05"], ["合计", None, None, 2]]

    assert [row.number for row in lists.take(ragged.xlsx(rows), STAFF).rows] == [2]


def test_two_rows_of_headings_under_a_merge_are_joined(tmp_path: Path) -> None:
    columns = [
        ListColumn("name", _("姓名"), Text(required=True)),
        ListColumn("a", _("A角电话"), Phone()),
        ListColumn("b", _("B角电话"), Phone()),
    ]
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, 4, "名册")
        sheet.merge_range(1, 0, 2, 0, "姓名")
        sheet.merge_range(1, 1, 1, 2, "A角")
        sheet.merge_range(1, 3, 1, 4, "B角")
        sheet.write_row(2, 1, ["姓氏", "电话", "姓氏", "电话"])
        sheet.write_row(3, 0, ["甲", "赵", "13800000001", "钱", "13800000002"])
    listing = lists.take((tmp_path / "a.xlsx").read_bytes(), columns)

    assert [row.values for row in listing.rows] == [{"name": "甲", "a": "13800000001", "b": "13800000002"}]
    assert any("B 列“A角姓氏”" in said for said in listing.notes)


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_the_separator_is_the_one_that_finds_the_heading(mark: str) -> None:
    note = ";,\t" * 40
    rows: list[list[Any]] = [["编号", "姓名"], *([f"A{number}", note] for number in range(15))]

    assert len(lists.take(ragged.separated(rows, mark), COLUMNS).rows) == 15


def test_unicode_text_of_excel_is_read() -> None:
    assert lists.take("编号\t姓名\nA1\t钱三\n".encode("utf-16"), COLUMNS).rows[0].values["name"] == "钱三"


@pytest.mark.parametrize(
    "data", [b"<html><table></table></html>", b"\xef\xbb\xbf<?xml version='1.0'?>", b"%PDF-1.7\n\x00"]
)
def test_what_cannot_be_read_says_how_to_save_it(data: bytes) -> None:
    with pytest.raises(FileRefused, match="另存为"):
        workbooks.read(data)


def test_text_columns_of_a_template_are_kept_as_text() -> None:
    with zipfile.ZipFile(io.BytesIO(lists.template("名单", COLUMNS, [{"number": "007", "count": 3}]))) as parts:
        styles, sheet = (parts.read(f"xl/{name}.xml").decode() for name in ("styles", "worksheets/sheet1"))
    looks = re.findall(r'numFmtId="(\d+)"', styles[styles.index("<cellXfs") :])
    columns = re.findall(r'<col min="(\d+)" max="(\d+)" width="[^"]*" style="(\d+)"', sheet)
    typed = {
        one for first, last, style in columns if looks[int(style)] == TEXT for one in range(int(first), int(last) + 1)
    }

    assert typed == {1, 2, 4, 7}, "numbers, names, times and telephones, not days and amounts"
    (cell,) = re.findall(r'<c r="A2" s="(\d+)"', sheet)
    assert looks[int(cell)] == TEXT


@pytest.mark.parametrize("name", ["甲" * 27 + "'乙", "'" * 40, "a" * 28 + "'", "𠮷" * 40, "a\x07b"])
def test_any_name_of_a_sheet_can_be_written_again(name: str) -> None:
    page = workbooks.Page(name, [["a"]])
    book = workbooks.read(workbooks.write(page, page))

    assert len({sheet.name for sheet in book.sheets}) == 2
