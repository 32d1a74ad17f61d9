"""One piece of equipment: written down, looked at, changed, photographed."""

from uuid import UUID

from flask import flash, redirect, request, url_for
from flask_babel import gettext

from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import FileRefused, Invalid
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.inputs import FormResult
from huakai_tenants.equipment import schemas, service
from huakai_tenants.equipment.views import blueprint, page
from huakai_tenants.equipment.views.page import Answer
from huakai_tenants.premises import photos


@blueprint.get("/<uuid:item_id>")
@guard(Permission.EQUIPMENT_READ, sample="equipment_item")
def show(item_id: UUID) -> Answer:
    return page.show(item_id)


@blueprint.post("/<uuid:item_id>/photos")
@guard(Permission.EQUIPMENT_CHECK, sample="equipment_item")
def attach(item_id: UUID) -> Answer:
    service.get(db(), item_id)
    given, file = inputs.form(schemas.Photo()), request.files.get("file")
    if not given.ok:
        return page.show(item_id, form="photo", given=given, status=422)
    try:
        if file is None or not file.filename:
            raise FileRefused(gettext("请选择照片。"))
        photos.attach(db(), actor(), "equipment", item_id, file.read(), taken_on=given.values.get("taken_on"))
    except FileRefused as refused:
        return page.show(item_id, form="photo", given=given.with_error("file", refused.message), status=422)
    except Invalid as refused:
        return page.show(item_id, form="photo", given=FormResult({}, refused.fields, given.raw), status=422)
    flash(gettext("照片已保存。"), "ok")
    return redirect(url_for(".show", item_id=item_id, _anchor="photos"), 303)
