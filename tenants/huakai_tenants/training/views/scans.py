"""The scans of a training certificate: uploaded, looked at on record, taken away for a reason."""

from uuid import UUID

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext
from werkzeug import Response as BaseResponse

from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import FileRefused
from huakai_platform.resources.pages import Answer
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.inputs import FormResult
from huakai_tenants.staff import files
from huakai_tenants.training import scans, schemas, service
from huakai_tenants.training.views import blueprint
from huakai_tenants.training.views.records import FORMS


@blueprint.post("/records/<uuid:record_id>/scans")
@guard(Permission.TRAINING_MANAGE, sample="training_record")
def attach(record_id: UUID) -> Answer:
    record = service.get(db(), record_id)
    file = request.files.get("file")
    try:
        if not inputs.form(schemas.Nothing()).ok or file is None or not file.filename:
            raise FileRefused(gettext("请选择扫描件。"))
        scans.attach(db(), actor(), record, file.filename, file.read())
    except FileRefused as refused:
        return FORMS.again(record_id, scan=FormResult({}, {"file": [refused.message]}), status=422)
    flash(gettext("扫描件已上传。"), "ok")
    return _back(record_id)


@blueprint.get("/scans/<uuid:file_id>")
@guard(Permission.TRAINING_MANAGE, sample="training_scan")
def scan(file_id: UUID) -> Response:
    """A picture may stand in the browser, a PDF is only handed over; neither may run anything."""
    row = scans.read(db(), actor(), file_id)
    response = Response(row.content, mimetype=row.media_type)
    shown = "attachment" if row.media_type == files.PDF else "inline"
    response.headers.set("Content-Disposition", shown, filename=row.name)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@blueprint.post("/scans/<uuid:file_id>/removal")
@guard(Permission.TRAINING_MANAGE, sample="training_scan")
def remove_scan(file_id: UUID) -> Answer:
    row, given = scans.get(db(), file_id), inputs.form(schemas.ScanRemoval())
    record_id = row.proves
    if not given.ok:
        return FORMS.again(record_id, removal=(file_id, given), status=422)
    files.remove(db(), actor(), file_id, given.values["reason"])
    flash(gettext("扫描件已删除。"), "ok")
    return _back(record_id)


def _back(record_id: UUID) -> BaseResponse:
    return redirect(url_for(".edit", record_id=record_id, _anchor="scans"), 303)
