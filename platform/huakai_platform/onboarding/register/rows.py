"""Rows of a register, typed, each with what is wrong in it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from huakai_platform.kernel.errors import Invalid
from huakai_platform.kernel.i18n import Message, _, listed
from huakai_platform.kernel.workbooks import Cell, Workbook, letters, words
from huakai_platform.kernel.workbooks.unread import is_beside, notes
from huakai_platform.onboarding.register import values
from huakai_platform.onboarding.register.columns import Layout
from huakai_platform.onboarding.register.fields import (
    EXAMPLE_MARK,
    FIELDS,
    KIND_WORDS,
    KINDS,
    OWNERSHIP_WORDS,
    OWNERSHIPS,
    REQUIRED,
    RESULT_TITLES,
    TIER_WORDS,
    TIERS,
    Field,
    Kind,
    Ownership,
    Tier,
)

Severity = Literal["error", "duplicate", "warning"]
Columns = Mapping[Field, str]

WEEK, LARGEST_AREA = 168, 100_000
LONGEST = {Field.NAME: 100, Field.ADDRESS: 200, Field.NOTE: 500, Field.SEQ: 40}
LONGEST_ELSE = 60


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at one cell and what to do about it; rows count from 1 as in Excel."""

    row: int
    column: str
    field: Field
    code: str
    message: Message
    severity: Severity = "error"

    @property
    def cell(self) -> str:
        return f"{self.column}{self.row}"


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One site as the register tells it; what could not be read is None or empty and stands in `problems`."""

    number: int
    columns: Columns
    name: str = ""
    kind: Kind | None = None
    tier: Tier | None = None
    region_code: str = ""
    county: str = ""
    township: str = ""
    community: str = ""
    address: str = ""
    area: Decimal | None = None
    ownership: Ownership | None = None
    host: str = ""
    operator: str = ""
    operating_since: date | None = None
    a_name: str = ""
    a_phone: str = ""
    b_name: str = ""
    b_phone: str = ""
    weekly_hours: Decimal | None = None
    note: str = ""
    seq: str = ""
    problems: tuple[Problem, ...] = ()

    def problem(self, field: Field, code: str, message: Message, severity: Severity = "error") -> Problem:
        column = self.columns.get(field) or self.columns[Field.NAME]
        return Problem(self.number, column, field, code, message, severity)


def parse(workbook: Workbook, layout: Layout) -> list[RegisterRow]:
    """Read every row below the header that names a site; the template's example row and empty rows are none."""
    if layout.mapping.missing:
        lacking = {field.value: [_("请指明这一列。")] for field in layout.mapping.missing}
        raise Invalid(_("还有必需的列没有对应上，请指明后再试。"), lacking)
    columns = {field: letters(number) for field, number in layout.mapping.columns.items()}
    sheet, used = workbook.sheets[layout.sheet], layout.mapping.columns.items()
    below = range(layout.header + 1, len(sheet.rows))
    rows = ({field: sheet.cell(row, column) for field, column in used} for row in below)
    return [_row(cells, columns) for cells in rows if _names_a_site(cells)]


def unread(workbook: Workbook, layout: Layout) -> list[Message]:
    """What was read, and every filled cell that was not; the template's example row is none."""
    sheet, used = workbook.sheets[layout.sheet], layout.mapping.columns
    passed = []
    for row in range(layout.header + 1, len(sheet.rows)):
        cells = {field: sheet.cell(row, column) for field, column in used.items()}
        if any(cell.text for cell in sheet.rows[row]) and not _is_example(cells) and not _names_a_site(cells):
            passed.append(row)
    titles = layout.mapping.titles
    read = {*used.values(), *(column for column, title in enumerate(titles) if title in RESULT_TITLES)}
    return notes(workbook, sheet, layout.header, titles, read, passed)


def _is_example(cells: Mapping[Field, Cell]) -> bool:
    return Field.SEQ in cells and cells[Field.SEQ].text == EXAMPLE_MARK


def _names_a_site(cells: Mapping[Field, Cell]) -> bool:
    if _is_example(cells):
        return False
    if is_beside(sorted(cells.values())) and not all(cells[field].text for field in REQUIRED):
        return False
    return any(cells[field].text or cells[field].formula is not None for field in REQUIRED)


def _row(cells: Mapping[Field, Cell], columns: Columns) -> RegisterRow:
    row = RegisterRow(cells[Field.NAME].row + 1, columns)
    problems: list[Problem] = []
    read: dict[str, Any] = {}
    for field, cell in cells.items():
        try:
            if (value := READERS[field](cell)) not in (None, ""):
                read[field.value] = value
            elif field in REQUIRED:
                problems.append(row.problem(field, f"{field}_missing", _missing(field)))
        except values.Fault as fault:
            problems.append(row.problem(field, fault.code, fault.message))
    return replace(row, **read, problems=tuple(problems))


def _missing(field: Field) -> Message:
    return _("{label}没有填，请补上。", label=FIELDS[field].label)


def _text(field: Field) -> Callable[[Cell], str]:
    longest = LONGEST.get(field, LONGEST_ELSE)
    return lambda cell: values.text(cell, longest)


def _seq(cell: Cell) -> str:
    return values.tidy(cell.text)[: LONGEST[Field.SEQ]]


def _area(cell: Cell) -> Decimal | None:
    area = values.number(cell, code="area_not_number", unit=_("平方米"), units=words.SQUARE_METRES)
    if area is not None and not 0 < area <= LARGEST_AREA:
        raise values.Fault("area_out_of_range", _("面积应大于 0、不超过 100000 平方米，请核对。"))
    return area


def _hours(cell: Cell) -> Decimal | None:
    hours = values.number(cell, code="hours_not_number", unit=_("小时"), units=words.HOURS)
    if hours is not None and hours < 0:
        raise values.Fault("hours_negative", _("每周开放小时不能是负数，请核对。"))
    if hours is not None and hours > WEEK:
        raise values.Fault("hours_too_many", _("一周只有 168 小时，请核对。"))
    return hours


READERS: dict[Field, Callable[[Cell], Any]] = {field: _text(field) for field in Field} | {
    Field.SEQ: _seq,
    Field.KIND: lambda cell: values.word(cell, KIND_WORDS, code="kind_unknown", allowed=listed(KINDS)),
    Field.TIER: lambda cell: values.word(cell, TIER_WORDS, code="tier_unknown", allowed=listed(TIERS)),
    Field.OWNERSHIP: lambda cell: values.word(
        cell, OWNERSHIP_WORDS, code="ownership_unknown", allowed=listed(OWNERSHIPS)
    ),
    Field.REGION_CODE: values.code,
    Field.AREA: _area,
    Field.WEEKLY_HOURS: _hours,
    Field.OPERATING_SINCE: values.day,
    Field.A_PHONE: values.phone,
    Field.B_PHONE: values.phone,
}
