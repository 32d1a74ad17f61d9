"""Sealed scores for programs: one sealed for ever, those of a site, and the file of each."""

from typing import Any
from uuid import UUID

from flask import Response, url_for
from marshmallow import fields

from huakai_platform.compliance import assessing, sealing
from huakai_platform.compliance.api import blueprint
from huakai_platform.compliance.views.asked import day_of
from huakai_platform.compliance.views.console_sites import assessed
from huakai_platform.kernel import tenancy
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import Invalid
from huakai_platform.kernel.fields import Date, Strict, Text
from huakai_platform.kernel.i18n import _
from huakai_platform.onboarding import reach
from huakai_platform.web import api
from huakai_platform.web.context import actor, db, guard, inside

room = api.Resources("room_compliance", __name__, "本站的封存评估 Sealed scores of the room", room=True)


class Seal(Strict):
    on = Date(required=True, metadata=api.about("评估日 The day of the score."))
    confirm = Text(
        max_length=60, required=True, metadata=api.about("站点编号，因为不能撤销 The site's code: it is final.")
    )


class Sealed(api.Shape):
    id = fields.UUID()
    as_of = fields.Date()
    age_set = fields.String()
    percent = fields.String(allow_none=True)
    grade = fields.String(allow_none=True)
    digest = fields.String()
    sealed_at = fields.DateTime()


class SealedBy(Sealed):
    by = fields.String()


@blueprint.post("/compliance/<uuid:site_id>/assessments")
@guard(Permission.COMPLIANCE_SEAL, sample="site")
@blueprint.operation(
    "Seal a score",
    "评估并永久封存，不能撤销；站点会得知。请带 Idempotency-Key，重复提交只封存一份。",
    takes=Seal,
    gives=Sealed,
    status=201,
    example={"on": "2026-11-25", "confirm": "LY-0001"},
)
def seal(site_id: UUID, given: Any) -> Response:
    of = reach.site(db(), actor(), site_id)
    day = day_of(given)
    if given["confirm"] != of.code:
        raise Invalid(_("填写的内容有误。"), {"confirm": [_("请输入站点编号以确认。")]})
    found = assessed(site_id, day, "sealing")
    with inside(site_id, writes=True) as entered:
        row = sealing.seal(db(), entered, actor(), found)
    there = url_for(".bundle", site_id=site_id, assessment_id=row.id)
    return api.answer({name: getattr(row, name) for name in SEALED}, 201, location=there)


@blueprint.get("/compliance/<uuid:site_id>/assessments")
@guard(Permission.COMPLIANCE_READ, sample="site")
@blueprint.operation("List sealed scores", "一个站点封存的评估，最新的在前，最多 100 份。", gives=api.Listed(SealedBy))
def sealed(site_id: UUID) -> Response:
    return _listed(reach.site(db(), actor(), site_id).id)


@blueprint.get("/compliance/<uuid:site_id>/assessments/<uuid:assessment_id>")
@guard(Permission.COMPLIANCE_READ, sample="assessment")
@blueprint.operation(
    "Fetch a sealed score", "封存的文件，逐字节不变；huakai verify 可离线核验。", media="application/octet-stream"
)
def bundle(site_id: UUID, assessment_id: UUID) -> Response:
    return _file(reach.site(db(), actor(), site_id).id, assessment_id)


@room.get("/compliance/assessments")
@guard(Permission.ROOM_COMPLIANCE_READ)
@room.operation("List the room's sealed scores", "本站封存的评估，最新的在前。", gives=api.Listed(SealedBy))
def room_sealed() -> Response:
    return _listed(tenancy.current(db()))


@room.get("/compliance/assessments/<uuid:assessment_id>")
@guard(Permission.ROOM_COMPLIANCE_READ, sample="room_assessment")
@room.operation("Fetch a sealed score of the room", "封存的文件，逐字节不变。", media="application/octet-stream")
def room_bundle(assessment_id: UUID) -> Response:
    return _file(assessing.subject(db(), tenancy.current(db())).id, assessment_id)


def _listed(site_id: UUID) -> Response:
    return api.listed(
        [{name: getattr(row, name) for name in (*SEALED, "by")} for row in sealing.of_site(db(), site_id)]
    )


def _file(site_id: UUID, assessment_id: UUID) -> Response:
    return Response(sealing.file(db(), site_id, assessment_id).bundle, content_type="application/octet-stream")


SEALED = tuple(Sealed().fields)
