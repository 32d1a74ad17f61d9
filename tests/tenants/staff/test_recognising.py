"""Whom a row of a sheet means: by number, else by name and post, and never two rows the same person."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from unittest.mock import Mock

import pytest
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.workbooks.lists import ListRow
from huakai_platform.resources import lists, recognising
from huakai_platform.resources.rows import ImportRow
from huakai_tenants.staff.listing import NO_ROLE, STAFF, MemberRow, Room
from huakai_tenants.staff.posts import Plan

ROOM = Room(Plan({}, {}, 12), clock.today())
JOINED = date(2026, 1, 5)
Read = Callable[..., list[ImportRow[MemberRow]]]


def member(number: str = "S1", name: str = "王芳", post: str = "counsellor", **changes: Any) -> MemberRow:
    about = dict.fromkeys(MemberRow.__dataclass_fields__) | {"employment": "full_time", "joined_on": JOINED}
    return MemberRow(**{**about, "id": uuid7(), "version": 1, "number": number, "name": name, "post": post, **changes})


def given(name: str = "王芳", **changes: Any) -> dict[str, Any]:
    """The cells of a row that are filled in, by the key of their column."""
    return {"name": name, "post": "counsellor", "employment": "full_time", "joined_on": JOINED, **changes}


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Read:
    def rows(*cells: Mapping[str, Any], present: tuple[MemberRow, ...] = ()) -> list[ImportRow[MemberRow]]:
        monkeypatch.setattr(lists, "read", lambda *_asked: list(present))
        lines = [ListRow(number, one, {}) for number, one in enumerate(cells, start=2)]
        return recognising.rows(Mock(Session), STAFF, Mock(Actor), lines, ROOM)

    return rows


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        (given(number="S1", name="王芳芳"), "S1"),
        (given(number="ｓ1"), "S1"),
        (given(number="S2"), "S2"),
        (given(), "S1"),
        (given("王 芳"), "S1"),
        (given(number="无"), "S1"),
        (given(post="head"), "S2"),
        (given(number="S9"), None),
        (given("王芳芳"), None),
        (given(post="guard"), None),
    ],
)
def test_a_person_is_found_by_number_else_by_name_and_post(read: Read, cells: dict[str, Any], found: str) -> None:
    one = read(cells, present=(member("S1"), member("S2", post="head")))[0]

    assert (one.record.number if one.record else None) == found
    assert one.errors == {}


def test_who_is_not_the_only_one_of_the_name_needs_a_number(read: Read) -> None:
    rows = read(given(), given(number="S2"), present=(member("S1"), member("S2")))

    assert rows[0].errors == {"number": ["有 2 条登记的姓名、岗位相同，请填写工号"]}
    assert (rows[1].state, rows[1].changes) == ("unchanged", [])


SAME = "与第 2 行的姓名、岗位相同，请填写工号"


TWICE = "与第 2 行是同一条登记，请填写工号"


@pytest.mark.parametrize(
    ("first", "second", "present", "said"),
    [
        (given(number="S1"), given("王芳芳", number="S1"), True, "与第 2 行的工号相同"),
        (given(number="S1"), given(), True, TWICE),
        (given("王芳芳", number="S1"), given(), True, TWICE),
        (given(number="S9"), given("李明", number="S9"), False, "与第 2 行的工号相同"),
        (given(number="S9"), given(), False, SAME),
        (given(), given(number="S9"), False, SAME),
        (given(), given(), False, SAME),
    ],
)
def test_nobody_is_named_by_two_rows(
    read: Read, first: dict[str, Any], second: dict[str, Any], present: bool, said: str
) -> None:
    rows = read(first, second, present=(member(),) if present else ())

    assert [one.errors for one in rows] == [{}, {"number": [said]}]


def test_of_two_rows_of_one_person_the_one_without_a_number_is_at_fault(read: Read) -> None:
    rows = read(given(), given(number="S1"), present=(member(),))

    assert [one.errors for one in rows] == [{"number": ["与第 3 行是同一条登记，请填写工号"]}, {}]


def test_a_row_too_many_names_the_first_of_its_person(read: Read) -> None:
    assert [one.errors.get("number") for one in read(given(), given(), given())] == [None, [SAME], [SAME]]


def test_people_of_one_name_are_told_apart_by_their_numbers(read: Read) -> None:
    rows = read(given(number="S8"), given(number="S9"), given(post="head"), given("李明"))
    assert [one.state for one in rows] == ["added"] * 4


@pytest.mark.parametrize(
    ("cells", "changes"),
    [({"ab": "B"}, ["ab"]), ({"ab": NO_ROLE}, ["ab"]), ({"ab": "A"}, []), ({"note": "新"}, ["note"]), ({}, [])],
)
def test_a_blank_cell_changes_nothing_and_a_role_is_given_up_in_words(
    read: Read, cells: dict[str, Any], changes: list[str]
) -> None:
    one = read(given(**cells), present=(member(ab="A", note="旧"),))[0]

    assert one.changes == changes
    assert one.values.get("ab") != NO_ROLE


def test_what_is_sealed_is_compared_by_who_can_open_it(read: Read) -> None:
    one = read(given(phone="13800000000"), present=(member(),))[0]

    assert (one.values["phone"], one.changes) == ("13800000000", [])
