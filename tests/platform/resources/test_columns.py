"""A value that goes out into a cell means the same when it comes back."""

from typing import Any
from uuid import UUID

import pytest

from huakai_platform.kernel import workbooks
from huakai_platform.kernel.fields import Choice, Code, Date, Flag, Id, Int, Many, Text, Time
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.workbooks import lists
from huakai_platform.resources import columns
from huakai_platform.resources.fields import Field

ID = UUID("01890000-0000-7000-8000-000000000000")
FLOWERS = {"lotus": {"zh": "莲花"}, "party": {"zh": "党建之花"}}


def field(kind: Any, **more: Any) -> Field[None]:
    return Field[None]("value", _("内容"), kind, frozenset({"sheet"}), **more)


def read(one: Field[None], typed: Any) -> Any:
    """What a sheet with this in its cell says of the field: its meaning, or its faults."""
    name = lists.ListColumn("name", _("名称"), Text(required=True))
    book = workbooks.write(workbooks.table("表", [workbooks.Column(t) for t in ("名称", "内容")], [["一", typed]]))
    (row,) = lists.take(book, (name, columns.column(one, None))).rows
    return row.errors.get("value") or columns.meant(one, row.values["value"])


@pytest.mark.parametrize(
    ("one", "held"),
    [
        (field(Time()), "09:30"),
        (field(Flag()), True),
        (field(Flag()), False),
        (field(Many(Code()), choices=lambda _context: FLOWERS), ["lotus", "party"]),
        (field(Choice(["lotus"]), choices=lambda _context: FLOWERS), "lotus"),
        (field(Id(), choices=lambda _context: {str(ID): "一楼"}), ID),
        (field(Int()), 12),
    ],
)
def test_what_a_template_holds_is_what_it_is_read_as(one: Field[None], held: Any) -> None:
    column = columns.column(one, None)
    assert read(one, column.words(columns.written(one, held, columns.choices(one, None)))) == held


@pytest.mark.parametrize(
    ("one", "typed", "meant"),
    [
        (field(Time()), "下午2点", "14:00"),
        (field(Time()), "９：３０", "09:30"),
        (field(Time()), "25:00", ["代码格式不对"]),
        (field(Flag()), "否", False),
        (field(Flag()), "也许", ["请从列出的选项中选择"]),
        (field(Many(Code()), choices=lambda _context: FLOWERS), "党建之花，莲花", ["lotus", "party"]),
        (field(Many(Code()), choices=lambda _context: FLOWERS), "莲花 党建之花", ["lotus", "party"]),
        (field(Many(Code()), choices=lambda _context: FLOWERS), "莲花、菊花", ["没有“菊花”，可填：莲花、党建之花"]),
    ],
)
def test_a_cell_is_read_as_people_type_it(one: Field[None], typed: str, meant: Any) -> None:
    assert read(one, typed) == meant


@pytest.mark.parametrize(
    ("kind", "note", "offered"),
    [
        (Flag(), "从下拉列表中选择。", ["是", "否"]),
        (Time(), "如 09:30。", []),
        (Date(), "如 2026-01-05。", []),
        (Text(), "", []),
    ],
)
def test_a_column_says_how_it_is_filled_in(kind: Any, note: str, offered: list[str]) -> None:
    column = columns.column(field(kind), None)
    assert (column.note, list(column.choices.values())) == (note, offered)
