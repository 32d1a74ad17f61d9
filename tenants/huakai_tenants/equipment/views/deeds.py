"""What is done with a piece of equipment: checked, sent for repair, taken back, scrapped."""

from uuid import UUID

from flask import flash, redirect, url_for
from flask_babel import gettext
from marshmallow import Schema

from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import Conflict, Invalid
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.inputs import FormResult
from huakai_tenants.equipment import schemas, service
from huakai_tenants.equipment.views import blueprint, page
from huakai_tenants.equipment.views.page import Answer


@blueprint.post("/<uuid:item_id>/check")
@guard(Permission.EQUIPMENT_CHECK, sample="equipment_item")
def check(item_id: UUID) -> Answer:
    return _do(item_id, "check", schemas.Check())


@blueprint.post("/<uuid:item_id>/repair")
@guard(Permission.EQUIPMENT_CHECK, sample="equipment_item")
def send(item_id: UUID) -> Answer:
    return _do(item_id, "repair", schemas.Moved())


@blueprint.post("/<uuid:item_id>/return")
@guard(Permission.EQUIPMENT_CHECK, sample="equipment_item")
def take_back(item_id: UUID) -> Answer:
    return _do(item_id, "return", schemas.Moved())


@blueprint.post("/<uuid:item_id>/scrapping")
@guard(Permission.EQUIPMENT_MANAGE, sample="equipment_item")
def scrap(item_id: UUID) -> Answer:
    return _do(item_id, "scrapping", schemas.Scrapping())


def _do(item_id: UUID, form: str, schema: Schema) -> Answer:
    """The page again with what was typed where it was refused."""
    service.get(db(), item_id)
    given = inputs.form(schema)
    if not given.ok:
        return page.show(item_id, form=form, given=given, status=422)
    try:
        _deed(item_id, form, given)
    except Invalid as refused:
        return page.show(item_id, form=form, given=FormResult({}, refused.fields, given.raw), status=refused.status)
    except Conflict as refused:
        return page.show(item_id, form=form, given=given.with_error("held_on", refused.message), status=refused.status)
    flash(gettext("已记录。"), "ok")
    return redirect(url_for(".show", item_id=item_id), 303)


def _deed(item_id: UUID, form: str, given: FormResult) -> None:
    on, note = given.values["held_on"], given.values.get("note")
    if form == "check":
        ok = given.values["found"] == "ok"
        if not service.check(db(), actor(), [item_id], ok=ok, on=on, note=note):
            raise Conflict(gettext("这件设备已经报废，不能再改动。"))
    elif form == "repair":
        service.send(db(), actor(), item_id, on=on, note=note)
    elif form == "return":
        service.take_back(db(), actor(), item_id, on=on, note=note)
    else:
        service.scrap(db(), actor(), item_id, on=on, reason=given.values["reason"], note=note)
