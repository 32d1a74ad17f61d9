"""The staff register of a room for programs."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import fields

from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.fields import Date, Phone, Strict
from huakai_platform.resources.api import Operations, Told, Words, operations
from huakai_platform.web import api
from huakai_platform.web.context import actor, app_state, db, guard
from huakai_tenants.staff import contacts, service
from huakai_tenants.staff.fields import Email
from huakai_tenants.staff.listing import STAFF

blueprint = api.Resources("staff", __name__, "人员名册 The staff register", room=True)
EXAMPLE = {"name": "Li Si", "post": "counsellor", "employment": "full_time", "joined_on": "2026-01-05"}
KNOWN = [one for one in STAFF.filters if one.name != "training"]
"""What a program may ask: how the training stands is told by that of training."""


class Leaving(Strict):
    left_on = Date(required=True)


class Reaching(Strict):
    phone = Phone(allow_none=True)
    email = Email(max_length=200, allow_none=True)


class Contact(api.Shape):
    phone = fields.String(allow_none=True)
    email = fields.String(allow_none=True)


OPERATIONS = Operations(replace(STAFF, filters=KNOWN), service, "member_id", listed_as="members", single_as="member")
WORDS = Words(
    listed=Told("List the staff", "人员名册，按工号排列；默认只列在岗的。", (404,)),
    one=Told("Read a member", "一个人员；联系方式只有遮盖后的。ETag 是它的版本。"),
    add=Told("Add a member", "登记一个人员；不给工号则自动编号。", (404,)),
    change=Told("Change a member", "修改登记的内容；未给的项目清空，工号除外。"),
    example=EXAMPLE,
    changed={**EXAMPLE, "employment": "part_time"},
)
Member = operations(
    blueprint,
    OPERATIONS,
    WORDS,
    read=Permission.STAFF_READ,
    write=Permission.STAFF_MANAGE,
    sample="staff_member",
    path="/staff",
)


@blueprint.post("/staff/<uuid:member_id>/leaving")
@guard(Permission.STAFF_MANAGE, sample="staff_member")
@blueprint.operation(
    "Let a member leave", "登记离岗；培训和证书记录保留。", takes=Leaving, gives=Member,
    example={"left_on": "2026-01-06"},
)  # fmt: skip
def leave(member_id: UUID, given: Any) -> Response:
    service.leave(db(), actor(), member_id, given["left_on"])
    return OPERATIONS.answer(member_id)


@blueprint.post("/staff/<uuid:member_id>/return")
@guard(Permission.STAFF_MANAGE, sample="staff_member")
@blueprint.operation("Take a member up again", "登记返岗；A/B 角已由他人担任的不保留。在岗的答复 409。", gives=Member)
def come_back(member_id: UUID) -> Response:
    service.come_back(db(), actor(), member_id)
    return OPERATIONS.answer(member_id)


@blueprint.put("/staff/<uuid:member_id>/contact")
@guard(Permission.STAFF_MANAGE, sample="staff_member")
@blueprint.operation(
    "Set a contact", "加密保存联系方式，替换原有的；两项都不给则删除。答复只有遮盖后的。", takes=Reaching, gives=Member,
    example={"phone": "13800000000"},
)  # fmt: skip
def keep_contact(member_id: UUID, given: Any) -> Response:
    reach = {name: given.get(name) for name in ("phone", "email")}
    contacts.keep(db(), actor(), app_state().settings.master_key, member_id, **reach)
    return OPERATIONS.answer(member_id)


@blueprint.post("/staff/<uuid:member_id>/contact/opening")
@guard(Permission.STAFF_CONTACTS_READ, sample="staff_member")
@blueprint.operation("Open a contact", "打开联系方式；每次打开都记入审计日志。", gives=Contact)
def read_contact(member_id: UUID) -> Response:
    service.get(db(), member_id)
    opened = contacts.read(db(), actor(), app_state().settings.master_key, member_id)
    return api.answer({"phone": opened.phone, "email": opened.email})
