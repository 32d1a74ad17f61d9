"""What shows that an activity took place and what came of it: photos, and measures before and after."""

from uuid import UUID

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext
from werkzeug import Response as BaseResponse

from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import FileRefused, Invalid
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.inputs import FormResult
from huakai_tenants.activities import effects, photos, schemas, service
from huakai_tenants.activities.views import blueprint, showing

Answer = BaseResponse | str | tuple[str, int]


@blueprint.post("/<uuid:activity_id>/photos")
@guard(Permission.ACTIVITIES_MANAGE, sample="activity")
def attach(activity_id: UUID) -> Answer:
    service.get(db(), activity_id)
    file = request.files.get("file")
    try:
        if not inputs.form(schemas.Nothing()).ok or file is None or not file.filename:
            raise FileRefused(gettext("请选择照片。"))
        photos.attach(db(), actor(), activity_id, file.filename, file.read())
    except FileRefused as refused:
        return showing.page(activity_id, given=FormResult({}, {"file": [refused.message]}), at="photos", status=422)
    flash(gettext("照片已上传。"), "ok")
    return _back(activity_id, "photos")


@blueprint.get("/photos/<uuid:photo_id>")
@guard(Permission.ACTIVITIES_READ, sample="activity_photo")
def photo(photo_id: UUID) -> Response:
    response = Response(photos.get(db(), photo_id).content, mimetype="image/jpeg")
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@blueprint.post("/photos/<uuid:photo_id>/removal")
@guard(Permission.ACTIVITIES_MANAGE, sample="activity_photo")
def remove_photo(photo_id: UUID) -> BaseResponse:
    activity_id = photos.remove(db(), actor(), photo_id)
    flash(gettext("照片已删除。"), "ok")
    return _back(activity_id, "photos")


@blueprint.post("/<uuid:activity_id>/effects")
@guard(Permission.ACTIVITIES_MANAGE, sample="activity")
def add_effect(activity_id: UUID) -> Answer:
    service.get(db(), activity_id)
    given = inputs.form(schemas.Effect())
    if not given.ok:
        return showing.page(activity_id, given=given, at="effects", status=422)
    try:
        effects.add(db(), actor(), activity_id, given.values)
    except Invalid as refused:
        again = FormResult({}, refused.fields, given.raw)
        return showing.page(activity_id, given=again, at="effects", status=refused.status)
    flash(gettext("已保存。"), "ok")
    return _back(activity_id, "effects")


@blueprint.post("/effects/<uuid:effect_id>/removal")
@guard(Permission.ACTIVITIES_MANAGE, sample="activity_effect")
def remove_effect(effect_id: UUID) -> BaseResponse:
    activity_id = effects.remove(db(), actor(), effect_id)
    flash(gettext("已删除。"), "ok")
    return _back(activity_id, "effects")


def _back(activity_id: UUID, place: str) -> BaseResponse:
    return redirect(url_for(".show", activity_id=activity_id, _anchor=place), 303)
