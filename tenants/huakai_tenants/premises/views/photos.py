"""A photograph of the premises: shown, and taken away for a reason."""

from uuid import UUID

from flask import Response, flash, redirect, url_for
from flask_babel import gettext
from werkzeug import Response as BaseResponse

from huakai_platform.kernel.access import Permission
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_tenants.premises import photos, schemas
from huakai_tenants.premises.views import blueprint


@blueprint.get("/photos/<uuid:photo_id>")
@guard(Permission.SPACES_READ, sample="premises_photo")
def photo(photo_id: UUID) -> Response:
    response = Response(photos.content(db(), photo_id), mimetype="image/jpeg")
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


@blueprint.post("/photos/<uuid:photo_id>/removal")
@guard(Permission.SPACES_MANAGE, sample="premises_photo")
def remove_photo(photo_id: UUID) -> BaseResponse:
    """Without a reason nothing is taken away."""
    row, given = photos.get(db(), photo_id), inputs.form(schemas.Removal())
    back = _page(row.subject, row.shows)
    if given.ok:
        photos.remove(db(), actor(), photo_id, given.values["reason"])
        flash(gettext("照片已删除。"), "ok")
    else:
        flash(gettext("请选择删除照片的原因。"), "warn")
    return redirect(back, 303)


def _page(subject: str, shows: UUID) -> str:
    """Where the photograph is shown."""
    if subject == "equipment":
        return url_for("equipment.show", item_id=shows, _anchor="photos")
    if subject == "wall_document":
        return url_for("wall_documents.index")
    return url_for(".show", space_id=shows, _anchor="photos")
