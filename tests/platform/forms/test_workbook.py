"""A form as a workbook, filled in and read back."""

from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from marshmallow import ValidationError
from python_calamine import CalamineWorkbook

from huakai_platform import forms
from tests.platform.forms.shapes import ANSWERS, FORM


def rows(book: bytes) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(BytesIO(book)).get_sheet_by_index(0).to_python(skip_empty_area=False)[3:]


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
@settings(max_examples=15, deadline=None)
@given(answers=ANSWERS)
def test_what_is_written_reads_back(locale: str, answers: dict[str, Any]) -> None:
    found = {row[0]: row[5] for row in rows(forms.workbook(FORM, answers, locale=locale))}

    read = {item.code: forms.from_cell(item, found[item.code]) for item in FORM}

    on_paper = {code: value for code, value in answers.items() if code not in ("view", "plan")}
    assert {code: value for code, value in read.items() if value is not None} == on_paper


def test_the_empty_form_lists_every_item_once() -> None:
    assert [row[0] for row in rows(forms.workbook(FORM))] == [item.code for item in FORM]


def test_it_has_drop_downs_and_a_frozen_head() -> None:
    sheet = ZipFile(BytesIO(forms.workbook(FORM))).read("xl/worksheets/sheet1.xml").decode()

    assert sheet.count('type="list"') == 3
    assert 'state="frozen"' in sheet


def test_a_formula_stays_text() -> None:
    book = forms.workbook(FORM, {"note": '=HYPERLINK("http://x","y")'})

    assert b"<f>" not in ZipFile(BytesIO(book)).read("xl/worksheets/sheet1.xml")
    assert rows(book)[6][5].startswith("=HYPERLINK")


def test_a_word_that_is_no_choice_is_refused() -> None:
    order = FORM.item("order")
    assert order
    with pytest.raises(ValidationError):
        forms.from_cell(order, "很好")


@pytest.mark.parametrize(
    ("code", "value", "cell"),
    [("note", "na", "na"), ("visitors", "na", "不适用"), ("door", "na", "不适用"), ("visitors", 3, 3)],
)
def test_only_what_need_not_apply_is_written_as_such(code: str, value: Any, cell: Any) -> None:
    asked = FORM.item(code)
    assert asked
    assert forms.written(asked, value) == cell
