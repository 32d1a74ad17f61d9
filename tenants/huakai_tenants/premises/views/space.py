"""One space: what it is for, with whom it is shared, and its photographs."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug import Response

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import Conflict, FileRefused, Invalid, StaleVersion
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.inputs import FormResult
from huakai_tenants.premises import extending, functions, photos, schemas, service, template
from huakai_tenants.premises.views import blueprint

Page = str | tuple[str, int]


@blueprint.get("/<uuid:space_id>")
@guard(Permission.SPACES_READ, sample="space")
def show(space_id: UUID) -> Page:
    return _page(space_id)


@blueprint.post("/<uuid:space_id>/description")
@guard(Permission.SPACES_MANAGE, sample="space")
def describe(space_id: UUID) -> Response | Page:
    service.get(db(), space_id)
    given = inputs.form(schemas.Description())
    if not given.ok:
        return _page(space_id, given, status=422)
    try:
        extending.describe(db(), actor(), space_id, given.values, version=given.values["version"])
    except StaleVersion as stale:
        again = FormResult({}, {"version": [stale.message]}, {**given.raw, "version": stale.version})
        return _page(space_id, again, status=stale.status)
    except Invalid as refused:
        return _page(space_id, FormResult({}, refused.fields, given.raw), status=refused.status)
    flash(gettext("已保存。"), "success")
    return redirect(url_for(".show", space_id=space_id), 303)


@blueprint.post("/<uuid:space_id>/justification")
@guard(Permission.SPACES_MANAGE, sample="space")
def justify(space_id: UUID) -> Response | Page:
    """Why a function room is to be here although another site has one."""
    service.get(db(), space_id)
    given = inputs.form(schemas.Justification())
    if not given.ok:
        return _page(space_id, twin=given, status=422)
    try:
        functions.justify(db(), actor(), space_id, given.values["reason"])
    except Conflict as refused:
        return _page(space_id, twin=given.with_error("reason", refused.message), status=refused.status)
    flash(gettext("理由已保存，现在可以标为“可使用”。"), "success")
    return redirect(url_for(".show", space_id=space_id), 303)


@blueprint.post("/<uuid:space_id>/photos")
@guard(Permission.SPACES_MANAGE, sample="space")
def attach(space_id: UUID) -> Response | Page:
    service.get(db(), space_id)
    given, file = inputs.form(schemas.Photo()), request.files.get("file")
    if not given.ok:
        return _page(space_id, photo=given, status=422)
    try:
        if file is None or not file.filename:
            raise FileRefused(gettext("请选择照片。"))
        photos.attach(db(), actor(), "space", space_id, file.read(), taken_on=given.values.get("taken_on"))
    except FileRefused as refused:
        return _page(space_id, photo=given.with_error("file", refused.message), status=422)
    except Invalid as refused:
        return _page(space_id, photo=FormResult({}, refused.fields, given.raw), status=422)
    flash(gettext("照片已保存。"), "success")
    return redirect(url_for(".show", space_id=space_id, _anchor="photos"), 303)


def _page(
    space_id: UUID,
    given: FormResult | None = None,
    photo: FormResult | None = None,
    twin: FormResult | None = None,
    *,
    status: int = 200,
) -> Page:
    one = service.get(db(), space_id)
    page = render_template(
        "premises/show.html",
        one=one,
        own=one.space.code.startswith(extending.OWN),
        pictures=photos.of(db(), "space", space_id),
        reasons=photos.REASONS,
        departments=template.departments(db()),
        labels=extending.FIELDS,
        states=service.STATES,
        today=clock.today(),
        values=given.raw if given else {name: getattr(one.space, name) for name in (*extending.FIELDS, "version")},
        errors=given.errors if given else {},
        photo=photo,
        twin=twin,
    )
    return (page, status) if status != 200 else page
