"""A run's workbook on its way in: download, upload, dry run, and the writing once it is confirmed."""

from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug import Response as BaseResponse

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import Conflict, FileRefused
from huakai_platform.kernel.fields import Form, Text
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.ids import uuid7
from huakai_platform.web import import_flow, inputs
from huakai_platform.web.api.uploads import named
from huakai_platform.web.context import actor, app_state, db, guard
from huakai_platform.web.pages import say
from huakai_tenants.checklists import filled, service
from huakai_tenants.checklists.views import blueprint
from huakai_tenants.checklists.views.history import workbook
from huakai_tenants.sheets import service as sheets

Answer = str | BaseResponse | tuple[str, int]


class Nothing(Form):
    """A file comes beside it."""


class Application(Form):
    mark = Text(max_length=64, required=True)


@blueprint.get("/checklists/<uuid:run_id>/import")
@guard(Permission.CHECKLISTS_FILL, sample="run")
def run_import(run_id: UUID) -> str:
    return _upload_page(run_id)


@blueprint.post("/checklists/<uuid:run_id>/import")
@guard(Permission.CHECKLISTS_FILL, sample="run")
def upload_run(run_id: UUID) -> Answer:
    """Keep the workbook for its dry run; one that cannot be read comes back with the reason."""
    service.get(db(), run_id)
    file = request.files.get("file")
    try:
        if not inputs.form(Nothing()).ok or file is None or not file.filename:
            raise FileRefused(gettext("请选择填好的工作簿。"))
        import_id = filled.check(db(), actor(), _key(), run_id, named(file.filename), file.read())
    except (Conflict, FileRefused) as refused:
        return _upload_page(run_id, refused.message), refused.status
    return redirect(url_for(".run_report", run_id=run_id, import_id=import_id), 303)


@blueprint.get("/checklists/<uuid:run_id>/import/<uuid:import_id>")
@guard(Permission.CHECKLISTS_FILL, sample="run_import")
def run_report(run_id: UUID, import_id: UUID) -> Answer:
    row, sheet = sheets.get(db(), filled.kind(run_id), import_id), service.sheet(db(), run_id)
    if row.state != "checked":
        flash(gettext("这次导入已经结束。"), "info")
        return redirect(url_for(".show", run_id=run_id), 303)
    found = filled.report(db(), _key(), run_id, row)
    return render_template("checklists/filled.html", sheet=sheet, kept=row, found=found, key=str(uuid7()))


@blueprint.get("/checklists/<uuid:run_id>/import/<uuid:import_id>/workbook")
@guard(Permission.CHECKLISTS_FILL, sample="run_import")
def run_report_workbook(run_id: UUID, import_id: UUID) -> Response:
    """The workbook as it was handed in, with the faults at their cells."""
    row = sheets.get(db(), filled.kind(run_id), import_id)
    data = filled.returned(db(), _key(), run_id, row)
    return workbook(data, f"checklist-checked-{clock.today().isoformat()}.xlsx")


@blueprint.post("/checklists/<uuid:run_id>/import/<uuid:import_id>")
@guard(Permission.CHECKLISTS_FILL, sample="run_import")
def apply_run(run_id: UUID, import_id: UUID) -> Answer:
    given = inputs.form(Application())
    with db().begin_nested():
        done = filled.apply(db(), actor(), _key(), run_id, import_id, given.values.get("mark", ""))
    if done is None:
        flash(say(_unwritten(run_id, import_id, given.ok)), "warn")
        return redirect(url_for(".run_report", run_id=run_id, import_id=import_id), 303)
    flash(ngettext("已写入 %(num)s 项。", "已写入 %(num)s 项。", done), "ok")
    return redirect(url_for(".show", run_id=run_id), 303)


def _unwritten(run_id: UUID, import_id: UUID, marked: bool) -> Message:
    """Why nothing was written; only what was confirmed before can have changed since."""
    if marked:
        return _("检查之后有人填写了其中的项目，请核对新的结果后再确认。")
    row = sheets.get(db(), filled.kind(run_id), import_id)
    return import_flow.unmarked(bool(filled.report(db(), _key(), run_id, row).changes))


def _upload_page(run_id: UUID, error: str | None = None) -> str:
    errors = {"file": [error]} if error else {}
    sheet = service.sheet(db(), run_id)
    return render_template("checklists/import.html", sheet=sheet, errors=errors, key=str(uuid7()))


def _key() -> bytes | None:
    return app_state().settings.master_key
