"""The sites in reach by grade and risk, for programs."""

from typing import Any

from flask import Response
from marshmallow import fields

from huakai_platform.compliance import listing
from huakai_platform.compliance.words import GRADES, RISKS
from huakai_platform.kernel.access import CONSOLE, Permission
from huakai_platform.kernel.fields import Choice, RegionCode, Text
from huakai_platform.kernel.sites import Site, SiteState
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
    grade = Choice([*GRADES, listing.UNGRADED])
    risk = Choice(RISKS)


class GradesAsked(api.Asked):
    region = RegionCode()


class Grade(api.Shape):
    grade = fields.String()
    count = fields.Integer()


@blueprint.get("/compliance")
@guard(Permission.COMPLIANCE_READ, to=CONSOLE)
@blueprint.operation(
    "List standings", "站点的等级和风险，按编号排列。", asks=StandingsAsked, gives=api.Listed(Standing)
)
def standings(asked: Any) -> Response:
    return api.page(listing.known(actor(), asked), BY_CODE, asked, _row)


@blueprint.get("/compliance/grades")
@guard(Permission.COMPLIANCE_READ, to=CONSOLE)
@blueprint.operation(
    "Count sites by grade", "各等级的站点数；none 为尚无等级。", asks=GradesAsked, gives=api.Listed(Grade)
)
def grades(asked: Any) -> Response:
    found = listing.by_grade(db(), actor(), asked)
    return api.listed([{"grade": grade, "count": count} for grade, count in found.items()])


def _row(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in NAMES}


NAMES = tuple(Standing().fields)
