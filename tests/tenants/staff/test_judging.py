"""Each row of a sheet is held against the edition, the register and the other rows before anything is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast
from uuid import UUID

import pytest

from huakai_platform.kernel import clock
from huakai_platform.kernel.ids import uuid7
from huakai_platform.resources.rows import ImportRow
from huakai_tenants.staff import judging
from huakai_tenants.staff.contacts import Opened
from huakai_tenants.staff.judging import STORED, Row
from huakai_tenants.staff.listing import Found, MemberRow
from huakai_tenants.staff.posts import Plan, Post

TODAY = clock.today()
DAY = timedelta(days=1)
PLAN = Plan(
    {code: Post(code, {}, code != "guard", True, frozenset()) for code in ("head", "counsellor", "guard")}, {}, 12
)


@dataclass(frozen=True)
class Member:
    """A row of the register."""

    id: UUID
    number: str = "S1"
    name: str = "王芳"
    post: str = "counsellor"
    ab: str | None = None
    employment: str = "full_time"
    joined_on: date = date(2026, 1, 5)
    background_checked_on: date | None = None
    note: str | None = None
    left_on: date | None = None
    version: int = 1


def member(**changes: Any) -> Found:
    return cast(Found, Member(**({"id": uuid7()} | changes)))


def given(name: str = "王芳", **changes: Any) -> dict[str, Any]:
    """The cells of a row that are filled in, by the key of their column."""
    values = {"name": name, "post": "counsellor", "employment": "full_time", "joined_on": date(2026, 1, 5)}
    return values | changes


def judged(*rows: Mapping[str, Any], present: tuple[Found, ...] = ()) -> list[Row]:
    """The rows as they come from a sheet whose header is its first row, each with the person whom it means."""
    found = [row(number, cells, present) for number, cells in enumerate(rows, start=2)]
    judging.judge(found, PLAN, present)
    return found


def row(number: int, cells: Mapping[str, Any], present: tuple[Found, ...] = ()) -> Row:
    known = [one for one in present if cells.get("number", one.number) == one.number]
    record = next((one for one in known if "number" in cells or (one.name, one.post) == named(cells)), None)
    changes = [name for name in STORED if record and name in cells and getattr(record, name) != cells[name]]
    return ImportRow(number, cells, cast(MemberRow | None, record), changes)


def named(cells: Mapping[str, Any]) -> tuple[str, str]:
    return cells["name"], cells["post"]


def states(rows: list[Row]) -> list[str]:
    return [one.state for one in rows]


@pytest.mark.parametrize(
    ("cell", "now", "changes"),
    [
        ({"ab": "B"}, "B", ["ab"]),
        ({"ab": None}, None, ["ab"]),
        ({"ab": "A"}, "A", []),
        ({}, "A", []),
    ],
)
def test_a_blank_cell_keeps_what_is_there_and_a_role_is_given_up_in_words(
    cell: dict[str, Any], now: str | None, changes: list[str]
) -> None:
    one = judged(given(**cell), present=(member(ab="A", note="旧"),))[0]

    afterwards = judging.afterwards(one)
    assert (afterwards["ab"], afterwards["note"], one.changes) == (now, "旧", changes)


def test_a_new_person_has_what_is_given() -> None:
    assert judging.afterwards(judged(given(ab=None, note="新"))[0]) == {
        "number": None,
        "name": "王芳",
        "post": "counsellor",
        "employment": "full_time",
        "ab": None,
        "joined_on": date(2026, 1, 5),
        "background_checked_on": None,
        "note": "新",
    }


@pytest.mark.parametrize(
    ("kept", "cells", "wanted", "changes"),
    [
        (None, {}, None, []),
        (None, {"phone": "1"}, Opened("1", None), ["phone"]),
        (Opened("1", "a@b"), {"phone": "1"}, None, []),
        (Opened("1", "a@b"), {"phone": "2"}, Opened("2", "a@b"), ["phone"]),
        (Opened("1", "a@b"), {"email": "c@d"}, Opened("1", "c@d"), ["email"]),
        (Opened("1", None), {"phone": "2", "email": "a@b"}, Opened("2", "a@b"), ["phone", "email"]),
    ],
)
def test_a_contact_is_sealed_anew_only_where_it_is_another(
    kept: Opened | None, cells: dict[str, str], wanted: Opened | None, changes: list[str]
) -> None:
    known = member()
    one = row(2, given(**cells), (known,))

    assert judging.contacts([one], {known.id: kept} if kept else {}) == ({2: wanted} if wanted else {})
    assert one.changes == changes
    assert one.state == ("changed" if changes else "unchanged")


def test_a_new_persons_contact_is_kept() -> None:
    one = row(2, given(email="a@b"))

    assert judging.contacts([one], {}) == {2: Opened(None, "a@b")}
    assert (one.changes, one.state) == ([], "added")


@pytest.mark.parametrize(
    ("present", "cells", "errors"),
    [
        ({"left_on": TODAY}, {}, {"name": ["S1 已离岗，请先登记返岗；若是另一个人，请填写新的工号"]}),
        ({"left_on": TODAY + DAY}, {}, {}),
        ({}, {"number": "S1", "post": "guard", "ab": "A"}, {"ab": ["这个岗位不分 A/B 角"]}),
        ({"ab": "A"}, {"number": "S1", "post": "guard"}, {"ab": ["这个岗位不分 A/B 角"]}),
        ({"ab": "A"}, {"number": "S1", "post": "guard", "ab": None}, {}),
        ({}, {"background_checked_on": TODAY + DAY}, {"background_checked_on": ["不能晚于今天"]}),
        ({}, {"background_checked_on": TODAY}, {}),
    ],
)
def test_what_cannot_be_is_at_fault(
    present: dict[str, Any], cells: dict[str, Any], errors: dict[str, list[str]]
) -> None:
    assert judged(given(**cells), present=(member(**present),))[0].errors == errors


def test_a_role_that_somebody_keeps_is_not_given_away() -> None:
    rows = judged(given("李明", ab="A"), present=(member(ab="A"),))
    assert rows[0].errors == {"ab": ["王芳 已是这个岗位的A角"]}


def test_whoever_has_the_role_keeps_it_though_their_row_comes_later() -> None:
    rows = judged(given("李明", ab="A"), given(note="兼任"), present=(member(ab="A"),))
    assert (rows[0].errors, rows[1].state) == ({"ab": ["王芳 已是这个岗位的A角"]}, "changed")


def test_of_two_who_ask_for_a_free_role_the_first_row_has_it() -> None:
    rows = judged(given("李明", ab="B"), given("赵新", ab="B"), given("陈晨", ab="B", post="head"))

    assert states(rows) == ["added", "faulty", "added"]
    assert rows[1].errors == {"ab": ["李明 已是这个岗位的B角"]}


@pytest.mark.parametrize(
    "leaving",
    [
        member(ab="A", left_on=TODAY - DAY, name="孙离", number="S7"),
        member(post="guard", name="孙离", number="S7"),
        member(ab="A", post="head", name="孙离", number="S7"),
    ],
)
def test_a_role_is_free_of_whoever_left_or_has_none_in_the_post(leaving: Found) -> None:
    assert states(judged(given("李明", ab="A"), present=(leaving,))) == ["added"]


def test_two_may_change_places() -> None:
    rows = judged(
        given(number="S1", ab="B"),
        given("李明", number="S2", ab="A"),
        present=(member(ab="A"), member(number="S2", name="李明", ab="B")),
    )
    assert [one.changes for one in rows] == [["ab"], ["ab"]]
    assert states(rows) == ["changed", "changed"]


def test_who_cannot_move_keeps_the_role_and_it_is_nobody_elses() -> None:
    rows = judged(
        given("赵新", ab="A"),
        given(number="S1", ab="B"),
        present=(member(ab="A"), member(number="S2", name="李明", ab="B")),
    )

    assert rows[1].errors == {"ab": ["李明 已是这个岗位的B角"]}
    assert rows[0].errors == {"ab": ["王芳 已是这个岗位的A角"]}


def test_a_person_who_brings_a_role_along_to_another_post_asks_for_it() -> None:
    rows = judged(
        given(number="S1", post="head"),
        present=(member(ab="A"), member(number="S2", name="李明", post="head", ab="A")),
    )
    assert rows[0].errors == {"ab": ["李明 已是这个岗位的A角"]}
