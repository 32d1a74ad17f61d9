"""Telephone and mail of a member: sealed, and opened on one answer only."""

from uuid import UUID

from flask import flash, redirect, url_for
from flask_babel import gettext

from huakai_platform.kernel.access import Permission
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_tenants.staff import contacts, schemas, service
from huakai_tenants.staff.views import blueprint, page
from huakai_tenants.staff.views.page import Answer


@blueprint.post("/<uuid:member_id>/contact")
@guard(Permission.STAFF_MANAGE, sample="staff_member")
def keep_contact(member_id: UUID) -> Answer:
    service.get(db(), member_id)
    given = inputs.form(schemas.Contact())
    if not given.ok:
        return page.show(member_id, contact=given, status=422)
    contacts.keep(
        db(), actor(), page.key(), member_id, phone=given.values.get("phone"), email=given.values.get("email")
    )
    flash(gettext("联系方式已封存。"), "ok")
    return redirect(url_for(".show", member_id=member_id), 303)


@blueprint.post("/<uuid:member_id>/contact/opening")
@guard(Permission.STAFF_CONTACTS_READ, sample="staff_member")
def read_contact(member_id: UUID) -> Answer:
    """Shown once, on this answer only; nothing of it is kept anywhere."""
    service.get(db(), member_id)
    return page.show(member_id, opened=contacts.read(db(), actor(), page.key(), member_id))
