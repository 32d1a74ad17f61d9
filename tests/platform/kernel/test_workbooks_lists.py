"""A list comes back from Excel as it was meant, or with the faults at the cell."""

import pytest

from huakai_platform.kernel import workbooks
from huakai_platform.kernel.errors import FileRefused
from huakai_platform.kernel.fields import Choice, Date, Number, Text
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.workbooks import Column, lists, table
from huakai_platform.kernel.workbooks.lists import ListColumn

COLUMNS = (
    ListColumn("name", _("姓名"), Text(required=True, max_length=5)),
    ListColumn(
        "result", _("结果"), Choice(["passed", "failed"], required=True), choices={"passed": "合格", "failed": "不合格"}
    ),
    ListColumn("day", _("日期"), Date()),
    ListColumn("hours", _("学时"), Number(0, 100, places=1)),
)
HEAD = [Column(title) for title in ("姓名*", "结果*", "日期", "学时", "别的")]


def book(*rows: list[workbooks.Value]) -> bytes:
    return workbooks.write(table("名单", HEAD, rows))


def test_words_dates_and_numbers_are_read_as_values() -> None:
    listing = lists.take(
        book(["张三", "合格", "2026-03-01", 6.5, "x"], [None, None], ["李四", "不合格", None, None]), COLUMNS
    )

    assert [row.errors for row in listing.rows] == [{}, {}]
    assert [row.number for row in listing.rows] == [2, 4]
    first, second = (row.values for row in listing.rows)
    assert (first["name"], first["result"], str(first["day"]), str(first["hours"])) == (
        "张三",
        "passed",
        "2026-03-01",
        "6.5",
    )
    assert dict(second) == {"name": "李四", "result": "failed"}


def test_what_the_template_holds_is_read_back_unchanged() -> None:
    filled = {"name": "张三", "result": "failed"}

    listing = lists.take(lists.template("名单", COLUMNS, [filled]), COLUMNS)

    assert [dict(row.values) for row in listing.rows] == [filled]


def test_a_fault_comes_back_at_its_cell() -> None:
    listing = lists.take(book(["张三", "也许", "2026-13-01", 6]), COLUMNS)
    faults = {row.number: row.errors for row in listing.rows}

    assert set(faults[2]) == {"result", "day"}
    again = workbooks.read(lists.returned(listing, faults)).sheets[0]
    assert again.rows[1][0].text == "张三"
    assert lists.take(lists.returned(listing, faults), COLUMNS).rows[0].errors.keys() == faults[2].keys()


def test_a_fault_without_a_cell_stands_behind_the_row() -> None:
    listing = lists.take(book(["张三", "合格"]), COLUMNS)

    again = workbooks.read(lists.returned(listing, {2: {"member": ["没有这个人"]}})).sheets[0]

    assert "没有这个人" in [cell.text for cell in again.rows[1]]


def test_a_file_without_the_header_is_refused_in_words() -> None:
    with pytest.raises(FileRefused, match="姓名、结果"):
        lists.take(workbooks.write(table("x", [Column("甲"), Column("乙")], [["1", "2"]])), COLUMNS)


def test_text_that_looks_like_a_formula_stays_text() -> None:
    listing = lists.take(book(["=1+1", "合格"]), COLUMNS)

    assert listing.rows[0].values["name"] == "=1+1"
