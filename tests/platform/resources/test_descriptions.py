"""A list is described once, and what follows from the description is what it says."""

import dataclasses
import subprocess
import sys
from collections.abc import Sequence
from uuid import UUID

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, Uuid, select

from huakai_platform.kernel.fields import Date, Int, Text
from huakai_platform.kernel.i18n import _
from huakai_platform.resources import schemas, sheets, words
from huakai_platform.resources.fields import Field, Filter, Resource, Rows
from tests.support import resources

THINGS = Table("thing", MetaData(), Column("id", Uuid, primary_key=True), Column("version", Integer))


@dataclasses.dataclass(frozen=True)
class Thing:
    id: UUID
    version: int


def described(fields: Sequence[Field[None]], asked: str = "", sort: str = "version") -> Resource[None, Thing]:
    """A list of these fields, asked by `asked` and sorted by `sort`."""
    narrow = [Filter[None](asked, _("筛选"), Text(), lambda _value, _context: None)] if asked else []
    return Resource[None, Thing](
        name="things",
        title=_("列表"),
        fields=fields,
        filters=narrow,
        sorts={sort: THINGS.c.version},
        order=sort,
        key=THINGS.c.id,
        rows=lambda: Rows(Thing, select(THINGS)),
        scope=lambda _actor, _parent: (),
        context=lambda _session, _actor: None,
    )


def test_there_are_lists() -> None:
    assert [one.name for one in resources.every()]


@pytest.mark.parametrize("one", resources.every(), ids=lambda one: one.name)
def test_a_row_has_the_columns_that_are_selected_in_their_order(one: Resource) -> None:  # type: ignore[type-arg]
    rows = one.rows()
    assert [field.name for field in dataclasses.fields(rows.kind)] == rows.select.selected_columns.keys()
    assert rows.kind.__dataclass_params__.frozen
    assert not [field.name for field in one.fields if field.out and not hasattr(rows.kind, field.name)]


def test_a_list_is_described_by_twelve_things() -> None:
    wanted = "name title fields filters sorts order key rows scope size most context"
    assert {one.name for one in dataclasses.fields(Resource)} == set(wanted.split())


def test_a_field_is_nowhere_unless_it_says_so() -> None:
    quiet = Field[None]("quiet", _("备注"), Text())
    one = described([quiet])

    assert [one.into(place) for place in ("form", "body", "sheet")] == [[], [], []]
    assert [one.out(place) for place in ("list", "detail", "row", "export", "print")] == [[], [], [], [], []]
    assert set(schemas.form(one)().fields) == {"version"}


def test_a_place_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="no such place"):
        Field[None]("name", _("名称"), Text(), frozenset({"from"}))


def test_what_is_sealed_comes_in_and_never_goes_out() -> None:
    sealed = Field[None]("phone", _("电话"), Text(), frozenset({"form", "body", "sheet"}), sealed=True)

    assert "phone" in schemas.form(described([sealed]))().fields
    with pytest.raises(ValueError, match="sealed"):
        Field[None]("phone", _("电话"), Text(), out=frozenset({"export"}), sealed=True)
    with pytest.raises(ValueError, match="sealed"):
        described([sealed], asked="phone")
    with pytest.raises(ValueError, match="sealed"):
        described([sealed], sort="phone")


def test_a_sort_that_there_is_not_is_refused() -> None:
    one = described([])
    with pytest.raises(ValueError, match="no such sort"):
        dataclasses.replace(one, order="-name")


def test_what_is_given_once_is_not_asked_for_by_a_change() -> None:
    into = frozenset({"form", "body"})
    fields = [
        Field[None]("kind", _("种类"), Text(required=True), into, fixed=True),
        Field[None]("name", _("名称"), Text(), into),
    ]
    one = described(fields)

    assert set(schemas.form(one)().fields) == {"kind", "name", "version"}
    assert set(schemas.form(one, change=True)().fields) == {"name", "version"}
    assert set(schemas.body(one)().fields) == {"kind", "name"}
    assert set(schemas.body(one, change=True)().fields) == {"name"}
    assert schemas.body(described(fields[1:]), change=True).__name__ == "ThingsGiven"


def test_a_field_may_be_described_for_each_place_once() -> None:
    form, sheet = (Field[None]("hours", _("学时"), Int(), frozenset({place})) for place in ("form", "sheet"))

    assert described([form, sheet]).into("sheet") == [sheet]
    with pytest.raises(ValueError, match="described twice"):
        described([form, sheet, form])


def test_a_code_without_a_word_is_taken_in_and_not_offered() -> None:
    words_of = {"a": "甲", "z": ""}
    field = Field[None]("kind", _("种类"), Text(), frozenset({"sheet"}), choices=lambda _context: words_of)
    (column,) = sheets.columns(described([field]), None)

    assert column.choices == {"a": "甲"}
    assert column.field.deserialize("z") == "z"


def test_what_need_not_be_there_may_be_null_for_a_program() -> None:
    fields = [
        Field[None]("name", _("名称"), Text(required=True), frozenset({"body"})),
        Field[None]("number", _("编号"), Int(), frozenset({"body"})),
    ]
    given = schemas.body(described(fields))()

    assert given.load({"name": "一", "number": None}) == {"name": "一", "number": None}
    assert set(given.validate({"name": None})) == {"name"}


@pytest.mark.parametrize(
    ("held", "cell", "text"),
    [
        (None, None, "—"),
        (True, "是", "是"),
        (False, "否", "否"),
        (["a", "z"], "甲、z", "甲、z"),
        ([], None, "—"),
        (12, 12, "12"),
        ("a", "甲", "甲"),
        ("z", "z", "z"),
    ],
)
def test_a_value_is_said_in_words(held: object, cell: object, text: str) -> None:
    field = Field[None]("kind", _("种类"), Date(), choices=lambda _context: {"a": {"zh": "甲", "en": "A"}})
    known = words.choices(field, None)

    assert words.cell(field, held, known) == cell
    assert words.text(field, held, known) == text


def test_what_is_asked_and_said_of_lists_knows_no_page() -> None:
    modules = ", ".join(
        f"huakai_platform.resources.{name}" for name in ("fields", "lists", "schemas", "sheets", "store", "words")
    )
    program = f"import sys, {modules}; sys.exit('flask' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
