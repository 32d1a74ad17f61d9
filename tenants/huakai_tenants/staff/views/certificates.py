"""The certificates of a member: written down, checked by somebody else, taken away."""

from uuid import UUID

from flask import flash, redirect, url_for
from flask_babel import gettext

from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import Invalid
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.inputs import FormResult
from huakai_tenants.staff import qualifications, schemas, service
from huakai_tenants.staff.views import blueprint, page
from huakai_tenants.staff.views.page import Answer


@blueprint.post("/<uuid:member_id>/qualifications")
@guard(Permission.STAFF_MANAGE, sample="staff_member")
def add_qualification(member_id: UUID) -> Answer:
    service.get(db(), member_id)
    given = inputs.form(schemas.Certificate())
    if not given.ok:
        return page.show(member_id, certificate=given, status=422)
    try:
        qualifications.add(db(), actor(), member_id, given.values)
    except Invalid as refused:
        return page.show(member_id, certificate=FormResult({}, refused.fields, given.raw), status=refused.status)
    flash(gettext("证书已登记，请由本人以外的人核验。"), "ok")
    return redirect(url_for(".show", member_id=member_id), 303)


@blueprint.post("/qualifications/<uuid:qualification_id>/verification")
@guard(Permission.STAFF_MANAGE, sample="qualification")
def verify(qualification_id: UUID) -> Answer:
    member_id = qualifications.verify(db(), actor(), qualification_id)
    flash(gettext("证书已核验。"), "ok")
    return redirect(url_for(".show", member_id=member_id), 303)


@blueprint.post("/qualifications/<uuid:qualification_id>/removal")
@guard(Permission.STAFF_MANAGE, sample="qualification")
def remove(qualification_id: UUID) -> Answer:
    member_id = qualifications.remove(db(), actor(), qualification_id)
    flash(gettext("证书已删除。"), "ok")
    return redirect(url_for(".show", member_id=member_id), 303)
