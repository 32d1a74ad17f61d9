"""The scans of a certificate: uploaded, looked at on record, taken away for a reason."""

from uuid import UUID

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext
from werkzeug import Response as BaseResponse

from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import FileRefused
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.inputs import FormResult
from huakai_tenants.staff import files, qualifications, schemas
from huakai_tenants.staff.views import blueprint, page
from huakai_tenants.staff.views.page import Answer


@blueprint.post("/qualifications/<uuid:qualification_id>/scans")
@guard(Permission.STAFF_MANAGE, sample="qualification")
def attach(qualification_id: UUID) -> Answer:
    row, file = qualifications.get(db(), qualification_id), request.files.get("file")
    try:
        if not inputs.form(schemas.Nothing()).ok or file is None or not file.filename:
            raise FileRefused(gettext("请选择扫描件。"))
        files.attach(db(), actor(), row.member_id, row.id, file.filename, file.read(), kind=files.QUALIFICATION)
    except FileRefused as refused:
        return page.show(row.member_id, scan=(row.id, FormResult({}, {"file": [refused.message]})), status=422)
    flash(gettext("扫描件已上传。"), "ok")
    return _back(row.member_id)


@blueprint.get("/scans/<uuid:file_id>")
@guard(Permission.STAFF_MANAGE, sample="staff_file")
def scan(file_id: UUID) -> Response:
    """A picture may stand in the browser, a PDF is only handed over; neither may run anything."""
    row = files.read(db(), actor(), file_id)
    response = Response(row.content, mimetype=row.media_type)
    shown = "attachment" if row.media_type == files.PDF else "inline"
    response.headers.set("Content-Disposition", shown, filename=row.name)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@blueprint.post("/scans/<uuid:file_id>/removal")
@guard(Permission.STAFF_MANAGE, sample="staff_file")
def remove_scan(file_id: UUID) -> Answer:
    row, given = files.get(db(), file_id), inputs.form(schemas.Removal())
    if not given.ok:
        return page.show(row.member_id, removal=(row.id, given), status=422)
    member_id = files.remove(db(), actor(), file_id, given.values["reason"])
    flash(gettext("扫描件已删除。"), "ok")
    return _back(member_id)


def _back(member_id: UUID) -> BaseResponse:
    return redirect(url_for(".show", member_id=member_id, _anchor="certificates"), 303)
