"""What people type into cells, and what Excel makes of it, means the same at every door."""

from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError

from huakai_platform.kernel.workbooks import Value, cells


@pytest.mark.parametrize(
    "said",
    [
        "2026-03-05", "2026/3/5", "2026.3.5", "2026年3月5日", " 2026 年 3 月 5 号", "２０２６－０３－０５", "20260305",
        20260305, "2026-03-05T00:00:00", "2026-03-05 00:00", "2026年3月5日(星期四)", "2026—3—5", 46086, "46086",
    ],
)  # fmt: skip
def test_a_day_is_known_however_it_is_written(said: Value) -> None:
    assert cells.day(said) == date(2026, 3, 5)


@pytest.mark.parametrize("said", ["", None, "soon", "2026-03", "26/3/5", "5/3/2026", 12, "1.5", True])
def test_what_may_be_several_days_is_none(said: Value) -> None:
    assert cells.day(said) is None


def test_a_day_that_no_calendar_has_is_said() -> None:
    with pytest.raises(ValueError, match="day"):
        cells.day("2026-02-30")


@pytest.mark.parametrize(
    "said",
    ["9:30", "09:30", "09:30:00", "９：３０", "9点30分", "9点半", "9时30分", "上午9:30", "9:30 AM", 0.395833333,
     "1899-12-31T09:30:00"],
)  # fmt: skip
def test_a_time_is_known_however_it_is_written(said: Value) -> None:
    assert cells.time(said) == "09:30"


@pytest.mark.parametrize(
    ("said", "time"), [("下午2点", "14:00"), ("14：00", "14:00"), ("2:05 pm", "14:05"), (0, "00:00")]
)
def test_afternoons_are_counted_from_noon(said: Value, time: str) -> None:
    assert cells.time(said) == time


@pytest.mark.parametrize("said", ["24:00", "9:60", "9", "9:30-11:00", "soon", "", 1, 9.3])
def test_what_is_no_time_is_none(said: Value) -> None:
    assert cells.time(said) is None


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("8学时", "8"), ("1200元", "1200"), ("¥1200", "1200"), ("￥1,200.50", "1200.50"), ("30㎡", "30"),
        ("３０ m2", "30"),
        ("－5", "-5"), (7.0, "7.0"), (7, "7"), ("1,234,567", "1234567"),
    ],
)  # fmt: skip
def test_a_number_is_known_with_its_unit(said: Value, number: str) -> None:
    assert cells.number(said, ("学时", "元", "㎡")) == Decimal(number)


@pytest.mark.parametrize("said", ["8天", "1,5", "12,34", "1.2万元", "30-40", "约30", "三", "", None, "1 2"])
def test_a_number_with_another_unit_is_none(said: Value) -> None:
    assert cells.number(said, ("学时", "元", "㎡")) is None


@pytest.mark.parametrize(
    ("value", "said"), [(7.0, "7"), (7, "7"), ("007", "007"), (0.5, "0.5"), (None, ""), (True, "true")]
)
def test_text_stays_as_it_was_typed(value: Value, said: str) -> None:
    assert cells.told(value) == said


@pytest.mark.parametrize("value", [12345678901234567890.0, 10**15, "1.23457E+19"])
def test_a_number_whose_digits_excel_has_lost_is_refused(value: Value) -> None:
    with pytest.raises(ValidationError, match="丢失"):
        cells.told(value)


@pytest.mark.parametrize("value", ["#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!"])
def test_an_error_of_excel_is_not_blank(value: Value) -> None:
    with pytest.raises(ValidationError, match="错误值"):
        cells.told(value)


def test_a_word_is_known_however_it_was_typed() -> None:
    words = ["团体辅导室", "A角", "A/B"]

    assert cells.word("团体 辅导室　", words) == "团体辅导室"
    assert cells.word("Ａ角", words) == "A角"
    assert cells.word("A", words) is None
    assert cells.word("AB", ["A/B", "A-B"]) is None, "two words alike are neither"
    assert cells.word("A-B", ["A/B", "A-B"]) == "A-B"


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    st.one_of(
        st.text(alphabet="0123456789.,-/:年月日点半元¥￥ ０１：上午E+٣²㎡(星期四)#N/A\u3000\u200b", max_size=14),
        st.text(max_size=12),
        st.floats(allow_nan=False, allow_infinity=False),
        st.integers(),
        st.booleans(),
    )
)
def test_whatever_a_cell_holds_is_read_or_refused_in_words(value: Value) -> None:
    assert isinstance(cells.plain(value), str)
    assert cells.fold(cells.plain(value)) == cells.fold(cells.fold(cells.plain(value)))
    for read in (cells.time, cells.iso_day, cells.digits):
        assert read(value) is None or cells.plain(read(value)) == read(value)
    with suppress(ValidationError):
        cells.told(value)
