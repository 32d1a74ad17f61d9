"""The list of a register on paper and as a workbook, the same at a room and at the institution."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import Response, url_for

from huakai_platform import forms
from huakai_platform.forms import Item
from huakai_platform.kernel import audit, workbooks
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.i18n import _, language
from huakai_platform.registers.definitions import Register, Rows
from huakai_platform.registers.entries import Entry
from huakai_platform.registers.pages import RegisterScope
from huakai_platform.resources import exporting
from huakai_platform.web.context import actor, db
from huakai_platform.web.downloads import xlsx
from huakai_platform.web.pages import say


def print_list(scope: RegisterScope, code: str) -> str:
    """What the list shows, on paper. Raises NotFound for a confidential register, whose page is printed itself."""
    register = scope.register(code)
    if register.sealed:
        raise NotFound(_("保密的登记簿没有打印页。"))
    pages = scope.pages(register)
    given, found = pages.extract()
    audit.record(db(), actor(), "registers.printed", "register", code, rows=len(found.rows))
    return pages.paper(given, found, above=[(_("登记簿"), url_for(".index"))])


def export(scope: RegisterScope, code: str) -> Response:
    """What the list shows, all pages of it, each row of an entry in a sheet of its kind."""
    register = scope.register(code)
    pages, store = scope.pages(register), scope.store(register)
    given, found = pages.extract()
    entries = [Entry(row, store.read(row)) for row in found.rows]
    beside = [_rows(kind, entries) for kind in register.rows]
    if register.sealed:
        content = workbooks.write(_opened(register, entries, exporting.cut(found)), *beside)
    else:
        content = pages.workbook(given, found, *beside)
    audit.record(db(), actor(), "registers.exported", "register", code, rows=len(entries))
    return xlsx(content, f"{code}.xlsx")


def _opened(register: Register, entries: Sequence[Entry], notice: str | None) -> workbooks.Page:
    """Entries of a confidential register, with what was left out said above them."""
    items = list(register.form)
    heads = [*_heads(items), workbooks.Column(say(_("作废原因")), 24)]
    lines = [[one.row.number, *_cells(items, one.items), one.row.cancelled_why] for one in entries]
    return workbooks.table(register.title.of(language()), heads, lines, above=[notice] if notice else [])


def _rows(kind: Rows, entries: Sequence[Entry]) -> workbooks.Page:
    """The rows of one kind of these entries."""
    lines = [[one.row.number, *_cells(kind.items, line)] for one in entries for line in one.rows(kind.code)]
    return workbooks.table(kind.title.of(language()), _heads(kind.items), lines)


def _heads(items: Iterable[Item]) -> list[workbooks.Column]:
    asked = (workbooks.Column(item.text.of(language()), 20) for item in items)
    return [workbooks.Column(say(_("编号")), 10), *asked]


def _cells(items: Iterable[Item], said: Mapping[str, Any]) -> list[Any]:
    return [forms.written(item, said.get(item.code), language()) for item in items]
