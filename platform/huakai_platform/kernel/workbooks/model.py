"""What was read: sheets of cells that know where they stood."""

from dataclasses import dataclass, field
from typing import NamedTuple

Value = str | int | float | bool | None


def letters(column: int) -> str:
    """Name a column (from 0) as Excel does: 0 is A, 26 is AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def address(row: int, column: int) -> str:
    """Name a cell (both from 0) as Excel does: (123, 1) is B124."""
    return f"{letters(column)}{row + 1}"


class Cell(NamedTuple):
    """One cell; row and column count from 0; dates are ISO text.

    A formula is its text, never evaluated here; "" when it shares the text of another cell.
    """

    row: int
    column: int
    value: Value
    formula: str | None = None

    @property
    def address(self) -> str:
        return address(self.row, self.column)

    @property
    def text(self) -> str:
        return "" if self.value is None else str(self.value).strip()


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows from the sheet's first on, each up to its last filled cell, so some are shorter than others.

    `cell` answers anywhere; `merged` holds (row, column, last row, last column). Cells merged downwards hold their
    value in every row that holds something of its own. `hidden_rows` are those that hold something.
    """

    name: str
    rows: list[list[Cell]]
    merged: tuple[tuple[int, int, int, int], ...] = field(default=())
    hidden: bool = False
    hidden_rows: tuple[int, ...] = ()

    def cell(self, row: int, column: int) -> Cell:
        """The cell there, blank where nothing was written."""
        if row < len(self.rows) and column < len(self.rows[row]):
            return self.rows[row][column]
        return Cell(row, column, None)


@dataclass(frozen=True, slots=True)
class Workbook:
    sheets: tuple[Sheet, ...]

    @property
    def visible_first(self) -> list[Sheet]:
        """The sheets in the order in which a list is looked for: those that are hidden come last."""
        return sorted(self.sheets, key=lambda sheet: sheet.hidden)
