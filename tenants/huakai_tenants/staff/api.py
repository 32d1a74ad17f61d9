"""The staff register of a room for programs."""

from typing import Any
from uuid import UUID

from flask import Response, url_for
from marshmallow import fields

from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.fields import Choice, Code, Date, Id, Phone, Strict, Text
from huakai_platform.resources import lists
from huakai_platform.resources.fields import Question
from huakai_platform.resources.schemas import usual
from huakai_platform.web import api
from huakai_platform.web.context import actor, app_state, db, guard
from huakai_tenants.staff import contacts, listing, posts, service
from huakai_tenants.staff.models import StaffMember
from huakai_tenants.staff.schemas import NUMBER, Email

blueprint = api.Resources("staff", __name__, "人员名册 The staff register", room=True)
BY_NUMBER = api.Order((StaffMember.number,))


class MembersAsked(api.Paged):
    q = Text(min_length=1, max_length=40)
    post = Code()
    employment = Choice(posts.EMPLOYMENTS)
    ab = Choice(posts.AB)
    check = Choice(listing.CHECKS)
    state = Choice(listing.STATES, load_default="active")


class Writing(Strict):
    number = Code(NUMBER, max_length=20, allow_none=True)
    name = Text(max_length=40, required=True)
    post = Code(required=True)
    employment = Choice(posts.EMPLOYMENTS, required=True)
    ab = Choice(posts.AB, allow_none=True)
    account_id = Id(allow_none=True)
    joined_on = Date(required=True)
    background_checked_on = Date(allow_none=True)
    note = Text(max_length=500, multiline=True, allow_none=True)


class Leaving(Strict):
    left_on = Date(required=True)


class MemberRow(api.Shape):
    id = fields.UUID()
    number = fields.String()
    name = fields.String()
    post = fields.String()
    employment = fields.String(metadata={"enum": list(posts.EMPLOYMENTS)})
    ab = fields.String(allow_none=True, metadata={"enum": [*posts.AB, None]})
    joined_on = fields.Date()
    left_on = fields.Date(allow_none=True)
    background_checked_on = fields.Date(allow_none=True)
    hint = fields.String(allow_none=True, metadata=api.about("遮盖后的联系方式 The masked contact."))
    certificates = fields.Integer()


class Member(api.Shape):
    id = fields.UUID()
    number = fields.String()
    name = fields.String()
    post = fields.String()
    employment = fields.String(metadata={"enum": list(posts.EMPLOYMENTS)})
    ab = fields.String(allow_none=True, metadata={"enum": [*posts.AB, None]})
    account_id = fields.UUID(allow_none=True)
    joined_on = fields.Date()
    left_on = fields.Date(allow_none=True)
    background_checked_on = fields.Date(allow_none=True)
    note = fields.String(allow_none=True)
    hint = fields.String(allow_none=True)


class Reaching(Strict):
    phone = Phone(allow_none=True)
    email = Email(max_length=200, allow_none=True)


class Contact(api.Shape):
    phone = fields.String(allow_none=True)
    email = fields.String(allow_none=True)


ROW, ONE = tuple(MemberRow().fields), tuple(name for name in Member().fields if name != "hint")


@blueprint.get("/staff")
@guard(Permission.STAFF_READ)
@blueprint.operation(
    "List the staff", "人员名册，按工号排列；默认只列在岗的。", asks=MembersAsked, gives=api.Listed(MemberRow),
    refuses=(404,),
)  # fmt: skip
def members(asked: Any) -> Response:
    narrowed = {name: value for name, value in asked.items() if name not in {"after", "limit"}}
    wanted = Question({**usual(listing.STAFF).values, **narrowed})
    known = lists.unordered_query(listing.STAFF, actor(), wanted, listing.room(db(), actor()))
    return api.page(known, BY_NUMBER, asked, lambda row: {name: getattr(row, name) for name in ROW})


@blueprint.get("/staff/<uuid:member_id>")
@guard(Permission.STAFF_READ, sample="staff_member")
@blueprint.operation("Read a member", "一个人员；联系方式只有遮盖后的。ETag 是它的版本。", gives=Member)
def member(member_id: UUID) -> Response:
    return _answer(service.get(db(), member_id))


@blueprint.post("/staff")
@guard(Permission.STAFF_MANAGE)
@blueprint.operation(
    "Add a member", "登记一个人员；不给工号则自动编号。", takes=Writing, gives=Member, status=201, refuses=(404,),
    example={"name": "Li Si", "post": "counsellor", "employment": "full_time", "joined_on": "2026-01-05"},
)  # fmt: skip
def add(given: Any) -> Response:
    made = service.add(db(), actor(), given)
    return _answer(made, 201, url_for(".member", member_id=made.id))


@blueprint.put("/staff/<uuid:member_id>")
@guard(Permission.STAFF_MANAGE, sample="staff_member")
@blueprint.operation(
    "Change a member", "修改登记的内容；未给的项目清空，工号除外。", takes=Writing, gives=Member, versioned=True,
    example={"name": "Li Si", "post": "counsellor", "employment": "part_time", "joined_on": "2026-01-05"},
)  # fmt: skip
def change(member_id: UUID, given: Any) -> Response:
    version = service.get(db(), member_id, lock=True).version
    api.expect(version)
    return _answer(service.change(db(), actor(), member_id, given, version=version))


@blueprint.post("/staff/<uuid:member_id>/leaving")
@guard(Permission.STAFF_MANAGE, sample="staff_member")
@blueprint.operation(
    "Let a member leave", "登记离岗；培训和证书记录保留。", takes=Leaving, gives=Member,
    example={"left_on": "2026-01-06"},
)  # fmt: skip
def leave(member_id: UUID, given: Any) -> Response:
    service.leave(db(), actor(), member_id, given["left_on"])
    return _answer(service.get(db(), member_id))


@blueprint.post("/staff/<uuid:member_id>/return")
@guard(Permission.STAFF_MANAGE, sample="staff_member")
@blueprint.operation("Take a member up again", "登记返岗；A/B 角已由他人担任的不保留。在岗的答复 409。", gives=Member)
def come_back(member_id: UUID) -> Response:
    service.come_back(db(), actor(), member_id)
    return _answer(service.get(db(), member_id))


@blueprint.put("/staff/<uuid:member_id>/contact")
@guard(Permission.STAFF_MANAGE, sample="staff_member")
@blueprint.operation(
    "Set a contact", "加密保存联系方式，替换原有的；两项都不给则删除。答复只有遮盖后的。", takes=Reaching, gives=Member,
    example={"phone": "13800000000"},
)  # fmt: skip
def keep_contact(member_id: UUID, given: Any) -> Response:
    reach = {name: given.get(name) for name in ("phone", "email")}
    contacts.keep(db(), actor(), app_state().settings.master_key, member_id, **reach)
    return _answer(service.get(db(), member_id))


@blueprint.post("/staff/<uuid:member_id>/contact/opening")
@guard(Permission.STAFF_CONTACTS_READ, sample="staff_member")
@blueprint.operation("Open a contact", "打开联系方式；每次打开都记入审计日志。", gives=Contact)
def read_contact(member_id: UUID) -> Response:
    service.get(db(), member_id)
    opened = contacts.read(db(), actor(), app_state().settings.master_key, member_id)
    return api.answer({"phone": opened.phone, "email": opened.email})


def _answer(found: StaffMember, status: int = 200, location: str | None = None) -> Response:
    said = {name: getattr(found, name) for name in ONE} | {"hint": contacts.hint(db(), found.id)}
    return api.answer(said, status, version=found.version, location=location)
