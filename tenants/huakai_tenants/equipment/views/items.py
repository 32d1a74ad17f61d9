"""One piece of equipment: written down, looked at, changed, photographed."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext

from huakai_platform.kernel.access import ROOM, Permission
from huakai_platform.kernel.errors import Conflict, FileRefused, Invalid
from huakai_platform.kernel.ids import uuid7
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.inputs import FormResult
from huakai_tenants.equipment import plan as plans
from huakai_tenants.equipment import schemas, service
from huakai_tenants.equipment.service import StaleVersion
from huakai_tenants.equipment.views import HEAD, STAFF, blueprint, page
from huakai_tenants.equipment.views.page import Answer
from huakai_tenants.premises import photos


@blueprint.get("/new")
@guard(Permission.EQUIPMENT_MANAGE, to=HEAD)
def new() -> Answer:
    """`kind` fills the form in already."""
    kind = inputs.query(schemas.New()).get("kind")
    return _form(None, FormResult({}, raw={"kind": kind, "quantity": 1}))


@blueprint.post("/new")
@guard(Permission.EQUIPMENT_MANAGE, to=HEAD)
def add() -> Answer:
    given = inputs.form(schemas.Item())
    if not given.ok:
        return _form(None, given, status=422)
    try:
        item = service.add(db(), actor(), given.values)
    except Invalid as refused:
        return _form(None, FormResult({}, refused.fields, given.raw), status=refused.status)
    flash(gettext("已登记。"), "ok")
    return redirect(url_for(".show", item_id=item.id), 303)


@blueprint.get("/<uuid:item_id>")
@guard(Permission.EQUIPMENT_READ, to=ROOM, sample="equipment_item")
def show(item_id: UUID) -> Answer:
    return page.show(item_id)


@blueprint.get("/<uuid:item_id>/edit")
@guard(Permission.EQUIPMENT_MANAGE, to=HEAD, sample="equipment_item")
def edit(item_id: UUID) -> Answer:
    item = service.get(db(), item_id)
    return _form(item_id, FormResult({}, raw={name: getattr(item, name) for name in (*service.FIELDS, "version")}))


@blueprint.post("/<uuid:item_id>/edit")
@guard(Permission.EQUIPMENT_MANAGE, to=HEAD, sample="equipment_item")
def change(item_id: UUID) -> Answer:
    service.get(db(), item_id)
    given = inputs.form(schemas.Item())
    if not given.ok:
        return _form(item_id, given, status=422)
    try:
        service.change(db(), actor(), item_id, given.values, version=given.values["version"])
    except StaleVersion as stale:
        raw = {**given.raw, "version": stale.version}
        return _form(item_id, FormResult({}, raw=raw), stale=stale, status=stale.status)
    except Invalid as refused:
        return _form(item_id, FormResult({}, refused.fields, given.raw), status=refused.status)
    flash(gettext("已保存。"), "ok")
    return redirect(url_for(".show", item_id=item_id), 303)


@blueprint.post("/<uuid:item_id>/photos")
@guard(Permission.EQUIPMENT_CHECK, to=STAFF, sample="equipment_item")
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


def _form(item_id: UUID | None, given: FormResult, *, stale: Conflict | None = None, status: int = 200) -> Answer:
    shown = render_template(
        "equipment/form.html",
        item_id=item_id,
        values=given.raw,
        errors=given.errors,
        stale=stale,
        labels=service.FIELDS,
        places=page.places(),
        key=str(uuid7()),
        **page.words(plans.plan(db())),
    )
    return (shown, status) if status != 200 else shown
