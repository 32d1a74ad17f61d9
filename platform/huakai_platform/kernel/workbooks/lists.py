"""A plain list as a workbook to fill in: read row by row through a schema, given back with the faults at the cell."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as made
from decimal import Decimal
from typing import Any, cast

from marshmallow import ValidationError, fields

from huakai_platform.kernel.errors import FileRefused
from huakai_platform.kernel.fields import Form
from huakai_platform.kernel.i18n import Message, _, listed
from huakai_platform.kernel.workbooks.model import Cell, Sheet, Value, address
from huakai_platform.kernel.workbooks.sandbox import read
from huakai_platform.kernel.workbooks.writing import Column, Content, Page, Styled, table, write

HEAD_WITHIN = 10
"""Rows from the top among which the header is looked for."""


@dataclass(frozen=True)
class ListColumn:
    """A column by its key: its heading, the field that its cells pass, and for a drop-down the words of each code."""

    key: str
    title: Message
    field: fields.Field[Any]
    width: float = 16
    note: str = ""
    choices: Mapping[str, str] = made(default_factory=dict)
    also: Sequence[str] = ()
    """Other headings by which the column is known."""

    @property
    def heading(self) -> str:
        return f"{self.title.render()}*" if self.field.required else self.title.render()

    def is_headed(self, text: str) -> bool:
        return text.rstrip("* ").strip() in (str(self.title), self.title.render(), *self.also)

    def words(self, value: Any) -> Content:
        """A value as its cell shows it."""
        if isinstance(value, str) and value in self.choices:
            return self.choices[value]
        return cast(Content, value)


@dataclass(frozen=True)
class ListRow:
    """A row below the header; `number` is the one that Excel shows. Values only where there are no errors."""

    number: int
    values: Mapping[str, Any]
    errors: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Listing:
    sheet: Sheet
    head: int
    places: Mapping[str, int]
    rows: Sequence[ListRow]


def template(
    name: str,
    columns: Sequence[ListColumn],
    rows: Iterable[Mapping[str, Any]] = (),
    guide: Sequence[str] = (),
) -> bytes:
    """The list to fill in, with what is known already, drop-downs, and a note at each heading.

    `guide` are sentences for a second sheet, which also explains each column.
    """
    heads = [Column(one.heading, one.width, one.note, tuple(one.choices.values())) for one in columns]
    filled = table(name, heads, ([one.words(row.get(one.key)) for one in columns] for row in rows))
    return write(filled, *([_guide(columns, guide)] if guide else []))


def take(content: bytes, columns: Sequence[ListColumn]) -> Listing:
    """Read the first sheet whose header has every required column; blank rows are passed over. Raises FileRefused."""
    for sheet in read(content).sheets:
        for head, row in enumerate(sheet.rows[:HEAD_WITHIN]):
            places = {one.key: cell.column for one in columns for cell in row if one.is_headed(cell.text)}
            if all(one.key in places for one in columns if one.field.required):
                return Listing(sheet, head, places, list(_rows(sheet, head, places, columns)))
    wanted = listed(one.title for one in columns if one.field.required)
    raise FileRefused(_("没有找到表头。请用下载的模板填写，必须有这些列：{wanted}。", wanted=wanted))


def returned(listing: Listing, faults: Mapping[int, Mapping[str, Sequence[str]]]) -> bytes:
    """The same list with each faulty cell tinted and its reason beside it; `faults` by row number and column key."""
    rows = [
        [_shown(cell, _said(faults.get(number + 1, {}), listing.places, cell.column)) for cell in _whole(listing, row)]
        for number, row in enumerate(listing.sheet.rows)
    ]
    for number, about in faults.items():
        if lost := [said for key, all_said in about.items() if key not in listing.places for said in all_said]:
            rows[number - 1].append(Styled("\n".join(lost), "bad"))
    return write(Page(listing.sheet.name, rows, widths=[18] * max(map(len, rows), default=1), frozen=listing.head + 1))


def addressed(listing: Listing, number: int, errors: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    """Each fault of a row with the address of its cell, or the row's number where the sheet has no such column."""
    places = listing.places
    return [
        (address(number - 1, places[key]) if key in places else str(number), said)
        for key, all_said in errors.items()
        for said in all_said
    ]


def _guide(columns: Sequence[ListColumn], sentences: Sequence[str]) -> Page:
    title = _("填写说明").render()
    heads = [Styled(head.render(), "header") for head in (_("列"), _("必填"), _("怎么填"))]
    about = [
        [one.title.render(), _("必填").render() if one.field.required else None, one.note or None] for one in columns
    ]
    said = [[None, None, sentence] for sentence in sentences]
    return Page(title, [[Styled(title, "title")], *said, [], heads, *about], widths=[22, 8, 90])


def _rows(sheet: Sheet, head: int, places: Mapping[str, int], columns: Sequence[ListColumn]) -> Iterable[ListRow]:
    schema = Form.from_dict({one.key: one.field for one in columns}, name="Row")()
    codes = {one.key: {words: code for code, words in one.choices.items()} for one in columns}
    for number, cells in enumerate(sheet.rows[head + 1 :], start=head + 2):
        if not any(cell.text for cell in cells):
            continue
        given = {key: _text(sheet.cell(number - 1, column).value) for key, column in places.items()}
        raw = {key: codes[key].get(text, text) for key, text in given.items() if text}
        try:
            yield ListRow(number, schema.load(raw), {})
        except ValidationError as refused:
            said = cast(Mapping[str, Sequence[str]], refused.messages_dict)
            yield ListRow(number, {}, {key: [_render(one) for one in all_said] for key, all_said in said.items()})


def _text(value: Value) -> str:
    """A number is said without an exponent or a needless point."""
    if isinstance(value, bool) or value is None:
        return "" if value is None else str(value).lower()
    if isinstance(value, float):
        return format(Decimal(str(value)).normalize(), "f")
    return str(value).strip()


def _render(said: str) -> str:
    return said.render() if isinstance(said, Message) else str(said)


def _whole(listing: Listing, row: Sequence[Cell]) -> Iterable[Cell]:
    number = row[0].row if row else 0
    width = max([len(row), *(place + 1 for place in listing.places.values())])
    return (listing.sheet.cell(number, column) for column in range(width)) if row else ()


def _said(about: Mapping[str, Sequence[str]], places: Mapping[str, int], column: int) -> Sequence[str]:
    return [said for key, all_said in about.items() if places.get(key) == column for said in all_said]


def _shown(cell: Cell, said: Sequence[str]) -> Content | Styled:
    return Styled(cell.value, "bad", "\n".join(said)) if said else cell.value
