"""Registers of sites as people send them, each read with the right values."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from huakai_platform.kernel.errors import FileRefused
from huakai_platform.kernel.workbooks import Cell, Sheet, Workbook
from huakai_platform.onboarding import register
from huakai_platform.onboarding.register import Kind, Layout, RegisterRow, Tier
from tests.support import ragged

CASES = Path(__file__).parents[2] / "data/sheets"


@pytest.fixture(autouse=True)
def here() -> Iterator[None]:
    with ragged.read_here():
        yield


def sent(name: str) -> tuple[Workbook, Layout, list[RegisterRow]]:
    book = register.read((CASES / name).read_bytes())
    layout = register.locate(book)
    return book, layout, register.parse(book, layout)


@pytest.mark.parametrize(
    "name",
    [
        "r03-merged-down.xlsx", "r03b-merged-optional.xlsx", "r04-two-row-header.xlsx", "r11-semicolons.csv",
        "r13-styled-last-row.xlsx", "r13b-styled-last-col.xlsx", "r15-total-row.xlsx", "r20-one-note.xlsx",
    ],
)  # fmt: skip
def test_every_row_has_all_its_values(name: str) -> None:
    _book, _layout, rows = sent(name)

    assert len(rows) == 6
    for number, row in enumerate(rows, start=1):
        assert not row.problems
        assert (row.kind, row.tier, row.region_code) == (Kind.ROOM, Tier.T1, f"41031100300{number}")
        assert (row.a_phone, row.b_phone) == (f"1990000000{number}", f"1880000000{number}")


@pytest.mark.parametrize("name", ["r03-merged-down.xlsx", "r03b-merged-optional.xlsx"])
def test_a_value_merged_downwards_holds_for_every_row(name: str) -> None:
    assert all(row.host and row.operator and row.ownership and row.operating_since for row in sent(name)[2])


def test_both_rows_of_headings_are_kept_when_the_layout_is_restored() -> None:
    book, layout, rows = sent("r04-two-row-header.xlsx")

    assert register.parse(book, register.restore(book, layout.as_json())) == rows
    assert "A角联系电话" in layout.mapping.titles


def test_a_total_is_named_as_ignored() -> None:
    book, layout, _rows = sent("r15-total-row.xlsx")

    said = register.unread(book, layout)
    assert any("第 8 行是合计" in one for one in said)
    assert any("第 10 行没有读取，开头是“填表人：”" in one for one in said)


def test_units_are_known_and_words_are_not() -> None:
    _book, _layout, rows = sent("r17-units.xlsx")

    assert [row.area for row in rows] == [Decimal(30), None, None, Decimal(30), Decimal(1200), None]
    assert [row.weekly_hours for row in rows] == [Decimal(20), None, None, Decimal(20), None, Decimal(20)]
    assert [len(row.problems) for row in rows] == [0, 2, 2, 0, 1, 0]


def test_what_is_too_long_is_told_at_its_cell() -> None:
    _book, _layout, rows = sent("r19-long.xlsx")

    assert {problem.cell for row in rows for problem in row.problems} == {"B3", "T5", "I6"}


def test_a_column_twice_is_refused_and_an_unknown_one_is_named() -> None:
    head = ["站点名称", "类型", "级别", "统计用区划代码", "经费来源"]
    row = ["河东社区心理咨询室", "心理咨询室", "T1", "410311003001", "财政"]
    book = register.read(ragged.xlsx([head, row]))

    assert any("E 列“经费来源”" in said for said in register.unread(book, register.locate(book)))
    with pytest.raises(FileRefused, match=r"级别.*C、F"):
        register.locate(register.read(ragged.xlsx([[*head, "级 别"], [*row, "T2"]])))


def test_a_hidden_register_is_read_only_where_no_other_is() -> None:
    rows = [["站点名称", "类型", "级别", "统计用区划代码", "备注"], ["旧", "心理咨询室", "T1", "410311003001", "旧"]]
    cells = [[Cell(row, column, value) for column, value in enumerate(line)] for row, line in enumerate(rows)]
    old, new = Sheet("旧表", cells, hidden=True), Sheet("新表", [line[:4] for line in cells])

    assert register.locate(Workbook((old, new))).sheet == 1
    assert register.locate(Workbook((old,))).sheet == 0
    said = register.unread(Workbook((old, new)), register.locate(Workbook((old, new))))
    assert [str(one) for one in said] == ["读取的是工作表“新表”，第 1 行是列名。", "工作表“旧表”没有读取(2 行有内容)。"]
