"""A register on its way in: upload, columns, dry run, result."""

from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug import Response as BaseResponse

import huakai_templates
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import FileRefused, Invalid
from huakai_platform.kernel.i18n import unpack
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.text import file_name
from huakai_platform.onboarding import exporting, importing, opening, register, summaries
from huakai_platform.onboarding import imports as uploads
from huakai_platform.onboarding.models import RegisterImport
from huakai_platform.onboarding.register import FIELDS, SHORTEST_REASON
from huakai_platform.onboarding.register.fields import REQUIRED
from huakai_platform.onboarding.schemas import Columns, MarkedQuery, Nothing, Override, ReportQuery
from huakai_platform.onboarding.views.blueprints import blueprint
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.downloads import xlsx

PAGE_SIZE = 100
SAMPLE = Path(huakai_templates.__file__).parent / "data" / "register-sample.xlsx"
Answer = str | BaseResponse | tuple[str, int]


@blueprint.get("/imports")
@guard(Permission.REGISTER_IMPORT)
def imports() -> str:
    return _upload_page()


@blueprint.get("/imports/template")
@guard(Permission.REGISTER_IMPORT)
def import_template() -> Response:
    return xlsx(register.template(), "register-template.xlsx")


@blueprint.post("/imports")
@guard(Permission.REGISTER_IMPORT)
def upload() -> Answer:
    """Keep the file with its dry run; a file that cannot be read comes back with the reason."""
    given = inputs.form(Nothing())
    file = request.files.get("file")
    try:
        if not given.ok or file is None or not file.filename:
            raise FileRefused(gettext("请选择登记表文件。"))
        kept = importing.check(db(), actor(), file_name(file.filename) or gettext("登记表"), file.read())
    except FileRefused as refused:
        return _upload_page({"file": refused.message}), 422
    return redirect(url_for(".columns" if "missing" in kept.summary else ".import_report", import_id=kept.id), 303)


@blueprint.post("/imports/sample")
@guard(Permission.REGISTER_IMPORT)
def upload_sample() -> Answer:
    """The dry run of the sample register that comes with the product; nothing is written before it is confirmed."""
    kept = importing.check(db(), actor(), SAMPLE.name, SAMPLE.read_bytes())
    return redirect(url_for(".import_report", import_id=kept.id), 303)


@blueprint.get("/imports/<uuid:import_id>")
@guard(Permission.REGISTER_IMPORT, sample="register_import")
def import_report(import_id: UUID) -> Answer:
    kept = uploads.get(db(), actor(), import_id)
    if "missing" in kept.summary:
        return redirect(url_for(".columns", import_id=import_id), 303)
    return _report_page(kept)


@blueprint.get("/imports/<uuid:import_id>/columns")
@guard(Permission.REGISTER_IMPORT, sample="register_import")
def columns(import_id: UUID) -> Answer:
    kept = uploads.get(db(), actor(), import_id)
    if kept.state != "checked":
        return redirect(url_for(".import_report", import_id=import_id), 303)
    errors = {name: gettext("请指明这一列。") for name in kept.summary.get("missing", ())}
    return _columns_page(kept, kept.mapping["columns"], errors)


@blueprint.post("/imports/<uuid:import_id>/columns")
@guard(Permission.REGISTER_IMPORT, sample="register_import")
def correct_columns(import_id: UUID) -> Answer:
    """Read the same file by other columns; two fields may not share one."""
    given = inputs.form(Columns())
    errors: dict[str, Any] = {**given.errors, **_shared(given.values)}
    errors |= {field: gettext("请指明这一列。") for field in REQUIRED if field not in given.raw or not given.raw[field]}
    if not errors:
        try:
            importing.recheck(
                db(), actor(), import_id, mapping={field.value: given.values.get(field) for field in FIELDS}
            )
        except Invalid as invalid:
            errors = {**invalid.fields}
        else:
            return redirect(url_for(".import_report", import_id=import_id), 303)
    return _columns_page(uploads.get(db(), actor(), import_id), given.raw, errors), 422


@blueprint.post("/imports/<uuid:import_id>/overrides")
@guard(Permission.REGISTER_IMPORT, sample="register_import")
def override(import_id: UUID) -> Answer:
    """Let a possible duplicate in for a reason, or take the reason back."""
    given = inputs.form(Override())
    if given.ok and 0 < len(given.values["reason"]) < SHORTEST_REASON:
        given = given.with_error("reason", gettext("理由至少 %(count)s 个字。", count=SHORTEST_REASON))
    if not given.ok:
        return _report_page(uploads.get(db(), actor(), import_id), given), 422
    importing.recheck(db(), actor(), import_id, overrides={given.values["row"]: given.values["reason"]})
    flash(gettext("已重新检查第 %(row)s 行。", row=given.values["row"]), "ok")
    return redirect(url_for(".import_report", import_id=import_id, _anchor=f"row-{given.values['row']}"), 303)


@blueprint.get("/imports/<uuid:import_id>/workbook")
@guard(Permission.REGISTER_IMPORT, sample="register_import")
def import_workbook(import_id: UUID) -> Response:
    """The workbook with its problems marked; once the file is gone, the list of what stayed out."""
    only_bad = inputs.query(MarkedQuery())["only_bad"]
    kept = uploads.get(db(), actor(), import_id)
    if kept.state != "checked":
        return xlsx(exporting.problems(kept), "problems.xlsx")
    data = importing.returned(db(), actor(), import_id, only_bad=only_bad)
    return xlsx(data, f"{kept.filename.rpartition('.')[0] or kept.filename}-checked.xlsx")


@blueprint.post("/imports/<uuid:import_id>/application")
@guard(Permission.REGISTER_IMPORT, sample="register_import")
def apply_import(import_id: UUID) -> BaseResponse:
    applied = importing.apply(db(), actor(), import_id)
    flash(gettext("导入完成：新增 %(created)s 个站点。", created=applied.created), "ok")
    return redirect(url_for(".import_report", import_id=import_id), 303)


@blueprint.post("/imports/<uuid:import_id>/openings")
@guard(Permission.SITES_DECIDE, sample="register_import")
def open_imported(import_id: UUID) -> BaseResponse:
    """Begin to open what the import has brought in."""
    kept = uploads.get(db(), actor(), import_id)
    begun = opening.start(db(), actor(), uploads.candidates(db(), actor(), kept))
    return redirect(url_for("operations.show", operation_id=begun.id), 303)


@blueprint.post("/imports/<uuid:import_id>/discard")
@guard(Permission.REGISTER_IMPORT, sample="register_import")
def discard_import(import_id: UUID) -> BaseResponse:
    importing.discard(db(), actor(), import_id)
    flash(gettext("已放弃这次导入，没有写入任何站点。"), "ok")
    return redirect(url_for(".imports"), 303)


def _upload_page(errors: dict[str, str] | None = None) -> str:
    return render_template(
        "onboarding/imports.html",
        latest=uploads.latest(db(), actor()),
        fields=FIELDS,
        required=REQUIRED,
        errors=errors or {},
        key=new_key,
    )


def _columns_page(kept: RegisterImport, values: Any, errors: Any) -> str:
    return render_template(
        "onboarding/imports_columns.html",
        kept=kept,
        fields=FIELDS,
        required=REQUIRED,
        values=values,
        errors=errors,
        key=new_key,
    )


def _report_page(kept: RegisterImport, given: inputs.FormResult | None = None) -> str:
    asked = inputs.query(ReportQuery())
    lines = summaries.lines(kept.summary, asked.get("show"))
    page = min(asked["page"], max(1, -(-len(lines) // PAGE_SIZE)))
    return render_template(
        "onboarding/imports_report.html",
        kept=kept,
        counts=kept.summary["counts"],
        notes=[unpack(one) for one in kept.mapping.get("unread", ())],
        lines=lines[(page - 1) * PAGE_SIZE : page * PAGE_SIZE],
        total=len(lines),
        page=page,
        pages=max(1, -(-len(lines) // PAGE_SIZE)),
        show=asked.get("show", ""),
        given=given,
        earlier=uploads.earlier(db(), kept) if kept.state == "checked" else None,
        ready=[one for one in uploads.candidates(db(), actor(), kept) if one.hindrance is None]
        if kept.state == "applied"
        else [],
        key=new_key,
    )


def _shared(values: Any) -> dict[str, str]:
    chosen = list(values.values())
    message = gettext("这一列已用于另一项。")
    return {field: message for field, column in values.items() if chosen.count(column) > 1}


def new_key() -> str:
    """A key for one form, so that sending it twice does it once."""
    return str(uuid7())
