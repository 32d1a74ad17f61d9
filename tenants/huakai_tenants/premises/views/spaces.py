"""The room's page of its spaces."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug import Response

from huakai_platform.kernel.access import ROOM, Permission
from huakai_platform.kernel.errors import Conflict
from huakai_platform.kernel.fields import Choice, Code, Form, Number, Text
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.inputs import Given
from huakai_tenants.premises import service
from huakai_tenants.premises.views import HEAD, blueprint

Page = str | tuple[str, int]


class Survey(Form):
    area = Number(1, 100_000, places=1)
    state = Choice(service.STATES, required=True)
    was = Text(max_length=40, required=True)


class Addition(Form):
    code = Code(required=True)


@blueprint.get("")
@guard(Permission.SPACES_READ, to=ROOM)
def index() -> Page:
    return _page()


@blueprint.post("/<uuid:space_id>")
@guard(Permission.SPACES_MANAGE, to=HEAD, sample="space")
def survey(space_id: UUID) -> Response | Page:
    given = inputs.form(Survey())
    if not given.ok:
        service.get(db(), space_id)
        return _page(space_id, given, status=422)
    try:
        service.survey(
            db(),
            actor(),
            space_id,
            area=given.values.get("area"),
            state=given.values["state"],
            was=given.values["was"],
        )
    except Conflict as refused:
        return _page(space_id, given.with_error("area", refused.message), status=refused.status)
    flash(gettext("已保存。"), "success")
    return redirect(url_for(".index", _anchor=f"space-{space_id}"), 303)


@blueprint.post("")
@guard(Permission.SPACES_MANAGE, to=HEAD)
def add() -> Response | Page:
    given = inputs.form(Addition())
    if not given.ok:
        return _page(given=given, status=422)
    service.add(db(), actor(), given.values["code"])
    flash(gettext("已增加空间。"), "success")
    return redirect(url_for(".index"), 303)


def _page(at: UUID | None = None, given: Given | None = None, *, status: int = 200) -> Page:
    """The page; `at` is the space whose form is shown again as it was typed."""
    page = render_template(
        "premises/index.html",
        premises=service.premises(db()),
        states=service.STATES,
        at=at,
        given=given,
        crumbs=[(gettext("今日"), "/room/"), (gettext("场地"), None)],
    )
    return (page, status) if status != 200 else page
