"""The room's page of its spaces against the template: surveyed, added, taken on as a set."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug import Response

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import Conflict, Invalid
from huakai_platform.kernel.ids import uuid7
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.inputs import FormResult
from huakai_tenants.premises import extending, photos, schemas, service, standing, template
from huakai_tenants.premises.views import blueprint

Page = str | tuple[str, int]


@blueprint.get("")
@guard(Permission.SPACES_READ)
def index() -> Page:
    return _page()


@blueprint.post("/<uuid:space_id>")
@guard(Permission.SPACES_MANAGE, sample="space")
def survey(space_id: UUID) -> Response | Page:
    given = inputs.form(schemas.Survey())
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
@guard(Permission.SPACES_MANAGE)
def add() -> Response | Page:
    given = inputs.form(schemas.Addition())
    if not given.ok:
        return _page(given=given, status=422)
    service.add(db(), actor(), given.values["code"])
    flash(gettext("已增加空间。"), "success")
    return redirect(url_for(".index"), 303)


@blueprint.post("/own")
@guard(Permission.SPACES_MANAGE)
def add_own() -> Response | Page:
    given = inputs.form(schemas.Own())
    if not given.ok:
        return _page(given=given, status=422)
    try:
        space_id = extending.add_own(db(), actor(), given.values["name"])
    except Invalid as refused:
        return _page(given=FormResult({}, refused.fields, given.raw), status=refused.status)
    flash(gettext("已增加空间。"), "success")
    return redirect(url_for(".show", space_id=space_id), 303)


@blueprint.post("/sets/<code>/adoption")
@guard(Permission.SPACES_MANAGE, sample="set_of_spaces")
def adopt(code: str) -> Response:
    extending.adopt(db(), actor(), code)
    flash(gettext("已采用，请逐个登记面积和状态。"), "success")
    return redirect(url_for(".index"), 303)


@blueprint.post("/sets/<code>/withdrawal")
@guard(Permission.SPACES_MANAGE, sample="set_of_spaces")
def give_up(code: str) -> Response:
    try:
        extending.give_up(db(), actor(), code)
    except Conflict as refused:
        flash(refused.message, "warn")
    else:
        flash(gettext("已取消，没有登记过的空间已去掉。"), "success")
    return redirect(url_for(".index"), 303)


def _page(at: UUID | None = None, given: FormResult | None = None, *, status: int = 200) -> Page:
    """The page; `at` is the space whose form is shown again as it was typed."""
    page = render_template(
        "premises/index.html",
        premises=service.premises(db()),
        states=service.STATES,
        lacking=standing.missing(db(), clock.today()),
        pictures=photos.latest(db(), "space"),
        sets=extending.sets(db()),
        departments=template.departments(db()),
        at=at,
        given=given,
        key=str(uuid7()),
        crumbs=[(gettext("今日"), "/room/"), (gettext("场地"), None)],
    )
    return (page, status) if status != 200 else page
