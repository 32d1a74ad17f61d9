"""A sheet of a register on its way in, the same at every level: template, upload, dry run, and what came of it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response, url_for
from flask_babel import get_locale, ngettext

from huakai_platform import forms
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.registers import lines, sheet
from huakai_platform.registers.definitions import Register
from huakai_platform.registers.entries import Entry
from huakai_platform.registers.importing import EntryImport
from huakai_platform.registers.judging import Line
from huakai_platform.registers.pages import RegisterScope
from huakai_platform.resources import lists, schemas
from huakai_platform.web import import_flow
from huakai_platform.web.context import actor, db
from huakai_platform.web.downloads import xlsx

HERE: Mapping[str, Message] = {"report": _("检查结果"), "result": _("导入结果")}


def pages(scope: RegisterScope, code: str) -> import_flow.ImportFlow:
    """The pages of one register's sheets. Raises NotFound."""
    entry_import = _entry_import(scope, code)
    return import_flow.ImportFlow(
        folder="registers",
        missing=_("请选择填好的表。"),
        moved=_("登记在检查之后有变动，请核对新的结果后再确认。"),
        written=lambda total: ngettext("已写入 %(num)s 条。", "已写入 %(num)s 条。", total),
        get=entry_import.uploads.get,
        forget=entry_import.uploads.forget,
        latest=entry_import.uploads.latest,
        columns=lambda: sheet.columns(entry_import.register, entry_import.language),
        guide=sheet.guide(entry_import.register),
        check=entry_import.check,
        report=entry_import.report,
        apply=lambda row, preview_digest: _apply(scope, entry_import, row, preview_digest),
        discard=entry_import.discard,
        words=lambda here: _words(scope, entry_import, here),
        place={"code": code},
    )


def template(scope: RegisterScope, code: str) -> Response:
    """Empty, or with the newest entries in force, as many as fit."""
    entry_import = _entry_import(scope, code)
    known = _newest(scope, entry_import) if import_flow.filled() else []
    return xlsx(entry_import.template(known), f"{code}-template.xlsx")


def _newest(scope: RegisterScope, entry_import: EntryImport) -> list[Entry]:
    listed = scope.pages(entry_import.register).resource
    here = listed.context(db(), actor())
    found = lists.all_rows(db(), listed, actor(), schemas.usual(listed), here)
    return [Entry(row, entry_import.store.read(row)) for row in found.rows[: sheet.MOST_ROWS]]


def workbook(scope: RegisterScope, code: str, import_id: UUID) -> Response:
    """The sheet as it was handed in, with the faults at their cells; gone once the import has ended."""
    entry_import = _entry_import(scope, code)
    return xlsx(entry_import.returned(entry_import.uploads.get(import_id)), f"{code}-checked.xlsx")


def _entry_import(scope: RegisterScope, code: str) -> EntryImport:
    register = scope.register(code)
    edition_id, _tier = scope.edition()
    language = "en" if str(get_locale()) == "en" else "zh"
    return EntryImport(db(), actor(), register, scope.store(register), scope.uploads(register), edition_id, language)


def _apply(scope: RegisterScope, entry_import: EntryImport, row: Any, preview_digest: str) -> Mapping[str, int] | None:
    done = entry_import.apply(row, preview_digest)
    if done is None:
        return None
    scope.changed(entry_import.register, done.days)
    return done.counts


def _words(scope: RegisterScope, entry_import: EntryImport, here: str | None) -> dict[str, Any]:
    register, code = entry_import.register, entry_import.register.code
    crumbs: list[tuple[Any, str | None]] = [
        (_("登记簿"), url_for(".index")),
        (register.title.of(entry_import.language), url_for(".entries", code=code)),
        (_("导入"), url_for(".imports", code=code) if here else None),
    ]
    crumbs += [(HERE[here], None)] if here else []
    return {
        "scope": scope,
        "register": register,
        "locale": entry_import.language,
        "crumbs": crumbs,
        "changed": lambda line, at: _changed(register, line, at, entry_import.language),
    }


def _changed(register: Register, line: Line, at: str, language: str) -> tuple[str, Any, Any]:
    """What a row changes: what that is called, what it was and what it becomes."""
    assert line.record is not None
    after = line.values[at]
    if item := register.form.item(at):
        was, becomes = (forms.written(item, said, language) for said in (line.record.items.get(at), after))
        return item.text.of(language), was, becomes
    rows = next(one for one in register.rows if sheet.key(one) == at)
    before, then = (lines.written(rows, said, language) for said in (line.record.rows(rows.code), after))
    return rows.title.of(language), before, then
