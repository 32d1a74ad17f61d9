"""Workbooks in, read in the sandbox, and workbooks out, inert: every Excel and CSV file passes here."""

from huakai_platform.kernel.workbooks.limits import Limits
from huakai_platform.kernel.workbooks.model import Cell, Sheet, Value, Workbook, address, letters
from huakai_platform.kernel.workbooks.sandbox import read
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
