"""A sheet of a register on its way in, the same at every level: template, upload, dry run, and what came of it."""

from typing import Any
from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import get_locale, gettext, ngettext
from werkzeug import Response as BaseResponse

from huakai_platform import forms
from huakai_platform.kernel.errors import FileRefused
from huakai_platform.kernel.fields import Choice, Code, Flag, Form
from huakai_platform.kernel.fields import Page as Paged
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.ids import uuid7
from huakai_platform.registers import judging, listing, sheet
from huakai_platform.registers.importing import Intake
from huakai_platform.registers.pages import XLSX, Desk, Page
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db

PAGE_SIZE = 100


class Template(Form):
    filled = Flag(load_default=False)


class Asked(Form):
    show = Choice(judging.STATES)
    page = Paged()


class Application(Form):
    mark = Code(r"[0-9a-f]{64}", required=True)


class OnlyFile(Form):
    """A form of which only the file matters."""


def imports(desk: Desk, code: str) -> str:
    """Uploads that were left lying go when somebody comes here."""
    intake = _intake(desk, code)
    intake.uploads.forget()
    return _upload_page(desk, intake)


def template(desk: Desk, code: str) -> Response:
    """Empty, or with the newest entries in force, as many as fit."""
    intake, asked = _intake(desk, code), {"state": "in_force", "sort": "-day"}
    filled = inputs.query(Template())["filled"]
    entries = listing.every(db(), intake.shelf, intake.register, asked)[: sheet.MOST_ROWS] if filled else []
    return _handed(intake.template(entries), f"{code}-template.xlsx")


def upload(desk: Desk, code: str) -> Page:
    """Keep the file for its dry run; one that cannot be read comes back with the reason."""
    intake, file = _intake(desk, code), request.files.get("file")
    try:
        if not inputs.form(OnlyFile()).ok or file is None or not file.filename:
            raise FileRefused(gettext("请选择填好的表。"))
        import_id = intake.check(_named(file.filename), file.read())
    except FileRefused as refused:
        return _upload_page(desk, intake, {"file": [refused.message]}), 422
    return redirect(url_for(".import_report", code=code, import_id=import_id), 303)


def report(desk: Desk, code: str, import_id: UUID) -> Page:
    intake, asked = _intake(desk, code), inputs.query(Asked())
    row = intake.uploads.get(import_id)
    if row.state != "checked":
        return render_template("registers/imported.html", kept=row, **_words(desk, intake, _("导入结果")))
    return _report_page(desk, intake, row, asked)


def workbook(desk: Desk, code: str, import_id: UUID) -> Response:
    """The sheet as it was handed in, with the faults at their cells; gone once the import has ended."""
    intake = _intake(desk, code)
    return _handed(intake.returned(intake.uploads.get(import_id)), f"{code}-checked.xlsx")


def apply(desk: Desk, code: str, import_id: UUID) -> Page:
    intake = _intake(desk, code)
    row, given = intake.uploads.get(import_id, lock=True), inputs.form(Application())
    if row.state == "checked":
        done = intake.apply(row, given.values.get("mark", ""))
        if done is None:
            flash(gettext("登记在检查之后有变动，请核对新的结果后再确认。"), "warn")
        else:
            desk.changed(intake.register, done.days)
            total = done.counts[judging.ADDED] + done.counts[judging.CHANGED]
            flash(ngettext("已写入 %(num)s 条。", "已写入 %(num)s 条。", total), "ok")
    return redirect(url_for(".import_report", code=code, import_id=import_id), 303)


def discard(desk: Desk, code: str, import_id: UUID) -> BaseResponse:
    intake = _intake(desk, code)
    inputs.form(OnlyFile())
    intake.discard(intake.uploads.get(import_id, lock=True))
    flash(gettext("已放弃这次导入，上传的文件已删除。"), "ok")
    return redirect(url_for(".imports", code=code), 303)


def _intake(desk: Desk, code: str) -> Intake:
    register = desk.register(code)
    edition_id, _tier = desk.edition()
    return Intake(db(), actor(), register, desk.shelf(register), desk.uploads(register), edition_id, _language())


def _upload_page(desk: Desk, intake: Intake, errors: dict[str, list[str]] | None = None) -> str:
    return render_template(
        "registers/imports.html",
        latest=intake.uploads.latest(),
        columns=sheet.columns(intake.register, intake.language),
        guide=sheet.guide(intake.register),
        errors=errors or {},
        key=str(uuid7()),
        **_words(desk, intake, None),
    )


def _report_page(desk: Desk, intake: Intake, row: Any, asked: Any) -> str:
    found, show = intake.report(row), asked.get("show")
    lines = [one for one in found.rows if show in (None, one.state)]
    pages = max(1, -(-len(lines) // PAGE_SIZE))
    page = min(asked["page"], pages)
    return render_template(
        "registers/import_report.html",
        kept=row,
        found=found,
        counts=found.counts,
        lines=[(one, judging.faults(found.listing, one)) for one in lines[(page - 1) * PAGE_SIZE :][:PAGE_SIZE]],
        total=len(lines),
        page=page,
        pages=pages,
        show=show,
        key=str(uuid7()),
        **_words(desk, intake, _("检查结果")),
    )


def _words(desk: Desk, intake: Intake, here: str | None) -> dict[str, Any]:
    register, code = intake.register, intake.register.code
    crumbs: list[tuple[Any, str | None]] = [
        (_("登记簿"), url_for(".index")),
        (register.title.of(intake.language), url_for(".entries", code=code)),
        (_("导入"), url_for(".imports", code=code) if here else None),
    ]
    crumbs += [(here, None)] if here else []
    return {"desk": desk, "register": register, "locale": intake.language, "crumbs": crumbs, "written": forms.written}


def _language() -> str:
    return "en" if str(get_locale()) == "en" else "zh"


def _handed(workbook: bytes, name: str) -> Response:
    response = Response(workbook, mimetype=XLSX)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _named(filename: str) -> str:
    """The last part of a file's name, without what cannot be seen."""
    plain = "".join(char for char in filename.replace("\\", "/").rpartition("/")[2] if char.isprintable())
    return plain[-120:].strip()
