"""Workbooks out: nothing that is written can become a formula or a link."""

import csv
import io
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from typing import Any, Literal

import xlsxwriter

from huakai_platform.kernel.clock import CHINA
from huakai_platform.kernel.workbooks.model import Value, letters

Style = Literal["text", "title", "note", "header", "bad", "warn", "good"]
Content = Value | Decimal | date

FEW = 1_000
"""Rows of a page that are held while it is written; a longer one goes through files, which takes longer."""
LONGEST_TEXT, LONGEST_COMMENT = 32_767, 2_000
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
INVISIBLE = " \u3000\u00a0\ufeff\u200b"
INERT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "nan_inf_to_errors": True}
AS_TEXT = 49
"""The number of the format `@`."""
FORMATS: dict[Style, dict[str, Any]] = {
    "text": {"valign": "top", "text_wrap": True},
    "title": {"bold": True, "font_size": 14, "align": "center", "valign": "vcenter"},
    "note": {"font_color": "#5f6b7a", "valign": "top", "text_wrap": True},
    "header": {"bold": True, "bg_color": "#dfeeea", "border": 1, "border_color": "#9db8b0", "text_wrap": True},
    "bad": {"bg_color": "#fbd5d5", "font_color": "#8a1f1f", "border": 1, "border_color": "#d05252", "text_wrap": True},
    "warn": {"bg_color": "#fdeecb", "border": 1, "border_color": "#d9a93a", "text_wrap": True},
    "good": {"font_color": "#1e6b4f", "text_wrap": True},
}


@dataclass(frozen=True, slots=True)
class Styled:
    """A value with a look of its own, and a comment that stands at the cell."""

    value: Content
    style: Style = "text"
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One sheet as it will look; rows, columns and merges (of one row only) count from 0.

    `choices` gives a column its drop-down, from `choices_from` on for `choices_rows` rows; `frozen` rows stay in view.
    """

    name: str
    rows: Iterable[Sequence[Content | Styled]]
    widths: Sequence[float] = ()
    frozen: int = 0
    merged: Sequence[tuple[int, int, int, int]] = ()
    choices: Mapping[int, Sequence[str]] = field(default_factory=dict)
    choices_from: int = 1
    choices_rows: int = 2000
    landscape: bool = True
    filtered: bool = False
    """The last frozen row offers to sort and filter what stands below it."""
    typed: Collection[int] = ()
    """Columns that are kept as text, so that what is typed there stays as it was typed."""


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    width: float = 14
    note: str = ""
    choices: Sequence[str] = ()


def table(
    name: str, columns: Sequence[Column], rows: Iterable[Sequence[Content | Styled]], *, above: Sequence[str] = ()
) -> Page:
    """A plain list under a header that stays in view; an official one has its title and more lines `above`."""

    def lines() -> Iterable[Sequence[Content | Styled]]:
        for number, said in enumerate(above):
            yield [Styled(said, "note" if number else "title")]
        yield [Styled(column.title, "header", column.note) for column in columns]
        yield from rows

    return Page(
        name,
        lines(),
        widths=[column.width for column in columns],
        frozen=len(above) + 1,
        merged=[(number, 0, number, len(columns) - 1) for number in range(len(above)) if len(columns) > 1],
        choices={number: column.choices for number, column in enumerate(columns) if column.choices},
        filtered=bool(above),
    )


def write(*pages: Page) -> bytes:
    """Write the pages as .xlsx; where a page is long, row by row, so that memory does not grow with the rows."""
    peeked = [_peek(page) for page in pages]
    data, few = io.BytesIO(), all(short for _page, short in peeked)
    with xlsxwriter.Workbook(data, {**INERT, "in_memory" if few else "constant_memory": True}) as book:
        formats = {style: book.add_format(look) for style, look in FORMATS.items()}
        typed = {style: book.add_format(look | {"num_format": AS_TEXT}) for style, look in FORMATS.items()}
        names: set[str] = set()
        hidden: list[tuple[str, ...]] = []
        for page, _short in peeked:
            _write_page(book.add_worksheet(_sheet_name(page.name, names)), page, formats, typed, hidden)
        if hidden:
            _write_choices(book, _sheet_name("_choices", names), hidden)
    return data.getvalue()


def _peek(page: Page) -> tuple[Page, bool]:
    """The page with all its rows, and whether they are few."""
    rows = iter(page.rows)
    first = list(islice(rows, FEW + 1))
    return replace(page, rows=chain(first, rows)), len(first) <= FEW


def write_csv(rows: Iterable[Sequence[Content]]) -> bytes:
    """Write rows as UTF-8 CSV that Excel opens rightly and never evaluates."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for row in rows:
        writer.writerow([_guarded(value) if isinstance(value, str) else value for value in row])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _guarded(text: str) -> str:
    trimmed = text.lstrip(INVISIBLE)
    return f"'{text}" if trimmed.startswith(FORMULA_STARTS) else text


def _write_page(
    sheet: Any, page: Page, formats: Mapping[Style, Any], typed: Mapping[Style, Any], hidden: list[tuple[str, ...]]
) -> None:
    for number, width in enumerate(page.widths):
        sheet.set_column(number, number, width, typed["text"] if number in page.typed else None)
    sheet.freeze_panes(page.frozen, 0)
    sheet.repeat_rows(0, max(page.frozen - 1, 0))
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    if page.landscape:
        sheet.set_landscape()
    merges = {merge[:2]: merge for merge in page.merged if merge[0] == merge[2]}
    row = 0
    for row, values in enumerate(page.rows):
        for column, value in enumerate(values):
            cell = value if isinstance(value, Styled) else Styled(value)
            if (row, column) in merges:
                sheet.merge_range(*merges[row, column], "", formats[cell.style])
            as_text = column in page.typed and row >= page.frozen and isinstance(cell.value, str | None)
            _write_cell(sheet, row, column, cell, (typed if as_text else formats)[cell.style])
    if page.filtered and page.widths:
        sheet.autofilter(page.frozen - 1, 0, max(row, page.frozen - 1), len(page.widths) - 1)
    for column, choices in page.choices.items():
        _validate(sheet, page, column, tuple(choices), hidden)


def _write_cell(sheet: Any, row: int, column: int, cell: Styled, look: Any) -> None:
    match cell.value:
        case None:
            sheet.write_blank(row, column, None, look)
        case bool():
            sheet.write_boolean(row, column, cell.value, look)
        case int() | float() | Decimal() if math.isfinite(cell.value):
            sheet.write_number(row, column, cell.value, look)
        case datetime():
            here = cell.value.astimezone(CHINA) if cell.value.tzinfo else cell.value
            sheet.write_string(row, column, here.strftime("%Y-%m-%d %H:%M"), look)
        case _:
            sheet.write_string(row, column, str(cell.value)[:LONGEST_TEXT], look)
    if cell.comment:
        size = {"x_scale": 1.8, "y_scale": 1 + len(cell.comment) // 60}
        sheet.write_comment(row, column, cell.comment[:LONGEST_COMMENT], size)


def _validate(sheet: Any, page: Page, column: int, choices: tuple[str, ...], hidden: list[tuple[str, ...]]) -> None:
    """Offer the choices as a drop-down; what is typed beside them only warns, the import decides."""
    if choices not in hidden:
        hidden.append(choices)
    name = letters(hidden.index(choices))
    source = f"=_choices!${name}$1:${name}${len(choices)}"
    last = page.choices_from + page.choices_rows - 1
    rule = {"validate": "list", "source": source, "error_type": "warning"}
    sheet.data_validation(page.choices_from, column, last, column, rule)


def _write_choices(book: Any, name: str, lists: Sequence[Sequence[str]]) -> None:
    sheet = book.add_worksheet(name)
    for row in range(max(map(len, lists))):
        for column, choices in enumerate(lists):
            if row < len(choices):
                sheet.write_string(row, column, choices[row])
    sheet.hide()


def _sheet_name(wanted: str, taken: set[str]) -> str:
    """A name Excel accepts, unlike every other in the workbook."""
    name = _cut(wanted.translate(dict.fromkeys(map(ord, "[]:*?/\\"), " ")), 28) or "Sheet"
    number = 1
    unique = name
    while unique.lower() in taken:
        number += 1
        unique = f"{_cut(name, 25)} {number}"
    taken.add(unique.lower())
    return unique


def _cut(name: str, longest: int) -> str:
    """Excel counts UTF-16 units, and takes no apostrophe at either end."""
    plain = "".join(char for char in name if char.isprintable()).strip("' ")
    return plain.encode("utf-16-le")[: 2 * longest].decode("utf-16-le", "ignore").strip("' ")
