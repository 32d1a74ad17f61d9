"""The same sheet as different programs leave it: rows that end anywhere, blank cells, rows and columns behind."""

import csv
import io
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import pytest
import xlsxwriter
from hypothesis import strategies as st

from huakai_platform.kernel.workbooks import Limits, Value, reader, sandbox

Rows = Sequence[Sequence[Value]]
BLANKS: tuple[Value, ...] = (None, "", " ", "\u3000")
"""What a cell holds that holds nothing; None is one that is only tinted."""


def filled(row: Sequence[Value]) -> int:
    """Cells up to the last that holds something."""
    return max((place + 1 for place, value in enumerate(row) if value not in BLANKS), default=0)


@st.composite
def cut(draw: st.DrawFn, rows: Rows) -> Rows:
    """The sheet with every row ended anywhere behind its last value, and blank rows below."""
    whole = [list(row[: filled(row)]) for row in rows]
    blanks = st.lists(st.sampled_from(BLANKS), max_size=4)
    return [row + draw(blanks) for row in whole] + draw(st.lists(blanks, max_size=4))


def xlsx(rows: Rows, name: str = "Sheet1") -> bytes:
    """A workbook with exactly these cells."""
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as book:
        sheet, tint = book.add_worksheet(name), book.add_format({"bg_color": "#ffff00"})
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                _write(sheet, number, column, value, tint)
    return data.getvalue()


def _write(sheet: Any, number: int, column: int, value: Value, tint: Any) -> None:
    if isinstance(value, str) and value:
        sheet.write_string(number, column, value, tint)
    elif value is None or value == "":
        sheet.write_blank(number, column, None, tint)
    else:
        sheet.write(number, column, value, tint)


def separated(rows: Rows, mark: str = ",") -> bytes:
    """The same as text."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=mark).writerows(["" if value is None else value for value in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


@contextmanager
def read_here() -> Iterator[None]:
    """Read in this process, as the reader in the sandbox would, so that hundreds of files are read in a second."""

    def ask(data: bytes, kind: str, limits: Limits, titles: Collection[str]) -> dict[str, Any]:
        read = reader.read_csv if kind == "csv" else reader.read_xlsx
        try:
            return {"sheets": read(data, asdict(limits) | {"titles": [*titles]})}
        except reader.Refusal as refused:
            return {"refused": str(refused)}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sandbox, "_ask", ask)
        yield
