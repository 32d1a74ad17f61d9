"""The certificates of a room's staff for programs."""

from typing import Any
from uuid import UUID

from flask import Response, url_for
from marshmallow import fields

from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.fields import Code, Date, Strict, Text
from huakai_platform.web import api
from huakai_platform.web.context import actor, db, guard
from huakai_tenants.staff import qualifications, service
from huakai_tenants.staff.models import Qualification

blueprint = api.Resources("qualifications", __name__, "人员证书 Certificates of the staff", room=True)
OLDEST = api.Order((Qualification.id,))
EXAMPLE = {"kind": "counsellor_2", "certificate_number": "A-1", "issued_on": "2016-05-04"}


class CertificateWriting(Strict):
    kind = Code(required=True)
    certificate_number = Text(min_length=1, max_length=60, required=True)
    issued_on = Date(allow_none=True)
    expires_on = Date(allow_none=True)


class CertificateRow(api.Shape):
    id = fields.UUID()
    kind = fields.String()
    certificate_number = fields.String()
    issued_on = fields.Date(allow_none=True)
    expires_on = fields.Date(allow_none=True)
    verified_on = fields.Date(allow_none=True)


class Certificate(CertificateRow):
    member_id = fields.UUID()


ROW, ONE = tuple(CertificateRow().fields), tuple(Certificate().fields)


@blueprint.get("/staff/<uuid:member_id>/qualifications")
@guard(Permission.STAFF_READ, sample="staff_member")
@blueprint.operation(
    "List a member's certificates", "一个人员的证书，按登记先后。", asks=api.Paged, gives=api.Listed(CertificateRow)
)
def certificates(member_id: UUID, asked: Any) -> Response:
    service.get(db(), member_id)
    return api.page(qualifications.unordered_query(member_id), OLDEST, asked, ROW)


@blueprint.post("/staff/<uuid:member_id>/qualifications")
@guard(Permission.STAFF_MANAGE, sample="staff_member")
@blueprint.operation(
    "Add a certificate",
    "登记一张证书，待核验。",
    takes=CertificateWriting,
    gives=Certificate,
    status=201,
    example=EXAMPLE,
)
def add(member_id: UUID, given: Any) -> Response:
    made = qualifications.add(db(), actor(), member_id, given)
    return _answer(qualifications.get(db(), made), 201, url_for(".certificate", qualification_id=made))


@blueprint.get("/staff/qualifications/<uuid:qualification_id>")
@guard(Permission.STAFF_READ, sample="qualification")
@blueprint.operation("Read a certificate", "一张证书。ETag 是它的版本。", gives=Certificate)
def certificate(qualification_id: UUID) -> Response:
    return _answer(qualifications.get(db(), qualification_id))


@blueprint.put("/staff/qualifications/<uuid:qualification_id>")
@guard(Permission.STAFF_MANAGE, sample="qualification")
@blueprint.operation(
    "Change a certificate", "修改证书的内容，须重新核验；未给的日期清空。", takes=CertificateWriting, gives=Certificate,
    versioned=True, example=EXAMPLE,
)  # fmt: skip
def change(qualification_id: UUID, given: Any) -> Response:
    seen = qualifications.version(qualifications.get(db(), qualification_id))
    api.expect(seen)
    return _answer(qualifications.change(db(), actor(), qualification_id, given, seen=seen))


@blueprint.post("/staff/qualifications/<uuid:qualification_id>/verification")
@guard(Permission.STAFF_MANAGE, sample="qualification")
@blueprint.operation("Verify a certificate", "核验证书；本人不能核验自己的。重复执行不变。", gives=Certificate)
def verify(qualification_id: UUID) -> Response:
    qualifications.verify(db(), actor(), qualification_id)
    return _answer(qualifications.get(db(), qualification_id))


@blueprint.delete("/staff/qualifications/<uuid:qualification_id>")
@guard(Permission.STAFF_MANAGE, sample="qualification")
@blueprint.operation("Remove a certificate", "删除登记错误的证书和它的扫描件。", status=204)
def remove(qualification_id: UUID) -> Response:
    qualifications.remove(db(), actor(), qualification_id)
    return api.nothing()


def _answer(found: Qualification, status: int = 200, location: str | None = None) -> Response:
    said = {name: getattr(found, name) for name in ONE}
    return api.answer(said, status, version=qualifications.version(found), location=location)
