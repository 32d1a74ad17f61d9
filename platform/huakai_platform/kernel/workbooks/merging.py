"""Cells merged downwards: their value holds for every row of the range."""

from collections.abc import Iterable

from huakai_platform.kernel.errors import FileRefused
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.workbooks.model import Cell

MOST = 1_000_000
"""Cells of all ranges together; ranges of a sound file never lie over each other."""


def fill_down(rows: list[list[Cell]], merged: Iterable[tuple[int, int, int, int]]) -> None:
    """Give the value of each range to those of its rows that hold something of their own. Raises FileRefused."""
    own = [bool(row) for row in rows]
    seen = 0
    for first, column, last, _right in merged:
        seen += min(last + 1, len(rows)) - first
        if seen > MOST:
            raise FileRefused(_("表格中合并的单元格过多，请取消合并后再上传。"))
        if first < len(rows) and column < len(rows[first]) and rows[first][column].value is not None:
            _fill(rows, own, rows[first][column], last)


def _fill(rows: list[list[Cell]], own: list[bool], top: Cell, last: int) -> None:
    for number in range(top.row + 1, min(last + 1, len(rows))):
        row = rows[number]
        row += [Cell(number, place, None) for place in range(len(row), top.column + 1 if own[number] else 0)]
        if own[number] and row[top.column].value is None:
            row[top.column] = top._replace(row=number)
