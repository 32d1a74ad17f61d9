"""Each row of a sheet is held against the edition, the register and the other rows before anything is written."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, cast
from uuid import UUID

import pytest

from huakai_platform.kernel import clock
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.workbooks import Cell, Sheet
from huakai_platform.kernel.workbooks.lists import Listing, ListRow
from huakai_tenants.staff import judging
from huakai_tenants.staff.contacts import Opened
from huakai_tenants.staff.judging import ImportRow
from huakai_tenants.staff.listing import Found
from huakai_tenants.staff.posts import Plan, Post
from huakai_tenants.staff.sheet import NO_ROLE

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


def judged(
    *rows: Mapping[str, Any],
    present: tuple[Found, ...] = (),
    contacts: Mapping[UUID, Opened] | None = None,
    errors: Mapping[int, Mapping[str, list[str]]] | None = None,
) -> list[ImportRow]:
    """The rows as they come from a sheet whose header is its first row."""
    cells = [[Cell(number, 0, row["name"])] for number, row in enumerate(rows, start=1)]
    sheet = Sheet("人员", [[Cell(0, 0, "姓名")], *cells])
    wrong = errors or {}
    read = [
        ListRow(number, {} if number in wrong else row, wrong.get(number, {}))
        for number, row in enumerate(rows, start=2)
    ]
    return judging.judge(Listing(sheet, 0, {"name": 0}, read), PLAN, present, contacts or {})


def states(rows: list[ImportRow]) -> list[str]:
    return [one.state for one in rows]


def test_a_row_adds_changes_leaves_alone_or_is_at_fault() -> None:
    known, same = member(number="S1"), member(number="S2", name="李明")
    rows = judged(
        given("赵新"),
        given(number="S1", note="兼任"),
        given("李明", number="S2"),
        given("陈晨", joined_on=None),
        present=(known, same),
        errors={5: {"joined_on": ["请填写日期"]}},
    )

    assert states(rows) == ["added", "changed", "unchanged", "faulty"]
    assert [one.member for one in rows] == [None, known, same, None]
    assert rows[1].changes == ["note"]
    assert (rows[3].name, rows[3].values, rows[3].errors) == ("陈晨", {}, {"joined_on": ["请填写日期"]})


def test_the_faults_of_a_row_are_its_own_copy() -> None:
    said = ["请填写日期"]
    judged(given(), errors={2: {"joined_on": said}})[0].errors["joined_on"].append("另一个")
    assert said == ["请填写日期"]


@pytest.mark.parametrize(
    ("row", "found"),
    [
        (given(number="S1", name="王芳芳"), "S1"),
        (given(number="S2"), "S2"),
        (given(), "S1"),
        (given(post="head"), "S2"),
        (given(number="S9"), None),
        (given("王芳芳"), None),
        (given(post="guard"), None),
    ],
)
def test_a_person_is_found_by_number_else_by_name_and_post(row: dict[str, Any], found: str | None) -> None:
    one = judged(row, present=(member(number="S1"), member(number="S2", post="head")))[0]

    assert (one.member.number if one.member else None) == found
    assert one.errors == {}


def test_who_is_not_the_only_one_of_the_name_needs_a_number() -> None:
    rows = judged(given(), given(number="S2"), present=(member(number="S1"), member(number="S2")))

    assert rows[0].errors == {"number": ["有 2 个同名同岗位的人员，请填写工号"]}
    assert (rows[0].values, rows[1].state) == ({}, "unchanged")


@pytest.mark.parametrize(
    ("first", "second", "present"),
    [
        (given(number="S1"), given("王芳芳", number="S1"), True),
        (given(number="S1"), given(), True),
        (given(), given(number="S1"), True),
        (given(number="S9"), given("李明", number="S9"), False),
        (given(number="S9"), given(), False),
        (given(), given(number="S9"), False),
        (given(), given(), False),
    ],
)
def test_nobody_is_named_by_two_rows(first: dict[str, Any], second: dict[str, Any], present: bool) -> None:
    rows = judged(first, second, present=(member(),) if present else ())

    assert rows[0].errors == {}
    assert rows[1].errors == {"number": ["与第 2 行是同一个人；不同的人请分别填写工号"]}


def test_a_row_too_many_names_the_first_of_its_person() -> None:
    said = ["与第 2 行是同一个人；不同的人请分别填写工号"]
    assert [one.errors.get("number") for one in judged(given(), given(), given())] == [None, said, said]


def test_people_of_one_name_are_told_apart_by_their_numbers() -> None:
    rows = judged(given(number="S8"), given(number="S9"), given(post="head"), given("李明"))
    assert states(rows) == ["added"] * 4


@pytest.mark.parametrize(
    ("cell", "now", "changes"),
    [
        ({"ab": "B"}, "B", ["ab"]),
        ({"ab": NO_ROLE}, None, ["ab"]),
        ({"ab": "A"}, "A", []),
        ({}, "A", []),
    ],
)
def test_a_blank_cell_keeps_what_is_there_and_a_role_is_given_up_in_words(
    cell: dict[str, Any], now: str | None, changes: list[str]
) -> None:
    one = judged(given(**cell), present=(member(ab="A", note="旧"),))[0]

    assert (one.values["ab"], one.values["note"], one.changes) == (now, "旧", changes)


def test_a_new_person_has_what_is_given_and_no_changes() -> None:
    one = judged(given(ab=NO_ROLE, note="新"))[0]

    assert one.values == {
        "number": None,
        "name": "王芳",
        "post": "counsellor",
        "employment": "full_time",
        "ab": None,
        "joined_on": date(2026, 1, 5),
        "background_checked_on": None,
        "note": "新",
    }
    assert (one.changes, one.contact) == ([], None)


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
    one = judged(given(**cells), present=(known,), contacts={known.id: kept} if kept else {})[0]

    assert (one.contact, one.changes) == (wanted, changes)
    assert one.state == ("changed" if changes else "unchanged")


def test_a_new_persons_contact_is_kept() -> None:
    assert judged(given(email="a@b"))[0].contact == Opened(None, "a@b")


@pytest.mark.parametrize(
    ("present", "cells", "errors"),
    [
        ({"left_on": TODAY}, {}, {"name": ["S1 已离岗，请先登记返岗；若是另一个人，请填写新的工号"]}),
        ({"left_on": TODAY + DAY}, {}, {}),
        ({}, {"number": "S1", "post": "guard", "ab": "A"}, {"ab": ["这个岗位不分 A/B 角"]}),
        ({"ab": "A"}, {"number": "S1", "post": "guard"}, {"ab": ["这个岗位不分 A/B 角"]}),
        ({"ab": "A"}, {"number": "S1", "post": "guard", "ab": NO_ROLE}, {}),
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


def test_a_mark_names_what_would_be_done() -> None:
    known = Member(id=uuid7())
    changed, newer = cast(Found, replace(known, note="旧")), cast(Found, replace(known, version=2))

    def digest(present: Found) -> str:
        return judging.preview_digest(judged(given(note="旧"), given("李明"), present=(present,)))

    assert digest(cast(Found, known)) == digest(cast(Found, known))
    assert len({digest(cast(Found, known)), digest(changed), digest(newer)}) == 3
