"""Workbooks out."""

import io
import zipfile
from datetime import UTC, datetime

import pytest

from huakai_platform.kernel import workbooks
from huakai_platform.kernel.workbooks import Column, Page, Styled


def part(data: bytes, name: str) -> str:
    return zipfile.ZipFile(io.BytesIO(data)).read(name).decode()


def test_what_is_written_is_read_back_at_the_same_place() -> None:
    data = workbooks.write(Page("甲", [["名称", 1, 2.5, True, None], [None, "二"]]), Page("乙", [["x"]]))

    book = workbooks.read(data)

    assert [sheet.name for sheet in book.sheets] == ["甲", "乙"]
    assert [cell.value for cell in book.sheets[0].rows[0]][:4] == ["名称", 1, 2.5, True]
    assert book.sheets[0].rows[1][1].address == "B2"


@pytest.mark.parametrize("text", ['=HYPERLINK("x","y")', "+1", "-1", "@SUM(A1)", "http://x.cn", "mailto:a@b.cn"])
def test_no_text_becomes_a_formula_or_a_link(text: str) -> None:
    data = workbooks.write(Page("甲", [[text]]))

    cell = workbooks.read(data).sheets[0].rows[0][0]

    assert (cell.value, cell.formula) == (text, None)
    assert "hyperlink" not in part(data, "xl/worksheets/sheet1.xml")


@pytest.mark.parametrize(
    "text",
    [
        "=1",
        "+1",
        "-1",
        "@x",
        "\tx",
        "\rx",
        "\nx",
        "\uff1d1",
        "\uff0b1",
        "\uff0d1",
        "\uff20x",
        "  =1",
        "\u3000=1",
        "\ufeff=1",
    ],
)
def test_a_formula_in_csv_is_kept_from_starting(text: str) -> None:
    line = workbooks.write_csv([[text, "平安"]])

    assert line.startswith(b"\xef\xbb\xbf")
    assert line.decode("utf-8-sig").lstrip('"').startswith("'")


def test_guarded_csv_comes_back_without_the_guard() -> None:
    book = workbooks.read(workbooks.write_csv([["+8613800000000", "平安社区"]]))

    assert [cell.value for cell in book.sheets[0].rows[0]] == ["+8613800000000", "平安社区"]


def test_a_list_offers_its_choices_from_a_hidden_sheet_and_explains_its_columns() -> None:
    columns = [Column("类型", note="只能选一个", choices=["室", "中心"]), Column("另一类", choices=["室", "中心"])]

    data = workbooks.write(workbooks.table("登记", columns, [["室", "中心"]]))

    sheet = part(data, "xl/worksheets/sheet1.xml")
    assert sheet.count("_choices!$A$1:$A$2") == 2
    assert 'state="frozen"' in sheet
    assert 'state="hidden"' in part(data, "xl/workbook.xml")
    assert "只能选一个" in part(data, "xl/comments1.xml")


def test_a_merged_title_and_a_marked_cell_survive() -> None:
    page = Page("甲", [[Styled("标题", "title"), None], ["a", Styled("b", "bad", "改这里")]], merged=[(0, 0, 0, 1)])

    data = workbooks.write(page)

    sheet = workbooks.read(data).sheets[0]
    assert sheet.merged == ((0, 0, 0, 1),)
    assert sheet.rows[0][0].value == "标题"
    assert sheet.rows[1][1].value == "b"
    assert "改这里" in part(data, "xl/comments1.xml")


def test_awkward_sheet_names_are_made_fit_and_unlike() -> None:
    book = workbooks.read(
        workbooks.write(Page("a/b", [[1]]), Page("A?B", [[1]]), Page("", [[1]]), Page("长" * 40, [[1]]))
    )

    assert [sheet.name for sheet in book.sheets] == ["a b", "A B 2", "Sheet", "长" * 28]


def test_a_moment_is_said_in_local_time() -> None:
    data = workbooks.write(Page("甲", [[datetime(2026, 3, 5, 1, 0, tzinfo=UTC)]]))

    assert workbooks.read(data).sheets[0].rows[0][0].value == "2026-03-05 09:00"
