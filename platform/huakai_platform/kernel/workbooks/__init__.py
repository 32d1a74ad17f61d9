"""Workbooks in, through a jail, and workbooks out, inert: the only door for Excel and CSV files."""

from huakai_platform.kernel.workbooks.jail import read
from huakai_platform.kernel.workbooks.limits import Limits
from huakai_platform.kernel.workbooks.model import Cell, Sheet, Value, Workbook, address, letters
from huakai_platform.kernel.workbooks.writing import Column, Page, Style, Styled, table, write, write_csv

__all__ = [
    "Cell",
    "Column",
    "Limits",
    "Page",
    "Sheet",
    "Style",
    "Styled",
    "Value",
    "Workbook",
    "address",
    "letters",
    "read",
    "table",
    "write",
    "write_csv",
]
