"""A sheet of a register on its way in, the same at every level: template, upload, dry run, and what came of it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response, url_for
from flask_babel import get_locale, ngettext

from huakai_platform import forms
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.registers import lines, listing, sheet
from huakai_platform.registers.definitions import Register
from huakai_platform.registers.importing import Intake
from huakai_platform.registers.judging import Judged
from huakai_platform.registers.pages import Desk
from huakai_platform.web import intake as incoming
from huakai_platform.web.context import actor, db
from huakai_platform.web.intake import handed

HERE: Mapping[str, Message] = {"report": _("检查结果"), "result": _("导入结果")}


def pages(desk: Desk, code: str) -> incoming.Intake:
    """The pages of one register's sheets. Raises NotFound."""
    intake = _intake(desk, code)
    return incoming.Intake(
        folder="registers",
        missing=_("请选择填好的表。"),
        moved=_("登记在检查之后有变动，请核对新的结果后再确认。"),
        written=lambda total: ngettext("已写入 %(num)s 条。", "已写入 %(num)s 条。", total),
        get=intake.uploads.get,
        forget=intake.uploads.forget,
        latest=intake.uploads.latest,
        columns=lambda: sheet.columns(intake.register, intake.language),
        guide=sheet.guide(intake.register),
        check=intake.check,
        report=intake.report,
        apply=lambda row, mark: _apply(desk, intake, row, mark),
        discard=intake.discard,
        words=lambda here: _words(desk, intake, here),
        place={"code": code},
    )


def template(desk: Desk, code: str) -> Response:
    """Empty, or with the newest entries in force, as many as fit."""
    intake, asked = _intake(desk, code), {"state": "in_force", "sort": "-day"}
    known = incoming.filled()
    entries = listing.every(db(), intake.shelf, intake.register, asked)[: sheet.MOST_ROWS] if known else []
    return handed(intake.template(entries), f"{code}-template.xlsx")


def workbook(desk: Desk, code: str, import_id: UUID) -> Response:
    """The sheet as it was handed in, with the faults at their cells; gone once the import has ended."""
    intake = _intake(desk, code)
    return handed(intake.returned(intake.uploads.get(import_id)), f"{code}-checked.xlsx")


def _intake(desk: Desk, code: str) -> Intake:
    register = desk.register(code)
    edition_id, _tier = desk.edition()
    language = "en" if str(get_locale()) == "en" else "zh"
    return Intake(db(), actor(), register, desk.shelf(register), desk.uploads(register), edition_id, language)


def _apply(desk: Desk, intake: Intake, row: Any, mark: str) -> Mapping[str, int] | None:
    done = intake.apply(row, mark)
    if done is None:
        return None
    desk.changed(intake.register, done.days)
    return done.counts


def _words(desk: Desk, intake: Intake, here: str | None) -> dict[str, Any]:
    register, code = intake.register, intake.register.code
    crumbs: list[tuple[Any, str | None]] = [
        (_("登记簿"), url_for(".index")),
        (register.title.of(intake.language), url_for(".entries", code=code)),
        (_("导入"), url_for(".imports", code=code) if here else None),
    ]
    crumbs += [(HERE[here], None)] if here else []
    return {
        "desk": desk,
        "register": register,
        "locale": intake.language,
        "crumbs": crumbs,
        "changed": lambda line, at: _changed(register, line, at, intake.language),
    }


def _changed(register: Register, line: Judged, at: str, language: str) -> tuple[str, Any, Any]:
    """What a row changes: what that is called, what it was and what it becomes."""
    assert line.entry is not None
    if item := register.form.item(at):
        before, after = (forms.written(item, said.get(at), language) for said in (line.entry.items, line.items))
        return item.text.of(language), before, after
    rows = next(one for one in register.rows if sheet.key(one) == at)
    was, becomes = (lines.written(rows, said, language) for said in (line.entry.rows(rows.code), line.rows[rows.code]))
    return rows.title.of(language), was, becomes
