"""The pages of what was recorded: the list, the form, and what is done with a record."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext, ngettext
from werkzeug import Response as BaseResponse

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import Conflict, Invalid, StaleVersion
from huakai_platform.kernel.i18n import _
from huakai_platform.resources.pages import Pages
from huakai_platform.resources.routes import list_routes
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.inputs import FormResult
from huakai_tenants.staff import files
from huakai_tenants.staff import service as staff
from huakai_tenants.training import listing, scans, schemas, service
from huakai_tenants.training.listing import TRAINING
from huakai_tenants.training.views import blueprint
from huakai_tenants.training.views.words import words

Answer = BaseResponse | str | tuple[str, int]


PAGES = Pages(TRAINING, "record_id", listed="listed", single="edit", template="training/records.html")
list_routes(blueprint, PAGES, at="/records", workbook="/records.xlsx", read=Permission.TRAINING_READ)


@blueprint.get("/records/new")
@guard(Permission.TRAINING_MANAGE)
def new() -> Answer:
    return form(None, FormResult({}, raw={"held_on": clock.today().isoformat()}))


@blueprint.post("/records/new")
@guard(Permission.TRAINING_MANAGE)
def add() -> Answer:
    given = inputs.form(schemas.Session())
    if not given.ok:
        return form(None, given, status=422)
    try:
        number = len(service.add(db(), actor(), given.values))
    except Invalid as refused:
        return form(None, FormResult({}, refused.fields, given.raw), status=refused.status)
    flash(ngettext("已登记 %(num)s 人。", "已登记 %(num)s 人。", number), "ok")
    return redirect(url_for(".listed"), 303)


@blueprint.get("/records/<uuid:record_id>/edit")
@guard(Permission.TRAINING_MANAGE, sample="training_record")
def edit(record_id: UUID) -> Answer:
    return form(record_id)


@blueprint.post("/records/<uuid:record_id>/edit")
@guard(Permission.TRAINING_MANAGE, sample="training_record")
def change(record_id: UUID) -> Answer:
    service.get(db(), record_id)
    given = inputs.form(schemas.Change())
    if not given.ok:
        return form(record_id, given, status=422)
    try:
        service.change(db(), actor(), record_id, given.values, version=given.values["version"])
    except StaleVersion as stale:
        raw = {**given.raw, "version": stale.version}
        return form(record_id, FormResult({}, raw=raw), stale=stale, status=stale.status)
    except Invalid as refused:
        return form(record_id, FormResult({}, refused.fields, given.raw), status=refused.status)
    flash(gettext("已保存。"), "ok")
    return redirect(url_for(".listed"), 303)


@blueprint.post("/records/<uuid:record_id>/removal")
@guard(Permission.TRAINING_MANAGE, sample="training_record")
def remove(record_id: UUID) -> Answer:
    row = service.get(db(), record_id)
    given = inputs.form(schemas.Removal())
    if not given.ok:
        raw = {name: getattr(row, name) for name in (*service.FIELDS, "version")}
        return form(record_id, FormResult({}, given.errors, raw), status=422)
    service.remove(db(), actor(), record_id, given.values["reason"])
    flash(gettext("已删除。"), "ok")
    return redirect(url_for(".listed"), 303)


def form(
    record_id: UUID | None,
    given: FormResult | None = None,
    *,
    stale: Conflict | None = None,
    scan: FormResult | None = None,
    removal: tuple[UUID, FormResult] | None = None,
    status: int = 200,
) -> Answer:
    """The form of a record, of an old one with its scans; what was refused comes back as it was typed."""
    record = service.get(db(), record_id) if record_id else None
    given = given or FormResult({}, raw={name: getattr(record, name) for name in (*service.FIELDS, "version")})
    page = render_template(
        "training/form.html",
        record=record,
        holder=staff.get(db(), record.member_id) if record else None,
        people=[] if record else listing.people(db(), clock.today()),
        scans=scans.of(db(), record) if record else [],
        scan=scan or FormResult({}),
        removal=removal or (None, FormResult({})),
        values=given.raw,
        errors=given.errors,
        stale=stale,
        labels={**service.FIELDS, "course": _("课程"), "members": _("人员"), "reason": _("删除原因")},
        reasons=service.REASONS,
        scan_reasons=files.REASONS,
        **words(),
    )
    return (page, status) if status != 200 else page
