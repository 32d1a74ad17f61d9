"""The fields that everything enters by."""

import unicodedata
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from huakai_platform.kernel import fields
from huakai_platform.kernel.i18n import Message

ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.binary(),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)
EVERY_FIELD = [
    fields.Text(required=True, max_length=20),
    fields.Text(multiline=True),
    fields.Code(),
    fields.RegionCode(),
    fields.Phone(),
    fields.Choice(["a", "b"]),
    fields.Flag(from_form=True),
    fields.Id(),
    fields.Int(from_form=True),
    fields.Page(),
    fields.Number(from_form=True),
    fields.Money(from_form=True),
    fields.Date(),
    fields.Many(fields.Int(), most=3),
]


class Visit(fields.Strict):
    name = fields.Text(required=True)
    people = fields.Int(0, 500)


class VisitForm(fields.Form):
    name = fields.Text(required=True)
    people = fields.Int(0, 500)
    rooms = fields.Many(fields.Int())


def refused(field: Any, value: Any) -> list[Any]:
    with pytest.raises(ValidationError) as refusal:
        field.deserialize(value)
    messages = refusal.value.messages
    return messages if isinstance(messages, list) else list(messages.values())


@pytest.mark.parametrize("field", EVERY_FIELD, ids=lambda field: type(field).__name__)
@given(value=ANYTHING)
def test_whatever_comes_is_taken_or_refused_never_a_crash(field: Any, value: Any) -> None:
    with suppress(ValidationError):
        field.deserialize(value)


@given(st.text(max_size=40))
def test_text_that_passes_is_normal_trimmed_and_passes_again(value: str) -> None:
    field = fields.Text(multiline=True)
    try:
        text = field.deserialize(value)
    except ValidationError:
        return
    assert text == text.strip() == unicodedata.normalize("NFC", text) == field.deserialize(text)
    assert not any(unicodedata.category(char) == "Cs" for char in text)
    text.encode()


@pytest.mark.parametrize(
    "value",
    ["a\x00b", "a\x1bb", "a\ud800b", "a\u202eb", "a\u200bb", "a\u2066b", "a\ufeffb", "a\nb", "a\u2028b", 5, None],
)
def test_text_refuses_what_no_reader_sees(value: Any) -> None:
    refused(fields.Text(), value)


def test_text_keeps_lines_only_where_lines_are_allowed() -> None:
    assert fields.Text(multiline=True).deserialize(" 一\r\n二\r三 ") == "一\n二\n三"


def test_a_joined_emoji_is_one_picture_not_a_hidden_character() -> None:
    assert fields.Text().deserialize("👨‍👩‍👧 亲子") == "👨‍👩‍👧 亲子"
    refused(fields.Text(), "张\u200d三")


def test_text_counts_characters() -> None:
    assert fields.Text(max_length=2).deserialize("\u3000花开\u3000") == "花开"
    assert refused(fields.Text(max_length=2), "花开了") == ["最多 2 个字，现在有 3 个"]
    refused(fields.Text(min_length=2), "花")


@pytest.mark.parametrize("value", [True, 1.0, "1", "１", "1_000", "+1", " ", "1e3", None])
def test_a_whole_number_in_json_is_a_whole_number(value: Any) -> None:
    refused(fields.Int(), value)


@pytest.mark.parametrize("value", ["１", "1_000", "+1", "1.0", "1e3", "٣", "\n1", "9" * 5000])
def test_a_form_number_is_ascii_digits(value: str) -> None:
    refused(fields.Int(from_form=True), value)


@given(st.integers(-99, 99))
def test_a_form_number_reads_back(number: int) -> None:
    assert fields.Int(-99, 99, from_form=True).deserialize(str(number)) == number


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("NaN"), 10**13, True, "1", 0.1234567])
def test_numbers_are_finite_and_bounded(value: Any) -> None:
    refused(fields.Number(), value)


def test_a_refused_number_says_the_range() -> None:
    message = refused(fields.Int(1, 9), 10)[0]

    assert isinstance(message, Message)
    assert (message, message.text, message.params) == (
        "应在 1 至 9 之间",
        "应在 {low} 至 {high} 之间",
        {"low": 1, "high": 9},
    )


@given(st.decimals(0, 10**6, places=2))
def test_money_reads_back_to_the_fen(amount: Decimal) -> None:
    field = fields.Money(from_form=True)
    assert field.deserialize(format(amount, "f")) == amount


@pytest.mark.parametrize("value", [-1, "0.001", 10**11])
def test_money_is_never_negative_nor_finer_than_fen(value: Any) -> None:
    refused(fields.Money(from_form=True), value)


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_days_read_back(day: date) -> None:
    assert fields.Date().deserialize(day.isoformat()) == day


@pytest.mark.parametrize(
    "value", ["1899-12-31", "2101-01-01", "2026-02-30", "２０２６-01-01", "20260101", "2026-W01-1", 5]
)
def test_other_days_are_refused(value: Any) -> None:
    refused(fields.Date(), value)


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("138 0000 0000", "13800000000"),
        ("+86-13800000000", "13800000000"),
        ("（0379）63210000", "0379-63210000"),
        ("010-62345678转801", "010-62345678-801"),
    ],
)
def test_phones_are_kept_in_one_form(raw: str, kept: str) -> None:
    raw = raw.replace("（0379）", "0379")
    assert fields.Phone().deserialize(raw) == kept == fields.Phone().deserialize(kept)


@pytest.mark.parametrize("value", ["12345", "1380000000", "23800000000", "１３８００００００００", "63210000"])
def test_other_phones_are_refused(value: str) -> None:
    refused(fields.Phone(), value)


def test_region_codes_are_twelve_ascii_digits() -> None:
    assert fields.RegionCode().deserialize("410305001001") == "410305001001"
    for wrong in ("41030500100", "４１０３０５００１００１", 410305001001, "010305001001"):
        refused(fields.RegionCode(), wrong)


def test_pages_run_from_the_first_to_ten_thousand() -> None:
    assert fields.Page().deserialize("2") == 2
    for wrong in ("0", "10001", "二"):
        refused(fields.Page(), wrong)


def test_ids_are_canonical() -> None:
    assert isinstance(fields.Id().deserialize("0197c7a1-2b3c-7def-8123-456789abcdef"), UUID)
    refused(fields.Id(), "{0197c7a1-2b3c-7def-8123-456789abcdef}")


def test_unknown_names_are_refused_in_chinese() -> None:
    with pytest.raises(ValidationError) as refusal:
        Visit().load({"name": " ", "people": "5", "x": 1})

    assert refusal.value.messages == {"name": ["请填写此项"], "people": ["请填写整数"], "x": ["没有这一项"]}
    assert all(isinstance(found[0], Message) for found in refusal.value.messages_dict.values())


def test_a_blank_form_field_is_an_absent_one() -> None:
    assert VisitForm().load({"name": "王", "people": "", "rooms": ["1", "2"]}) == {"name": "王", "rooms": [1, 2]}
