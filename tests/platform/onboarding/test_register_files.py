"""The two shipped registers, from file to verdict and back to file."""

import io
import re
import zipfile
from collections import Counter
from datetime import date

import pytest

from huakai_platform.kernel import workbooks
from huakai_platform.kernel.workbooks import Page, Workbook
from huakai_platform.onboarding import register
from huakai_platform.onboarding.register import Layout, RegisterRow, State, Verdict
from tests.support.lookups import REGISTER, REGISTER_WITH_ERRORS, MemoryLookups

TODAY = date(2026, 11, 22)
MISTAKES = {
    7: ("E7", "code_length", "11 位"),
    13: ("E13", "region_unknown", "999999999999"),
    19: ("C19", "kind_unknown", "咨询点"),
    26: ("J26", "area_not_number", "约三十"),
    34: ("N34", "date_impossible", "2031-02-30"),
    45: ("N45", "date_future", "晚于今天"),
    61: ("B61", "name_missing", "没有填"),
    68: ("Q68", "same_person", "B0065"),
    77: ("B77", "row_repeated", "第 76 行"),
    92: ("E92", "same_community", "第 91 行"),
    103: ("S103", "hours_negative", "负数"),
    124: ("B124", "formula", "公式"),
    135: ("P135", "phone_malformed", "12345"),
    144: ("D144", "tier_unknown", "T9"),
}


def dry_run(
    data: bytes, lookups: MemoryLookups, reasons: dict[int, str] | None = None
) -> tuple[Workbook, Layout, list[RegisterRow], list[Verdict]]:
    book = workbooks.read(data)
    layout = register.locate(book)
    rows = register.parse(book, layout)
    return book, layout, rows, register.check(rows, lookups, TODAY, reasons=reasons)


def import_(data: bytes, lookups: MemoryLookups, reasons: dict[int, str] | None = None) -> Counter[State]:
    _, _, rows, verdicts = dry_run(data, lookups, reasons)
    lookups.take_in(rows, verdicts)
    return Counter(verdict.state for verdict in verdicts)


@pytest.fixture
def lookups() -> MemoryLookups:
    return MemoryLookups()


def test_all_319_real_sites_are_new_and_nothing_is_said_about_them(lookups: MemoryLookups) -> None:
    _, _, rows, verdicts = dry_run(REGISTER.read_bytes(), lookups)

    assert Counter(verdict.state for verdict in verdicts) == {State.NEW: 319}
    assert [problem for verdict in verdicts for problem in verdict.problems] == []
    assert Counter(row.kind for row in rows) == {"room": 302, "center": 17}
    assert rows[0].operating_since == date(2019, 9, 1)
    assert rows[1].operating_since == date(2022, 10, 3)


def test_each_of_the_fourteen_mistakes_is_named_at_its_row_and_cell(lookups: MemoryLookups) -> None:
    _, _, _, verdicts = dry_run(REGISTER_WITH_ERRORS.read_bytes(), lookups)

    grave = [problem for verdict in verdicts for problem in verdict.problems if problem.severity != "warning"]
    assert {problem.row: (problem.cell, problem.code) for problem in grave} == {
        row: mistake[:2] for row, mistake in MISTAKES.items()
    }
    assert len(grave) == 14
    for problem in grave:
        assert MISTAKES[problem.row][2] in problem.message
    assert Counter(verdict.state for verdict in verdicts) == {
        State.NEW: 305,
        State.ERROR: 13,
        State.POSSIBLE_DUPLICATE: 1,
    }


def test_importing_either_file_again_changes_nothing(lookups: MemoryLookups) -> None:
    assert import_(REGISTER_WITH_ERRORS.read_bytes(), lookups)[State.NEW] == 305
    again = import_(REGISTER_WITH_ERRORS.read_bytes(), lookups)
    assert again == {State.PRESENT: 305, State.ERROR: 13, State.POSSIBLE_DUPLICATE: 1}
    assert import_(REGISTER.read_bytes(), lookups) == {State.PRESENT: 305, State.NEW: 14}
    assert import_(REGISTER.read_bytes(), lookups) == {State.PRESENT: 319}
    assert import_(REGISTER_WITH_ERRORS.read_bytes(), lookups) == again
    assert len(lookups.sites) == 319


def test_a_possible_duplicate_goes_in_with_a_reason_and_is_then_there(lookups: MemoryLookups) -> None:
    reasons = {92: "同一社区第二个服务点"}

    assert import_(REGISTER_WITH_ERRORS.read_bytes(), lookups, reasons)[State.NEW] == 306
    assert import_(REGISTER_WITH_ERRORS.read_bytes(), lookups) == {State.PRESENT: 306, State.ERROR: 13}


def test_the_returned_workbook_marks_the_cells_and_says_what_to_do(lookups: MemoryLookups) -> None:
    book, layout, _, verdicts = dry_run(REGISTER_WITH_ERRORS.read_bytes(), lookups)

    data = register.returned(book, layout, verdicts)

    comments = zipfile.ZipFile(io.BytesIO(data)).read("xl/comments1.xml").decode()
    for cell, _, words in MISTAKES.values():
        assert re.search(rf'ref="{cell}".*?{words}', comments)
    back = workbooks.read(data)
    assert [sheet.name for sheet in back.sheets][:2] == ["站点登记表", "填表说明"]
    rows = back.sheets[0].rows
    assert [cell.text for cell in rows[2]][-2:] == ["导入结果", "问题与改法"]
    assert rows[6][20].text == "有错误"
    assert rows[6][21].text.startswith("E7:区划代码应为 12 位")
    assert rows[3][20].text == "可导入"
    assert rows[123][1].text == '=HYPERLINK("x","y")'
    assert rows[123][1].formula is None


def test_the_returned_workbook_is_judged_just_as_the_first_was(lookups: MemoryLookups) -> None:
    book, layout, _, verdicts = dry_run(REGISTER_WITH_ERRORS.read_bytes(), lookups)

    book2, layout2, _, again = dry_run(register.returned(book, layout, verdicts), lookups)

    assert [(v.row, v.state, [p.code for p in v.problems]) for v in again] == [
        (v.row, v.state, [p.code for p in v.problems]) for v in verdicts
    ]
    assert layout2.mapping.columns == layout.mapping.columns
    third = workbooks.read(register.returned(book2, layout2, again))
    assert len(third.sheets[0].rows[2]) == 22


def test_the_returned_workbook_once_put_right_goes_in_whole(lookups: MemoryLookups) -> None:
    book, layout, _, verdicts = dry_run(REGISTER_WITH_ERRORS.read_bytes(), lookups)
    wrong = workbooks.read(register.returned(book, layout, verdicts)).sheets[0]
    right = workbooks.read(REGISTER.read_bytes()).sheets[0]

    rows = [[cell.value for cell in row] for row in wrong.rows]
    for number in MISTAKES:
        rows[number - 1][:20] = [cell.value for cell in right.rows[number - 1]]

    assert import_(workbooks.write(Page("站点登记表", rows)), lookups) == {State.NEW: 319}


def test_only_the_bad_rows_come_back_when_asked(lookups: MemoryLookups) -> None:
    book, layout, _, verdicts = dry_run(REGISTER_WITH_ERRORS.read_bytes(), lookups)

    data = register.returned(book, layout, verdicts, only_bad=True)

    _, _, rows, again = dry_run(data, lookups)
    # the repeated row came back without the row it repeats, and so did the second room of one community
    assert len(rows) == 14
    assert Counter(verdict.state for verdict in again) == {State.ERROR: 12, State.NEW: 2}


def test_the_template_explains_offers_choices_and_holds_no_site(lookups: MemoryLookups) -> None:
    book, layout, rows, _ = dry_run(register.template(), lookups)

    assert rows == []
    assert set(layout.mapping.columns) == set(register.Field)
    assert set(layout.mapping.confidence.values()) == {1.0}
    assert [sheet.name for sheet in book.sheets] == ["站点登记表", "填表说明", "_choices"]
    assert book.sheets[0].rows[3][0].text == "示例"


def test_the_templates_example_is_itself_free_of_mistakes(lookups: MemoryLookups) -> None:
    book = workbooks.read(register.template())
    rows = [[cell.value for cell in row] for row in book.sheets[0].rows]
    rows[3][0] = 1

    _, _, _, verdicts = dry_run(workbooks.write(Page("站点登记表", rows)), lookups)

    assert [(v.state, v.problems) for v in verdicts] == [(State.NEW, ())]


def test_a_dry_run_asks_a_handful_of_questions_whatever_the_rows(lookups: MemoryLookups) -> None:
    dry_run(REGISTER.read_bytes(), lookups)

    assert lookups.asked <= 6
