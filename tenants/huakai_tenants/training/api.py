"""How far a room's people are covered by training, for programs."""

from typing import Any

from flask import Response
from marshmallow import fields

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.fields import Choice, Date
from huakai_platform.standards.pinned import pinned
from huakai_platform.web import api
from huakai_platform.web.context import db, guard
from huakai_tenants.training import coverage
from huakai_tenants.training.coverage import PersonCoverage, State

blueprint = api.Resources("training", __name__, "培训 Training", room=True)
NAMES = ("member_id", "number", "name", "post", "state", "hours")


class CoverageAsked(api.Paged):
    on = Date(metadata=api.about("默认今天 Today by default."))
    state = Choice(State)


class Standing(api.Shape):
    programme = fields.String()
    period = fields.String()
    hours = fields.String()
    wanted = fields.String()
    missing = fields.List(fields.String(), metadata=api.about("缺的课程 Courses without a valid record."))
    complete = fields.Boolean()


class Covered(api.Shape):
    member_id = fields.UUID()
    number = fields.String()
    name = fields.String()
    post = fields.String()
    state = fields.String(metadata={"enum": list(State)})
    hours = fields.String()
    done = fields.List(fields.String())
    programmes = fields.List(fields.Nested(Standing))


@blueprint.get("/training/coverage")
@guard(Permission.TRAINING_READ)
@blueprint.operation(
    "See who is trained", "在岗人员各自的培训完成情况，按工号排列。", asks=CoverageAsked, gives=api.Listed(Covered),
    refuses=(404,),
)  # fmt: skip
def covered(asked: Any) -> Response:
    edition_id = pinned(db()).edition_id
    found = coverage.people(db(), edition_id, asked.get("on") or clock.today())
    wanted = asked.get("state")
    rows = [_row(one) for one in found if wanted in (None, one.state)]
    return api.listed(rows, asked, key=lambda row: row["number"])


def _row(one: PersonCoverage) -> dict[str, Any]:
    programmes = [
        {
            "programme": standing.programme.code,
            "period": standing.programme.period,
            "hours": standing.hours,
            "wanted": standing.programme.hours,
            "missing": standing.missing,
            "complete": standing.complete,
        }
        for standing in one.standings
    ]
    return {name: getattr(one, name) for name in NAMES} | {"done": sorted(one.done), "programmes": programmes}
