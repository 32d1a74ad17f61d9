"""A sheet of equipment on its way in: template, upload, dry run, and what came of it."""

from typing import Any
from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug import Response as BaseResponse

from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import FileRefused
from huakai_platform.kernel.ids import uuid7
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, frame, guard
from huakai_tenants.equipment import importing, schemas, service, sheet
from huakai_tenants.equipment import plan as plans
from huakai_tenants.equipment.importing import Reading
from huakai_tenants.equipment.views import HEAD, blueprint
from huakai_tenants.equipment.views.page import Answer, book, language, places, words
from huakai_tenants.sheets import service as sheets
from huakai_tenants.sheets.models import SheetImport

PAGE_SIZE = 100


@blueprint.get("/imports")
@guard(Permission.EQUIPMENT_MANAGE, to=HEAD)
def imports() -> str:
    """Uploads that were left lying go when somebody comes here."""
    sheets.forget(db(), importing.KIND)
    return _upload_page()


@blueprint.get("/imports/template.xlsx")
@guard(Permission.EQUIPMENT_MANAGE, to=HEAD)
def import_template() -> Response:
    """Empty, or with what is in the register."""
    filled = inputs.query(schemas.Template())["filled"]
    content = sheet.template(db(), actor(), plans.plan(db()), places(), language(), filled=filled)
    return book(content, "huakai-equipment-template.xlsx")


@blueprint.post("/imports")
@guard(Permission.EQUIPMENT_MANAGE, to=HEAD)
def upload() -> Answer:
    """Keep the file for its dry run; one that cannot be read comes back with the reason."""
    file = request.files.get("file")
    try:
        if not inputs.form(schemas.Nothing()).ok or file is None or not file.filename:
            raise FileRefused(gettext("请选择设备表。"))
        import_id = importing.check(db(), actor(), _key(), _named(file.filename), file.read(), _reading())
    except FileRefused as refused:
        return _upload_page({"file": [refused.message]}), 422
    return redirect(url_for(".import_report", import_id=import_id), 303)


@blueprint.get("/imports/<uuid:import_id>")
@guard(Permission.EQUIPMENT_MANAGE, to=HEAD, sample="equipment_import")
def import_report(import_id: UUID) -> Answer:
    row, asked = sheets.get(db(), importing.KIND, import_id), inputs.query(schemas.Report())
    if row.state != "checked":
        return render_template("equipment/imported.html", kept=row)
    return _report_page(row, asked)


@blueprint.get("/imports/<uuid:import_id>/workbook")
@guard(Permission.EQUIPMENT_MANAGE, to=HEAD, sample="equipment_import")
def import_workbook(import_id: UUID) -> Response:
    """The sheet as it was handed in, with the faults at their cells; gone once the import has ended."""
    row = sheets.get(db(), importing.KIND, import_id)
    return book(importing.returned(db(), actor(), _key(), row, _reading()), "huakai-equipment-checked.xlsx")


@blueprint.post("/imports/<uuid:import_id>/application")
@guard(Permission.EQUIPMENT_MANAGE, to=HEAD, sample="equipment_import")
def apply_import(import_id: UUID) -> Answer:
    row = sheets.get(db(), importing.KIND, import_id, lock=True)
    given = inputs.form(schemas.Application())
    if row.state == "checked":
        done = importing.apply(db(), actor(), _key(), row, _reading(), given.values.get("mark", ""))
        if done is None:
            flash(gettext("设备登记在检查之后有变动，请核对新的结果后再确认。"), "warn")
        else:
            total = done[importing.ADDED] + done[importing.CHANGED]
            flash(ngettext("已写入 %(num)s 条。", "已写入 %(num)s 条。", total), "ok")
    return redirect(url_for(".import_report", import_id=import_id), 303)


@blueprint.post("/imports/<uuid:import_id>/discard")
@guard(Permission.EQUIPMENT_MANAGE, to=HEAD, sample="equipment_import")
def discard_import(import_id: UUID) -> BaseResponse:
    importing.discard(db(), actor(), sheets.get(db(), importing.KIND, import_id, lock=True))
    flash(gettext("已放弃这次导入，上传的文件已删除。"), "ok")
    return redirect(url_for(".imports"), 303)


def _upload_page(errors: dict[str, list[str]] | None = None) -> str:
    return render_template(
        "equipment/imports.html",
        latest=sheets.latest(db(), importing.KIND),
        columns=sheet.columns(plans.plan(db()), places(), language()),
        guide=sheet.GUIDE,
        errors=errors or {},
        key=str(uuid7()),
    )


def _report_page(row: SheetImport, asked: Any) -> str:
    found, show = importing.report(db(), _key(), row, _reading()), asked.get("show")
    lines = [one for one in found.rows if show in (None, one.state)]
    pages = max(1, -(-len(lines) // PAGE_SIZE))
    page = min(asked["page"], pages)
    return render_template(
        "equipment/import_report.html",
        kept=row,
        found=found,
        counts=found.counts,
        lines=lines[(page - 1) * PAGE_SIZE :][:PAGE_SIZE],
        labels=service.FIELDS,
        total=len(lines),
        page=page,
        pages=pages,
        show=show,
        key=str(uuid7()),
        places=dict(places()),
        **words(plans.plan(db())),
    )


def _reading() -> Reading:
    return Reading(plans.plan(db()), places(), language())


def _key() -> bytes | None:
    return frame().settings.master_key


def _named(filename: str) -> str:
    """The last part of a file's name, without what cannot be seen."""
    plain = "".join(char for char in filename.replace("\\", "/").rpartition("/")[2] if char.isprintable())
    return plain[-120:].strip()
