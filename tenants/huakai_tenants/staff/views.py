"""The room's pages of its staff: the register, one member, and what is done with either."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask_babel import get_locale, gettext
from marshmallow import ValidationError
from werkzeug import Response as BaseResponse

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Permission, Role
from huakai_platform.kernel.errors import Conflict, Invalid
from huakai_platform.web import idempotency, inputs
from huakai_platform.web.context import actor, db, frame, guard
from huakai_platform.web.inputs import Given
from huakai_tenants.staff import contacts, enrolling, exporting, posts, qualifications, register, schemas, service
from huakai_tenants.staff.service import Overtaken

blueprint = Blueprint("staff", __name__, url_prefix="/room/staff")
STAFF = {Role.SITE_HEAD, Role.COUNSELLOR, Role.SITE_WORKER}
HEAD = {Role.SITE_HEAD}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Answer = BaseResponse | str | tuple[str, int]


@blueprint.get("")
@guard(Permission.STAFF_READ, to=STAFF)
def index() -> str:
    asked = inputs.query(schemas.Listing())
    wanted, plan, today = register.Filter(**asked), posts.plan(db()), clock.today()
    return render_template(
        "staff/index.html",
        listing=register.find(db(), wanted, plan, today),
        wanted=wanted,
        narrowed=sorted(set(asked) & {"q", "post", "employment", "ab", "check"}) or wanted.state != "active",
        shown={name: value for name, value in asked.items() if name != "page"},
        gaps=register.gaps(db(), plan),
        newcomers=register.newcomers(db()) if actor().can(Permission.STAFF_MANAGE) else [],
        oldest=register.oldest_check(plan, today),
        **_words(plan),
    )


@blueprint.get("/register.xlsx")
@guard(Permission.STAFF_READ, to=STAFF)
def export() -> Response:
    """What the list shows, all pages of it."""
    plan = posts.plan(db())
    rows = register.every(db(), register.Filter(**inputs.query(schemas.Listing())), plan, clock.today())
    language = "en" if str(get_locale()) == "en" else "zh"
    response = Response(exporting.workbook(db(), actor(), plan, rows, language), mimetype=XLSX)
    response.headers["Content-Disposition"] = 'attachment; filename="huakai-staff.xlsx"'
    return response


@blueprint.post("/takeover")
@guard(Permission.STAFF_MANAGE, to=HEAD)
def take_over() -> BaseResponse:
    if enrolling.take_over(db(), actor()):
        flash(gettext("已登记，请核对岗位和用工形式。"), "ok")
    return redirect(url_for(".index"), 303)


@blueprint.get("/new")
@guard(Permission.STAFF_MANAGE, to=HEAD)
def new() -> Answer:
    return _form(None, Given({}, raw={"joined_on": clock.today().isoformat(), "employment": "full_time"}))


@blueprint.post("/new")
@guard(Permission.STAFF_MANAGE, to=HEAD)
def add() -> Answer:
    given = inputs.form(schemas.Member())
    if not given.ok:
        return _form(None, given, status=422)
    try:
        member = service.add(db(), actor(), given.values)
    except Invalid as refused:
        return _form(None, Given({}, refused.fields, given.raw), status=refused.status)
    flash(gettext("已登记。"), "ok")
    return redirect(url_for(".show", member_id=member.id), 303)


@blueprint.get("/<uuid:member_id>")
@guard(Permission.STAFF_READ, to=STAFF, sample="staff_member")
def show(member_id: UUID) -> Answer:
    return _page(member_id)


@blueprint.get("/<uuid:member_id>/edit")
@guard(Permission.STAFF_MANAGE, to=HEAD, sample="staff_member")
def edit(member_id: UUID) -> Answer:
    member = service.get(db(), member_id)
    return _form(member_id, Given({}, raw={name: getattr(member, name) for name in (*service.FIELDS, "version")}))


@blueprint.post("/<uuid:member_id>/edit")
@guard(Permission.STAFF_MANAGE, to=HEAD, sample="staff_member")
def change(member_id: UUID) -> Answer:
    service.get(db(), member_id)
    given = inputs.form(schemas.Member())
    if not given.ok:
        return _form(member_id, given, status=422)
    try:
        service.change(db(), actor(), member_id, given.values, version=given.values["version"])
    except Overtaken as overtaken:
        raw = {**given.raw, "version": overtaken.version}
        return _form(member_id, Given({}, raw=raw), overtaken=overtaken, status=overtaken.status)
    except Invalid as refused:
        return _form(member_id, Given({}, refused.fields, given.raw), status=refused.status)
    flash(gettext("已保存。"), "ok")
    return redirect(url_for(".show", member_id=member_id), 303)


@blueprint.post("/<uuid:member_id>/leaving")
@guard(Permission.STAFF_MANAGE, to=HEAD, sample="staff_member")
def leave(member_id: UUID) -> Answer:
    service.get(db(), member_id)
    given = inputs.form(schemas.Leaving())
    if not given.ok:
        return _page(member_id, leaving=given, status=422)
    try:
        service.leave(db(), actor(), member_id, given.values["left_on"])
    except Invalid as refused:
        return _page(member_id, leaving=Given({}, refused.fields, given.raw), status=refused.status)
    flash(gettext("已登记离岗，培训和证书记录仍保留。"), "ok")
    return redirect(url_for(".show", member_id=member_id), 303)


@blueprint.post("/<uuid:member_id>/return")
@guard(Permission.STAFF_MANAGE, to=HEAD, sample="staff_member")
def come_back(member_id: UUID) -> Answer:
    service.come_back(db(), actor(), member_id)
    flash(gettext("已登记返岗，请核对 A/B 角。"), "ok")
    return redirect(url_for(".show", member_id=member_id), 303)


@blueprint.post("/<uuid:member_id>/contact")
@guard(Permission.STAFF_MANAGE, to=HEAD, sample="staff_member")
def keep_contact(member_id: UUID) -> Answer:
    service.get(db(), member_id)
    given = inputs.form(schemas.Contact())
    try:
        email = schemas.email(given.values.get("email"))
    except ValidationError as error:
        given = given.with_error("email", error.messages[0])
    if not given.ok:
        return _page(member_id, contact=given, status=422)
    contacts.keep(db(), actor(), _key(), member_id, phone=given.values.get("phone"), email=email)
    flash(gettext("联系方式已封存。"), "ok")
    return redirect(url_for(".show", member_id=member_id), 303)


@blueprint.post("/<uuid:member_id>/contact/opening")
@guard(Permission.STAFF_CONTACTS_READ, to=HEAD, sample="staff_member")
def read_contact(member_id: UUID) -> Answer:
    """Shown once, on this answer only; nothing of it is kept anywhere."""
    service.get(db(), member_id)
    idempotency.forget()
    return _page(member_id, opened=contacts.read(db(), actor(), _key(), member_id))


@blueprint.post("/<uuid:member_id>/qualifications")
@guard(Permission.STAFF_MANAGE, to=HEAD, sample="staff_member")
def add_qualification(member_id: UUID) -> Answer:
    service.get(db(), member_id)
    given = inputs.form(schemas.Certificate())
    if not given.ok:
        return _page(member_id, certificate=given, status=422)
    try:
        qualifications.add(db(), actor(), member_id, given.values)
    except Invalid as refused:
        return _page(member_id, certificate=Given({}, refused.fields, given.raw), status=refused.status)
    flash(gettext("证书已登记，请由本人以外的人核验。"), "ok")
    return redirect(url_for(".show", member_id=member_id), 303)


@blueprint.post("/qualifications/<uuid:qualification_id>/verification")
@guard(Permission.STAFF_MANAGE, to=HEAD, sample="qualification")
def verify(qualification_id: UUID) -> Answer:
    member_id = qualifications.verify(db(), actor(), qualification_id)
    flash(gettext("证书已核验。"), "ok")
    return redirect(url_for(".show", member_id=member_id), 303)


@blueprint.post("/qualifications/<uuid:qualification_id>/removal")
@guard(Permission.STAFF_MANAGE, to=HEAD, sample="qualification")
def remove(qualification_id: UUID) -> Answer:
    member_id = qualifications.remove(db(), actor(), qualification_id)
    flash(gettext("证书已删除。"), "ok")
    return redirect(url_for(".show", member_id=member_id), 303)


def _key() -> bytes | None:
    return frame().settings.master_key


def _words(plan: posts.Plan) -> dict[str, Any]:
    return {
        "plan": plan,
        "employments": posts.EMPLOYMENTS,
        "roles": posts.AB,
        "checks": register.CHECKS,
        "states": register.STATES,
        "today": clock.today(),
    }


def _form(member_id: UUID | None, given: Given, *, overtaken: Conflict | None = None, status: int = 200) -> Answer:
    page = render_template(
        "staff/form.html",
        member_id=member_id,
        values=given.raw,
        errors=given.errors,
        overtaken=overtaken,
        labels=service.FIELDS,
        accounts=register.accounts(db()),
        **_words(posts.plan(db())),
    )
    return (page, status) if status != 200 else page


def _page(
    member_id: UUID,
    *,
    opened: contacts.Opened | None = None,
    leaving: Given | None = None,
    contact: Given | None = None,
    certificate: Given | None = None,
    status: int = 200,
) -> Answer:
    """A member with the forms of the page; the one that was refused comes back as it was typed."""
    blank, plan = Given({}), posts.plan(db())
    page = render_template(
        "staff/show.html",
        member=service.get(db(), member_id),
        hint=contacts.hint(db(), member_id),
        opened=opened,
        certificates=qualifications.of(db(), member_id),
        leaving=leaving or blank,
        contact=contact or blank,
        certificate=certificate or blank,
        oldest=register.oldest_check(plan, clock.today()),
        **_words(plan),
    )
    return (page, status) if status != 200 else page
