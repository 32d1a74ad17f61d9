"""One member of the register: looked at, gone, back again."""

from uuid import UUID

from flask import flash, redirect, url_for
from flask_babel import gettext

from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import Invalid
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.inputs import FormResult
from huakai_tenants.staff import schemas, service
from huakai_tenants.staff.views import blueprint, page
from huakai_tenants.staff.views.page import Answer


@blueprint.get("/<uuid:member_id>")
@guard(Permission.STAFF_READ, sample="staff_member")
def show(member_id: UUID) -> Answer:
    return page.show(member_id)


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
