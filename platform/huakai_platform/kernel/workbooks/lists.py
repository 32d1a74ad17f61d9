"""A plain list as a workbook to fill in: read row by row through a schema, given back with the faults at the cell."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as made
from typing import Any, cast

from marshmallow import ValidationError, fields

from huakai_platform.kernel.fields import Choice, Code, Date, Form, Int, Money, Number, Phone, Time
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.workbooks import cells, headings, unread, words
from huakai_platform.kernel.workbooks.headings import Heading
from huakai_platform.kernel.workbooks.model import Cell, Sheet, address
from huakai_platform.kernel.workbooks.sandbox import read
from huakai_platform.kernel.workbooks.writing import Column, Content, Page, Styled, table, write

COUNTED = (Date, Int, Number, Choice)
"""Fields whose columns Excel may take for what they are; all others are kept as text, so that 007 stays 007."""
UNIT = re.compile(r"[(（]([^()（）]{1,12})[)）]")


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
    units: Sequence[str] = ()
    """What may stand behind a number, beside the unit in brackets in the heading."""
    typed: bool | None = None
    """Whether the column is kept as text; None where its field says so."""

    @property
    def heading(self) -> str:
        return f"{self.title.render()}*" if self.field.required else self.title.render()

    @property
    def is_text(self) -> bool:
        return not (self.choices or isinstance(self.field, COUNTED)) if self.typed is None else self.typed

    @property
    def names(self) -> Sequence[str]:
        """The headings by which the column is known, the reader's own first."""
        names = (self.title.render(), str(self.title), *self.also)
        return list(dict.fromkeys((*names, *(UNIT.sub("", name).strip() for name in names))))

    @property
    def counted_in(self) -> Sequence[str]:
        """The units that may stand behind its numbers."""
        money = words.MONEY if isinstance(self.field, Money) else ()
        return [*self.units, *money, *(unit for name in self.names for unit in UNIT.findall(name))]

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
    notes: Sequence[Message] = ()
    """What was read, and every filled cell that was not."""


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
    typed = {number for number, one in enumerate(columns) if one.is_text}
    filled = table(name, heads, ([one.words(row.get(one.key)) for one in columns] for row in rows))
    return write(replace(filled, typed=typed), *([_guide(columns, guide)] if guide else []))


def take(content: bytes, columns: Sequence[ListColumn], told: Collection[str] = ()) -> Listing:
    """Read the first sheet whose header has every required column; blank rows, totals and remarks are passed over.

    `told` are headings of our own that only explain, and are never read. Raises FileRefused.
    """
    known = {one.key: one.names for one in columns}
    book = read(content, titles=headings.titles(known))
    found = headings.find(book, known, [one.key for one in columns if one.field.required])
    missing = [one.key for one in columns if one.key not in found.places]
    below = range(found.row + 1, len(found.sheet.rows))
    passed = [number for number in below if _is_beside(found, number, columns)]
    notes = unread.notes(
        book,
        found.sheet,
        found.row,
        found.titles,
        {*found.places.values(), *(column for column, title in enumerate(found.titles) if title in told)},
        passed,
        lambda title: headings.near(title, known, missing),
    )
    rows = _rows(found, columns, [number for number in below if number not in {*passed}])
    return Listing(found.sheet, found.row, found.places, list(rows), notes)


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


def _is_beside(found: Heading, number: int, columns: Sequence[ListColumn]) -> bool:
    """Whether a row is a total or a remark; one that fills the other required columns too is a row of its own."""
    first = next((cell.column for cell in found.sheet.rows[number] if cell.text), 0)
    others = {found.places[one.key] for one in columns if one.field.required} - {first}
    whole = bool(others) and all(found.sheet.cell(number, column).text for column in others)
    return unread.is_beside(found.sheet.rows[number]) and not whole


def _rows(found: Heading, columns: Sequence[ListColumn], numbers: Iterable[int]) -> Iterable[ListRow]:
    schema = Form.from_dict({one.key: one.field for one in columns}, name="Row")()
    for number in numbers:
        if not any(cell.text or cell.formula is not None for cell in found.sheet.rows[number]):
            continue
        raw: dict[str, str] = {}
        errors: dict[str, list[str]] = {}
        for one in columns:
            try:
                if one.key in found.places and (said := _given(one, found.sheet.cell(number, found.places[one.key]))):
                    raw[one.key] = said
            except ValidationError as refused:
                errors[one.key] = [_render(told) for told in cast(Sequence[str], refused.messages)]
        try:
            values = schema.load(raw)
        except ValidationError as refused:
            about = cast(Mapping[str, Sequence[str]], refused.messages_dict)
            errors = {key: [_render(told) for told in all_told] for key, all_told in about.items()} | errors
        yield ListRow(number + 1, {} if errors else values, errors)


def _given(column: ListColumn, cell: Cell) -> str:
    """What a cell says, as its field wants it. Raises ValidationError."""
    cells.refuse(cell)
    value = cell.value
    match column.field:
        case Date():
            return cells.iso_day(value) or cells.plain(value)
        case Time():
            return cells.time(value) or cells.plain(value)
        case Int() | Number():
            return cells.digits(value, column.counted_in) or cells.plain(value)
        case Choice():
            codes = {words: code for code, words in column.choices.items()}
            said = cells.word(value, [*codes, *column.field.choices])
            return cells.told(value) if said is None else codes.get(said, said)
        case Code() | Phone():
            return cells.plain(cells.told(value))
        case _field:
            return cells.told(value)


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
