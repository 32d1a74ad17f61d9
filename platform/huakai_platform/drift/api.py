"""Departures and waivers, for programs."""

from typing import Any

from flask import Response
from marshmallow import fields

from huakai_platform.drift import words
from huakai_platform.drift.listing import DRIFT
from huakai_platform.drift.models import Waiver
from huakai_platform.drift.views.blueprints import TIERS
from huakai_platform.drift.waiver_listing import WAIVERS, Waived
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.fields import Choice, RegionCode, Text
from huakai_platform.kernel.sites import Site, SiteState
from huakai_platform.onboarding.listing import Regions
from huakai_platform.resources import lists
from huakai_platform.resources.fields import Question
from huakai_platform.web import api
from huakai_platform.web.context import actor, guard

blueprint = api.Resources("drift", __name__, "偏离和豁免 Drift and waivers")
BY_CODE = api.Order((Site.code, Site.id))
BY_TIME = api.Order((Waiver.asked_at, Waiver.id))


class Finding(api.Shape):
    kind = fields.String()
    code = fields.String()
    wrong = fields.String(allow_none=True)
    core = fields.Boolean()
    sort = fields.String(metadata={"enum": list(words.CLASSES)})
    since = fields.Date()


class Drift(api.Shape):
    id = fields.UUID()
    code = fields.String()
    name = fields.String()
    tier = fields.String()
    state = fields.String(metadata={"enum": list(SiteState)})
    conforming = fields.Integer()
    allowed = fields.Integer()
    waived = fields.Integer()
    unexplained = fields.Integer()
    core = fields.Integer()
    as_of = fields.Date()
    computed_at = fields.DateTime()
    findings = fields.List(fields.Nested(Finding))


class DriftAsked(api.Paged):
    q = Text(min_length=1, max_length=60)
    region = RegionCode()
    tier = Choice(TIERS)
    sort_of = Choice(words.CLASSES)
    kind = Choice(words.KINDS)


class WaiverShape(api.Shape):
    id = fields.UUID()
    site_id = fields.UUID()
    kind = fields.String()
    code = fields.String()
    reason = fields.String()
    ends_on = fields.Date()
    state = fields.String()
    asked_at = fields.DateTime()
    decided_at = fields.DateTime(allow_none=True)
    answer = fields.String(allow_none=True)


class WaiversAsked(api.Paged):
    region = RegionCode()
    state = Choice(words.STATES)


@blueprint.get("/drift")
@guard(Permission.COMPLIANCE_READ)
@blueprint.operation("List drift", "站点与所采用标准的偏离，按编号排列。", asks=DriftAsked, gives=api.Listed(Drift))
def drift(asked: Any) -> Response:
    query = lists.unordered_query(DRIFT, actor(), Question(asked), Regions())
    return api.page(query, BY_CODE, asked, _drift)


@blueprint.get("/waivers")
@guard(Permission.COMPLIANCE_READ)
@blueprint.operation(
    "List waivers", "管辖范围内的豁免，按申请时间排列。", asks=WaiversAsked, gives=api.Listed(WaiverShape)
)
def waived(asked: Any) -> Response:
    query = lists.unordered_query(WAIVERS, actor(), Question(asked), Waived())
    return api.page(query, BY_TIME, asked, _waiver)


def _drift(row: Any) -> dict[str, Any]:
    found = [{**one, "sort": one["class"]} for one in row.findings]
    said = [{name: one[name] for name in FINDING} for one in found]
    return {name: getattr(row, name) for name in LINE if name != "findings"} | {"findings": said}


def _waiver(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in WAIVER}


LINE, FINDING, WAIVER = (tuple(shape().fields) for shape in (Drift, Finding, WaiverShape))
