"""Activities of a room, its plan of a year and its totals of the past, for programs."""

from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import fields

from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.fields import Date, Flag, Int, Strict, Text
from huakai_platform.kernel.i18n import _
from huakai_platform.resources.api import Operations, Told, Words, operations
from huakai_platform.web import api
from huakai_platform.web.context import actor, db, guard
from huakai_tenants.activities import plans, schemas, service, totals
from huakai_tenants.activities.listing import ACTIVITIES
from huakai_tenants.activities.models import Activity

blueprint = api.Resources("room_activities", __name__, "活动 Activities", room=True)
EXAMPLE = {
    "title": "Lecture",
    "held_on": "2026-03-05",
    "state": "held",
    "direction": "out",
    "venue": "community",
    "form": "lecture",
    "sessions": 1,
    "attendances": 40,
}
TOTAL = {
    "from_on": "2001-01-01",
    "to_on": "2001-12-31",
    "sessions": 120,
    "attendances": 5000,
    "source": "Report of the year",
}


class Cancellation(Strict):
    reason = Text(max_length=200, required=True)


class PlanMonth(api.Shape):
    month = fields.Integer()
    theme = fields.String(allow_none=True)
    title = fields.String(allow_none=True)
    done = fields.Boolean()


class TotalMade(Strict):
    from_on = Date(required=True)
    to_on = Date(required=True)
    sessions = Int(1, schemas.TOTAL, required=True)
    attendances = Int(0, schemas.TOTAL, allow_none=True)
    people = Int(0, schemas.TOTAL, allow_none=True)
    estimated = Flag(load_default=False)
    sites = Int(1, 100_000, load_default=1)
    source = Text(max_length=120, required=True)


class Total(api.Shape):
    id = fields.UUID()
    from_on = fields.Date()
    to_on = fields.Date()
    sessions = fields.Integer()
    attendances = fields.Integer(allow_none=True)
    people = fields.Integer(allow_none=True)
    estimated = fields.Boolean()
    sites = fields.Integer()
    source = fields.String()


OF_TOTAL = tuple(Total().fields)
LATEST = api.Order((Activity.held_on, Activity.id), falling=True)
OPERATIONS = Operations(ACTIVITIES, service, "activity_id", order=LATEST)
WORDS = Words(
    listed=Told("List activities", "活动，最近的在前。"),
    one=Told("Read an activity", "一次活动。ETag 是它的版本。"),
    add=Told("Enter an activity", "登记一次计划中的或已举办的活动；同一天同名的活动只登记一次。"),
    change=Told("Change an activity", "修改登记的内容；未给的项目清空。"),
    example=EXAMPLE,
)
OneActivity = operations(
    blueprint,
    OPERATIONS,
    WORDS,
    read=Permission.ACTIVITIES_READ,
    write=Permission.ACTIVITIES_MANAGE,
    sample="activity",
    path="/activities",
)


@blueprint.post("/activities/<uuid:activity_id>/cancellation")
@guard(Permission.ACTIVITIES_MANAGE, sample="activity")
@blueprint.operation(
    "Call an activity off", "取消一次活动，不再计入数字。", takes=Cancellation, gives=OneActivity,
    example={"reason": "rain"},
)  # fmt: skip
def cancel(activity_id: UUID, given: Any) -> Response:
    service.cancel(db(), actor(), activity_id, given["reason"])
    return OPERATIONS.answer(activity_id)


@blueprint.post("/activities/<uuid:activity_id>/restoration")
@guard(Permission.ACTIVITIES_MANAGE, sample="activity")
@blueprint.operation("Take an activity up again", "恢复取消的活动为计划中。", gives=OneActivity)
def restore(activity_id: UUID) -> Response:
    service.restore(db(), actor(), activity_id)
    return OPERATIONS.answer(activity_id)


@blueprint.get("/activities/plan/<int:year>")
@guard(Permission.ACTIVITIES_READ, sample="plan_month")
@blueprint.operation(
    "Read the plan of a year", "一年十二个月的主题和完成情况。", gives=api.Listed(PlanMonth), refuses=(404,)
)
def plan(year: int) -> Response:
    if not 2000 <= year <= 2100:
        raise NotFound(_("没有这一年。"))
    months = plans.of(db(), year).months
    return api.listed(
        [
            {
                "month": one.number,
                "theme": one.plan.theme if one.plan else None,
                "title": one.plan.title if one.plan else None,
                "done": one.plan is not None and one.done,
            }
            for one in months
        ]
    )


@blueprint.get("/activities/totals")
@guard(Permission.ACTIVITIES_READ)
@blueprint.operation("List totals of the past", "往期汇总数，不与逐次登记的活动相加。", gives=api.Listed(Total))
def list_totals() -> Response:
    return api.listed([_total(one) for one in totals.all_rows(db())])


@blueprint.post("/activities/totals")
@guard(Permission.ACTIVITIES_MANAGE)
@blueprint.operation(
    "Enter a total of the past", "登记没有逐次记录的往期汇总数；与已有记录重叠时拒绝。", takes=TotalMade, gives=Total,
    status=201, example=TOTAL,
)  # fmt: skip
def add_total(given: Any) -> Response:
    return api.answer(_total(totals.get(db(), totals.add(db(), actor(), given))), 201)


@blueprint.post("/activities/totals/<uuid:total_id>/removal")
@guard(Permission.ACTIVITIES_MANAGE, sample="activity_total")
@blueprint.operation("Remove a total of the past", "删除一条往期汇总数。", status=204)
def remove_total(total_id: UUID) -> Response:
    totals.remove(db(), actor(), total_id)
    return api.nothing()


def _total(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in OF_TOTAL}
