"""An activity written down, changed, called off and taken up again."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from sqlalchemy import or_, select
from werkzeug import Response as BaseResponse

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import Invalid, StaleVersion
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.inputs import FormResult
from huakai_tenants.activities import checking, materials, schemas, service
from huakai_tenants.activities.models import Activity
from huakai_tenants.activities.views import blueprint, showing
from huakai_tenants.activities.views.words import spoken, words
from huakai_tenants.staff.models import StaffMember

Answer = BaseResponse | str | tuple[str, int]


@blueprint.get("/new")
@guard(Permission.ACTIVITIES_MANAGE)
def new() -> Answer:
    asked = inputs.query(schemas.New())
    day = asked.get("on") or clock.today()
    state = "planned" if day > clock.today() else "held"
    raw = {"held_on": day.isoformat(), "state": state, "theme": asked.get("theme"), "sessions": "1"}
    return form(None, FormResult({}, raw=raw | ({"sessions": ""} if state == "planned" else {})))


@blueprint.post("/new")
@guard(Permission.ACTIVITIES_MANAGE)
def add() -> Answer:
    given = inputs.form(schemas.Activity())
    if not given.ok:
        return form(None, given, status=422)
    try:
        activity_id = service.add(db(), actor(), given.values)
    except Invalid as refused:
        return form(None, FormResult({}, refused.fields, given.raw), status=refused.status)
    flash(gettext("已登记活动。"), "ok")
    return redirect(url_for(".show", activity_id=activity_id), 303)


@blueprint.get("/<uuid:activity_id>/edit")
@guard(Permission.ACTIVITIES_MANAGE, sample="activity")
def edit(activity_id: UUID) -> Answer:
    row = service.get(db(), activity_id)
    return form(row, FormResult({}, raw=_raw(row)))


@blueprint.post("/<uuid:activity_id>/edit")
@guard(Permission.ACTIVITIES_MANAGE, sample="activity")
def change(activity_id: UUID) -> Answer:
    row, given = service.get(db(), activity_id), inputs.form(schemas.Change())
    if not given.ok:
        return form(row, given, status=422)
    try:
        service.change(db(), actor(), activity_id, given.values, version=given.values["version"])
    except StaleVersion as stale:
        raw = {**given.raw, "version": stale.version}
        return form(row, FormResult({}, raw=raw), stale=stale, status=stale.status)
    except Invalid as refused:
        return form(row, FormResult({}, refused.fields, given.raw), status=refused.status)
    flash(gettext("已保存。"), "ok")
    return redirect(url_for(".show", activity_id=activity_id), 303)


@blueprint.post("/<uuid:activity_id>/cancellation")
@guard(Permission.ACTIVITIES_MANAGE, sample="activity")
def cancel(activity_id: UUID) -> Answer:
    service.get(db(), activity_id)
    given = inputs.form(schemas.Cancellation())
    if not given.ok:
        return showing.page(activity_id, given=given, at="cancellation", status=422)
    service.cancel(db(), actor(), activity_id, given.values["reason"])
    flash(gettext("活动已取消，不再计入数字。"), "ok")
    return redirect(url_for(".show", activity_id=activity_id), 303)


@blueprint.post("/<uuid:activity_id>/restoration")
@guard(Permission.ACTIVITIES_MANAGE, sample="activity")
def restore(activity_id: UUID) -> Answer:
    service.restore(db(), actor(), activity_id)
    flash(gettext("活动已恢复为计划中。"), "ok")
    return redirect(url_for(".edit", activity_id=activity_id), 303)


def form(row: Activity | None, given: FormResult, *, stale: StaleVersion | None = None, status: int = 200) -> Answer:
    """The form of an activity; what was refused comes back as it was typed."""
    shown = words()
    changes = (
        [(label, *(spoken(shown["known"], one) for one in both)) for label, *both in stale.changes] if (stale) else []
    )
    page = render_template(
        "activities/form.html",
        activity=row,
        values=given.raw,
        errors=given.errors,
        stale=stale,
        changes=changes,
        people=_staff(row),
        neighbours=checking.neighbours(db()),
        **shown,
    )
    return (page, status) if status != 200 else page


def _staff(row: Activity | None) -> list[StaffMember]:
    """Who may lead an activity: those in service, and who did."""
    today = clock.today()
    named = [UUID(one) for one in row.facilitators] if row else []
    serving = or_(StaffMember.left_on.is_(None), StaffMember.left_on > today, StaffMember.id.in_(named))
    return list(db().scalars(select(StaffMember).where(serving).order_by(StaffMember.number)))


def _raw(row: Activity) -> Mapping[str, Any]:
    raw = {name: getattr(row, name) for name in (*service.FIELDS, "version")}
    return raw | {"materials": materials.written(row.materials), "counted": "true" if row.counted else "false"}
