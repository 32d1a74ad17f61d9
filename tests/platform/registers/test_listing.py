"""A register is narrowed, sorted, paged and counted by its own items, by the database or by who alone can read them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest
from marshmallow import ValidationError
from sqlalchemy import true
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.sites import Site
from huakai_platform.registers import definitions, listing, metrics
from huakai_platform.registers.definitions import Register
from huakai_platform.registers.entries import Entry
from huakai_platform.registers.entry_store import EntryStore
from huakai_platform.resources import lists, schemas, words
from huakai_tenants.registers.models import RegisterEntry, SealedEntry
from tests.support.cleaner import Cleaner
from tests.support.make import Make
from tests.support.registered import body

MARCH, LAST = date(2026, 3, 1), date(2026, 3, 31)
OPEN, OPAQUE = EntryStore(RegisterEntry), EntryStore(RegisterEntry, searchable=False)


def asking(*items: dict[str, Any], metrics: tuple[dict[str, Any], ...] = (), **changes: Any) -> Register:
    """A register of these items beside its day."""
    day = {"code": "on", "kind": "date"}
    asked = [{"text": _said(one["code"]), "proposed": True, **one} for one in (day, *items)]
    sections = [{"code": "entry", "title": _said("登记"), "items": asked}]
    counted = [{"title": _said(one["code"]), "unit": _said("件"), **one} for one in metrics]
    return definitions.register(body(changes.pop("code", "desk"), sections=sections, metrics=counted, **changes))


def choice(code: str, **more: Any) -> dict[str, Any]:
    options = [{"code": one, "text": _said(one)} for one in ("ask", "consult")]
    return {"code": code, "kind": "choice", "options": options, **more}


def _said(zh: str) -> dict[str, str]:
    return {"zh": zh, "en": zh}


@cache
def listed(register: Register, model: Any = RegisterEntry) -> listing.List:
    return listing.described(register, model, lambda _reader: true(), "zh")


def page(session: Session, register: Register, asked: Mapping[str, Any], reader: Any = None) -> lists.ListPage[Any]:
    resource, question = listed(register), schemas.question(schemas.query(listed(register))().load(asked))
    reader = reader or WRITER
    return lists.list_page(session, resource, reader, question, resource.context(session, reader))


def extract(session: Session, register: Register, asked: Mapping[str, Any], reader: Any = None) -> Sequence[Any]:
    resource, question = listed(register), schemas.question(schemas.query(listed(register))().load(asked))
    reader = reader or WRITER
    return lists.all_rows(session, resource, reader, question, resource.context(session, reader)).rows


DESK = asking(
    {"code": "about", "kind": "text"},
    {"code": "pieces", "kind": "number", "required": False, "not_applicable": True},
    choice("way", required=False),
    {**choice("ways", required=False), "kind": "choices"},
    {"code": "walked", "kind": "boolean", "required": False},
    metrics=(
        {"code": "all", "counting": "entries"},
        {"code": "consulted", "counting": "entries", "where_item": "way", "where_is": "consult"},
        {"code": "pieces", "counting": "sum", "item": "pieces"},
        {"code": "asked", "counting": "entries", "where_item": "ways", "where_is": "ask"},
        {"code": "asked_pieces", "counting": "sum", "item": "pieces", "where_item": "ways", "where_is": "ask"},
        {"code": "walked", "counting": "entries", "where_item": "walked", "where_is": "true"},
    ),
)
REVIEWED = asking(metrics=({"code": "all", "counting": "entries"},), code="reviewed", reviewed=True)
LONG, BARE = asking(code="long"), asking({"code": "about", "kind": "text"}, code="bare")
WRITER: Any = SimpleNamespace(role=SimpleNamespace(value=min(DESK.writers)))
READER: Any = SimpleNamespace(role=None)
ANSWERS: tuple[dict[str, Any], ...] = (
    {"about": "甲 50%", "pieces": 9.5, "way": "ask", "ways": ["ask", "consult"], "walked": True},
    {"about": "乙", "pieces": 10, "way": "consult", "ways": ["consult"], "walked": False},
    {"about": "丙", "pieces": "na", "ways": ["ask"]},
    {"about": "丁 500", "way": "consult"},
)
"""What four entries of March say, from its first day on."""
COUNTED = {"all": 4, "consulted": 2, "pieces": Decimal("19.5"), "asked": 2, "asked_pieces": Decimal("9.5"), "walked": 1}


@dataclass
class Stores:
    """A room whose registers have entries, and what their numbers are."""

    pools: Databases
    make: Make
    site: Site

    def write(
        self,
        register: Register,
        number: int,
        day: date,
        answers: Mapping[str, Any],
        rows: Any = None,
        **changes: Any,
    ) -> None:
        row = RegisterEntry(
            tenant_id=self.site.id,
            id=uuid7(),
            register=register.code,
            number=number,
            day=day,
            edition_id=self.site.edition_id,
            created_by=uuid7(),
            created_at=clock.now(),
            version=1,
            answers={"items": {"on": day.isoformat(), **answers}} | ({"rows": rows} if rows else {}),
            **changes,
        )
        self.make.add(row, self.site.id)


@pytest.fixture(scope="module")
def stores(pools: Databases, settings: Settings, cleaner: Cleaner) -> Iterator[Stores]:
    make = Make(pools, settings)
    made, gone = Stores(pools, make, make.site()), {"cancelled_at": clock.now(), "cancelled_why": "重复"}
    for number, answers in enumerate(ANSWERS, start=1):
        made.write(DESK, number, MARCH + timedelta(days=number - 1), answers)
    made.write(DESK, 5, LAST, {"about": "戊", "pieces": 1000}, **gone)
    made.write(DESK, 6, LAST + timedelta(days=1), {"about": "己", "pieces": 1})
    made.write(REVIEWED, 1, MARCH, {}, reviewed_at=clock.now(), reviewed_by=uuid7())
    made.write(REVIEWED, 2, LAST, {})
    made.write(REVIEWED, 3, LAST, {}, **gone)
    with pools.session(Login.MIGRATOR, made.site.id) as session:
        session.add_all(_many(made.site, 51))
    other = Stores(pools, make, make.site())
    other.write(DESK, 1, MARCH, {"about": "别家", "pieces": 5000})
    yield made
    cleaner.clean()


def _many(site: Site, count: int) -> Iterator[RegisterEntry]:
    for number in range(1, count + 1):
        yield RegisterEntry(
            id=uuid7(), register="long", number=number, day=MARCH, edition_id=site.edition_id, created_by=uuid7(),
            created_at=clock.now(), version=1, answers={"items": {"on": MARCH.isoformat()}},
        )  # fmt: skip


@pytest.fixture
def session(stores: Stores) -> Iterator[Session]:
    with stores.pools.session(Login.TENANT, stores.site.id) as opened:
        yield opened


@pytest.mark.parametrize(
    ("items", "shown"),
    [
        ([], []),
        ([{"code": "b", "kind": "text"}, {"code": "a", "kind": "date"}], ["b", "a"]),
        (
            [
                {"code": "note", "kind": "text", "required": False},
                {"code": "maybe", "kind": "date", "required": False},
                {"code": "name", "kind": "text"},
            ],
            ["name", "maybe", "note"],
        ),
        ([{"code": f"n{number}", "kind": "integer"} for number in range(6)], ["n0", "n1", "n2", "n3"]),
    ],
)
def test_a_list_shows_what_must_be_said_first_and_long_texts_last(
    items: list[dict[str, Any]], shown: list[str]
) -> None:
    assert [item.code for item in listing.columns(asking(*items))] == shown


def test_a_list_is_narrowed_by_its_first_choices_and_a_sealed_one_by_none() -> None:
    choices = [choice(code) for code in ("a", "b", "c", "d")]

    assert [item.code for item in listing.choosers(asking({"code": "t", "kind": "text"}, *choices))] == ["a", "b", "c"]
    assert listing.choosers(asking(*choices, privacy="confidential")) == []


def test_an_address_without_anything_asks_for_the_newest_in_force() -> None:
    assert schemas.query(listed(DESK))().load({}) == {"state": "in_force", "sort": "-day", "page": 1}


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        ({"state": "lost"}, "state"),
        ({"sort": "note"}, "sort"),
        ({"is_way": "fly"}, "is_way"),
        ({"is_ways": "ask"}, "is_ways"),
        ({"q": "x" * 61}, "q"),
    ],
)
def test_an_address_asks_only_for_what_the_register_has(asked: dict[str, str], wrong: str) -> None:
    with pytest.raises(ValidationError) as refused:
        schemas.query(listed(DESK))().load(asked)
    assert set(refused.value.messages_dict) == {wrong}


def test_a_sealed_register_is_sorted_by_day_and_number_alone_and_not_searched() -> None:
    sealed = listed(asking({"code": "about", "kind": "text"}, choice("way"), privacy="confidential"), SealedEntry)
    schema = schemas.query(sealed)()

    assert {one.name for one in sealed.filters} == {"since", "until", "state"}
    assert set(sealed.sorts) == {"day", "number"}
    assert [one.name for one in sealed.fields] == ["number", "day", "cancelled_why"]
    assert schema.load({"sort": "-number"})["sort"] == "-number"
    with pytest.raises(ValidationError):
        schema.load({"sort": "about"})


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        ({}, [6, 4, 3, 2, 1]),
        ({"state": "all"}, [6, 5, 4, 3, 2, 1]),
        ({"state": "cancelled"}, [5]),
        ({"state": "waiting"}, []),
        ({"since": LAST}, [6]),
        ({"until": MARCH + timedelta(days=1)}, [2, 1]),
        ({"since": MARCH + timedelta(days=1), "until": MARCH + timedelta(days=2)}, [3, 2]),
        ({"q": "丁"}, [4]),
        ({"q": "50%"}, [1]),
        ({"q": "５００"}, [4]),
        ({"q": "consult"}, []),
        ({"q": "pieces"}, []),
        ({"is_way": "consult"}, [4, 2]),
        ({"is_way": "consult", "q": "乙"}, [2]),
        ({"sort": "day"}, [1, 2, 3, 4, 6]),
        ({"sort": "number"}, [1, 2, 3, 4, 6]),
        ({"sort": "pieces"}, [6, 1, 2, 4, 3]),
        ({"sort": "-pieces"}, [2, 1, 6, 4, 3]),
        ({"sort": "way"}, [1, 4, 2, 6, 3]),
        ({"sort": "-way"}, [4, 2, 1, 6, 3]),
    ],
)
def test_a_list_is_what_the_address_leaves_in_its_order(
    session: Session, asked: dict[str, Any], numbers: list[int]
) -> None:
    found = page(session, DESK, asked)

    assert [row.number for row in found.rows] == numbers
    assert (found.total, found.page, found.pages) == (len(numbers), 1, 1)
    assert [row.number for row in extract(session, DESK, asked)] == numbers


def test_a_row_says_its_items_in_words(session: Session) -> None:
    desk, (first, second, third, *_more) = listed(DESK), extract(session, DESK, {"sort": "number"})
    reading = desk.context(session, WRITER)
    fields = {one.name: one for one in desk.out("export")}

    def said(row: Any) -> list[Any]:
        shown = [fields[f"item_{code}"] for code in ("about", "pieces", "way", "ways", "walked")]
        return [words.cell(one, words.value(one, row, reading), words.choices(one, reading)) for one in shown]

    assert said(first) == ["甲 50%", 9.5, "ask", "ask、consult", "是"]
    assert said(second)[4] == "否"
    assert said(third) == ["丙", "不适用", None, "ask", None]


def test_texts_of_the_rows_of_an_entry_are_searched_too(session: Session, stores: Stores) -> None:
    rows = {
        "code": "guests",
        "title": _said("来客"),
        "items": [{"code": "who", "text": _said("单位"), "kind": "text", "proposed": True}],
    }
    visits = asking(code="visits", rows=[rows])
    stores.write(visits, 1, date(2025, 1, 5), {}, rows={"guests": [{"who": "市一中"}, {"who": "二中"}]})
    stores.write(visits, 2, date(2025, 1, 5), {}, rows={"guests": [{"who": "三中"}]})

    assert [row.number for row in page(session, visits, {"q": "一中"}).rows] == [1]
    assert [row.number for row in page(session, visits, {"q": "中"}).rows] == [2, 1]
    assert page(session, visits, {"q": "who"}).rows == []


def test_who_may_not_review_sees_only_what_was_passed(session: Session) -> None:
    def numbers(reader: Any, **asked: Any) -> list[int]:
        return [row.number for row in extract(session, REVIEWED, asked, reader)]

    assert numbers(WRITER) == [2, 1]
    assert numbers(WRITER, state="waiting") == [2]
    assert numbers(READER, state="all") == [1]


@pytest.mark.parametrize(("asked", "place", "first", "count"), [(1, 1, 51, 50), (2, 2, 1, 1), (9, 2, 1, 1)])
def test_a_long_list_has_pages_and_none_beyond_the_last(
    session: Session, asked: int, place: int, first: int, count: int
) -> None:
    found = page(session, LONG, {"page": asked})

    assert (found.page, found.pages, found.total) == (place, 2, 51)
    assert (found.rows[0].number, len(found.rows)) == (first, count)
    assert len(extract(session, LONG, {"page": asked})) == 51


@pytest.mark.parametrize(
    ("since", "until", "reviewed", "counted"),
    [
        (MARCH, LAST, (), {"desk": 4, "reviewed": 2, "long": 51}),
        (MARCH, LAST, ("reviewed",), {"desk": 4, "reviewed": 1, "long": 51}),
        (LAST, LAST + timedelta(days=1), ("reviewed", "desk"), {}),
        (LAST, LAST + timedelta(days=1), (), {"desk": 1, "reviewed": 1}),
    ],
)
def test_entries_in_force_of_a_time_are_counted_by_register(
    session: Session, since: date, until: date, reviewed: tuple[str, ...], counted: dict[str, int]
) -> None:
    assert metrics.counts(session, {"desk": OPEN, "reviewed": OPEN}, since, until, reviewed) == counted


@pytest.mark.parametrize("store", [OPEN, OPAQUE])
@pytest.mark.parametrize(
    ("register", "since", "sums"),
    [
        (DESK, MARCH, COUNTED),
        (DESK, date(2025, 3, 1), dict.fromkeys(COUNTED, 0)),
        (REVIEWED, MARCH, {"all": 1}),
        (BARE, MARCH, {}),
    ],
)
def test_metrics_are_the_same_whoever_adds_them_up(
    session: Session, store: EntryStore, register: Register, since: date, sums: dict[str, Any]
) -> None:
    assert metrics.sums(session, store, register, since, since.replace(day=31)) == sums


@pytest.mark.parametrize("code", list(COUNTED))
def test_a_metric_of_entries_at_hand_is_exact(code: str) -> None:
    entries = [Entry(None, {"items": items}) for items in ANSWERS]
    wanted = next(one for one in DESK.metrics if one.code == code)

    assert metrics.metric(entries, wanted) == COUNTED[code]
    assert metrics.metric([], wanted) == 0
