"""The sites in reach by grade and risk, for programs."""

from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import fields

from huakai_platform.compliance import listing
from huakai_platform.compliance.assessing import Assessed
from huakai_platform.compliance.listing import COMPLIANCE, LEVELS
from huakai_platform.compliance.views.asked import day_of
from huakai_platform.compliance.views.console_sites import assessed
from huakai_platform.compliance.words import RISKS
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.fields import Choice, Date, RegionCode, Text
from huakai_platform.kernel.sites import Site, SiteState
from huakai_platform.onboarding.listing import Regions
from huakai_platform.resources import lists
from huakai_platform.resources.fields import Question
from huakai_platform.web import api
from huakai_platform.web.context import actor, db, guard

blueprint = api.Resources("compliance", __name__, "合规等级 Grades and risk")
BY_CODE = api.Order((Site.code, Site.id))


class Standing(api.Shape):
    id = fields.UUID()
    code = fields.String()
    name = fields.String()
    tier = fields.String()
    state = fields.String(metadata={"enum": list(SiteState)})
    operating_since = fields.Date(allow_none=True)
    as_of = fields.Date(allow_none=True)
    age_set = fields.String(allow_none=True)
    points = fields.String(allow_none=True)
    possible = fields.String(allow_none=True)
    percent = fields.String(allow_none=True)
    grade = fields.String(allow_none=True)
    capped = fields.Boolean(allow_none=True)
    failed_core = fields.List(fields.String(), allow_none=True)
    risk = fields.Integer(allow_none=True)
    computed_at = fields.DateTime(allow_none=True)


class StandingsAsked(api.Paged):
    q = Text(min_length=1, max_length=60)
    region = RegionCode()
    grade = Choice(LEVELS)
    risk = Choice(RISKS)


class DayAsked(api.Asked):
    on = Date(metadata=api.about("评估日，默认今天 Today by default."))


class Indicator(api.Shape):
    code = fields.String()
    dimension = fields.String()
    metric = fields.String()
    core = fields.Boolean()
    possible = fields.String()
    points = fields.String()
    value = fields.String(allow_none=True)
    measured = fields.Boolean()
    failed = fields.Boolean()


class Score(api.Shape):
    id = fields.UUID()
    code = fields.String()
    name = fields.String()
    as_of = fields.Date()
    edition = fields.Integer()
    age_set = fields.String()
    points = fields.String()
    possible = fields.String()
    total = fields.String()
    percent = fields.String(allow_none=True)
    grade = fields.String(allow_none=True)
    capped = fields.Boolean()
    failed_core = fields.List(fields.String())
    risk = fields.Integer()
    indicators = fields.List(fields.Nested(Indicator))


class GradesAsked(api.Asked):
    region = RegionCode()


class Grade(api.Shape):
    grade = fields.String()
    count = fields.Integer()


@blueprint.get("/compliance")
@guard(Permission.COMPLIANCE_READ)
@blueprint.operation(
    "List standings", "站点的等级和风险，按编号排列。", asks=StandingsAsked, gives=api.Listed(Standing)
)
def standings(asked: Any) -> Response:
    query = lists.unordered_query(COMPLIANCE, actor(), Question(asked), Regions())
    return api.page(query, BY_CODE, asked, _row)


@blueprint.get("/compliance/grades")
@guard(Permission.COMPLIANCE_READ)
@blueprint.operation(
    "Count sites by grade", "各等级的站点数；none 为尚无等级。", asks=GradesAsked, gives=api.Listed(Grade)
)
def grades(asked: Any) -> Response:
    found = listing.by_grade(db(), actor(), asked)
    return api.listed([{"grade": grade, "count": count} for grade, count in found.items()])


@blueprint.get("/compliance/<uuid:site_id>")
@guard(Permission.COMPLIANCE_ENTER, sample="site")
@blueprint.operation(
    "Assess a site", "进入一个站点，按日期评估；每次进入都会登记，并告知站点。", asks=DayAsked, gives=Score
)
def score(site_id: UUID, asked: Any) -> Response:
    return api.answer(_score(assessed(site_id, day_of(asked), "indicators")))


def _score(found: Assessed) -> dict[str, Any]:
    of, result = found.subject, found.result
    summed = ("age_set", "points", "possible", "total", "percent", "grade", "capped", "failed_core")
    told = {"id": of.id, "code": of.code, "name": of.name, "as_of": found.as_of, "edition": of.edition_number}
    told |= {name: getattr(result, name) for name in summed} | {"risk": found.risk}
    return told | {"indicators": [{name: getattr(line, name) for name in LINE} for line in result.lines]}


def _row(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in NAMES}


NAMES, LINE = tuple(Standing().fields), tuple(Indicator().fields)
