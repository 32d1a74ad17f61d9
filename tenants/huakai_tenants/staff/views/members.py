"""One member of the register: written down, changed, gone, back again."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import Conflict, Invalid, StaleVersion
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.inputs import FormResult
from huakai_tenants.staff import listing, posts, schemas, service
from huakai_tenants.staff.views import blueprint, page
from huakai_tenants.staff.views.page import Answer


@blueprint.get("/new")
@guard(Permission.STAFF_MANAGE)
def new() -> Answer:
    return _form(None, FormResult({}, raw={"joined_on": clock.today().isoformat(), "employment": "full_time"}))


@blueprint.post("/new")
@guard(Permission.STAFF_MANAGE)
def add() -> Answer:
    given = inputs.form(schemas.Member())
    if not given.ok:
        return _form(None, given, status=422)
    try:
        member = service.add(db(), actor(), given.values)
    except Invalid as refused:
        return _form(None, FormResult({}, refused.fields, given.raw), status=refused.status)
    flash(gettext("已登记。"), "ok")
    return redirect(url_for(".show", member_id=member.id), 303)


@blueprint.get("/<uuid:member_id>")
@guard(Permission.STAFF_READ, sample="staff_member")
def show(member_id: UUID) -> Answer:
    return page.show(member_id)


@blueprint.get("/<uuid:member_id>/edit")
@guard(Permission.STAFF_MANAGE, sample="staff_member")
def edit(member_id: UUID) -> Answer:
    member = service.get(db(), member_id)
    return _form(member_id, FormResult({}, raw={name: getattr(member, name) for name in (*service.FIELDS, "version")}))


@blueprint.post("/<uuid:member_id>/edit")
@guard(Permission.STAFF_MANAGE, sample="staff_member")
def change(member_id: UUID) -> Answer:
    service.get(db(), member_id)
    given = inputs.form(schemas.Member())
    if not given.ok:
        return _form(member_id, given, status=422)
    try:
        service.change(db(), actor(), member_id, given.values, version=given.values["version"])
    except StaleVersion as stale:
        raw = {**given.raw, "version": stale.version}
        return _form(member_id, FormResult({}, raw=raw), stale=stale, status=stale.status)
    except Invalid as refused:
        return _form(member_id, FormResult({}, refused.fields, given.raw), status=refused.status)
    flash(gettext("已保存。"), "ok")
    return redirect(url_for(".show", member_id=member_id), 303)


@blueprint.post("/<uuid:member_id>/leaving")
@guard(Permission.STAFF_MANAGE, sample="staff_member")
def leave(member_id: UUID) -> Answer:
    service.get(db(), member_id)
    given = inputs.form(schemas.Leaving())
    if not given.ok:
        return page.show(member_id, leaving=given, status=422)
    try:
        service.leave(db(), actor(), member_id, given.values["left_on"])
    except Invalid as refused:
        return page.show(member_id, leaving=FormResult({}, refused.fields, given.raw), status=refused.status)
    flash(gettext("已登记离岗，培训和证书记录仍保留。"), "ok")
    return redirect(url_for(".show", member_id=member_id), 303)


@blueprint.post("/<uuid:member_id>/return")
@guard(Permission.STAFF_MANAGE, sample="staff_member")
def come_back(member_id: UUID) -> Answer:
    service.come_back(db(), actor(), member_id)
    flash(gettext("已登记返岗，请核对 A/B 角。"), "ok")
    return redirect(url_for(".show", member_id=member_id), 303)


def _form(member_id: UUID | None, given: FormResult, *, stale: Conflict | None = None, status: int = 200) -> Answer:
    shown = render_template(
        "staff/form.html",
        member_id=member_id,
        values=given.raw,
        errors=given.errors,
        stale=stale,
        labels=service.FIELDS,
        accounts=listing.accounts(db()),
        **page.words(posts.plan(db())),
    )
    return (shown, status) if status != 200 else shown
