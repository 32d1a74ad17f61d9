"""Open points of a room: the list, one with its history, and what is done about it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug import Response as BaseResponse

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import Conflict, Invalid
from huakai_platform.kernel.fields import Choice, Date, Form, Id, Int, Page, Text
from huakai_platform.kernel.ids import uuid7
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_tenants.checklists import closure, point_listing, pointproofs
from huakai_tenants.checklists.views import blueprint
from huakai_tenants.checklists.views.history import workbook
from huakai_tenants.checklists.views.runs import proof

Answer = str | BaseResponse | tuple[str, int]


class PointsQuery(Form):
    state = Choice(point_listing.SHOWN, load_default="unsettled")
    owner = Id()
    sort = Choice([*point_listing.SORTS, *(f"-{name}" for name in point_listing.SORTS)], load_default="due")
    page = Page(load_default=1)


class Deed(Form):
    deed = Choice(closure.DEEDS, required=True)
    text = Text(max_length=1000, multiline=True, load_default="")
    owner_id = Id(load_default=None)
    due_on = Date(load_default=None)
    version = Int(1, required=True)


@blueprint.get("/points")
@guard(Permission.POINTS_READ)
def points() -> str:
    return render_template(
        "checklists/points.html",
        listing=point_listing.list_page(db(), actor(), inputs.query(PointsQuery())),
        owners=point_listing.owners(db()),
        states=[one for one in point_listing.SHOWN.items() if one[0] != "unsettled"],
        names=point_listing.STATES,
        day=clock.today(),
        shown={name: value for name, value in request.args.items() if value and name != "page"},
    )


@blueprint.get("/points/export")
@guard(Permission.POINTS_READ)
def export_points() -> Response:
    """What the list shows, all pages of it."""
    data = point_listing.export(db(), actor(), inputs.query(PointsQuery()))
    return workbook(data, f"points-{clock.today().isoformat()}.xlsx")


@blueprint.get("/points/<uuid:point_id>")
@guard(Permission.POINTS_READ, sample="point")
def point(point_id: UUID) -> str:
    return _page(point_id)


@blueprint.post("/points/<uuid:point_id>/entries")
@guard(Permission.POINTS_MANAGE, sample="point")
def act(point_id: UUID) -> Answer:
    """One deed more in the point's history."""
    given = inputs.form(Deed())
    if not given.ok:
        return _page(point_id, given.raw, given.errors), 422
    files = [(one.filename, one.read()) for one in request.files.getlist("files") if one.filename]
    said = closure.Said(given.values["text"], given.values["owner_id"], given.values["due_on"], files)
    try:
        with db().begin_nested():
            closure.act(db(), actor(), point_id, given.values["deed"], said, version=given.values["version"])
    except Invalid as invalid:
        return _page(point_id, given.raw, invalid.fields), 422
    except Conflict as conflict:
        return _page(point_id, given.raw, {"": [conflict.message]}), 409
    flash(gettext("已记录。"), "ok")
    return redirect(url_for(".point", point_id=point_id), 303)


@blueprint.get("/points/files/<uuid:file_id>")
@guard(Permission.POINTS_READ, sample="point_file")
def point_attachment(file_id: UUID) -> Response:
    return proof(*pointproofs.file(db(), file_id))


def _page(point_id: UUID, values: Mapping[str, Any] | None = None, errors: Mapping[str, Any] | None = None) -> str:
    return render_template(
        "checklists/point.html",
        dossier=point_listing.get(db(), point_id),
        names=point_listing.STATES,
        deeds=point_listing.DEEDS,
        day=clock.today(),
        values=values or {},
        errors=errors or {},
        key=lambda: str(uuid7()),
    )
