"""Activities of a room, its plan of a year and its totals of the past, for programs."""

from typing import Any
from uuid import UUID

from flask import Response, url_for
from marshmallow import fields

from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.fields import Choice, Code, Date, Flag, Id, Int, Many, Strict, Text
from huakai_platform.kernel.i18n import _
from huakai_platform.resources import lists
from huakai_platform.resources.fields import Question
from huakai_platform.web import api
from huakai_platform.web.context import actor, db, guard
from huakai_tenants.activities import listing, plans, schemas, service, totals
from huakai_tenants.activities.catalogue import DIRECTIONS, STATES
from huakai_tenants.activities.models import Activity

blueprint = api.Resources("room_activities", __name__, "活动 Activities", room=True)
LATEST = api.Order((Activity.held_on, Activity.id), falling=True)
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


class ActivitiesAsked(api.Paged):
    since = Date()
    until = Date()
    state = Choice(STATES)
    direction = Choice(DIRECTIONS)
    venue = Code()
    programme = Code()
    form = Code()
    flower = Code()
    audience = Code()


class Material(Strict):
    name = Text(max_length=40, required=True)
    count = Int(0, 9_999_999, required=True)


class ActivityMade(Strict):
    title = Text(max_length=80, required=True)
    held_on = Date(required=True)
    starts_at = Code(schemas.CLOCK, allow_none=True)
    ends_at = Code(schemas.CLOCK, allow_none=True)
    state = Choice(["planned", "held"], required=True)
    direction = Choice(DIRECTIONS, required=True)
    venue = Code(allow_none=True)
    programme = Code(allow_none=True)
    form = Code(required=True)
    theme = Code(allow_none=True)
    audiences = Many(Code(), most=40)
    flowers = Many(Code(), most=10)
    place = Text(max_length=80, allow_none=True)
    partner = Text(max_length=120, allow_none=True)
    facilitators = Many(Id(), most=50)
    guests = Text(max_length=120, allow_none=True)
    sessions = Int(1, 10_000, allow_none=True, metadata=api.about("场次 Sessions, never added to the other two."))
    sessions_estimated = Flag(load_default=False)
    attendances = Int(0, schemas.MOST, allow_none=True, metadata=api.about("人次 Attendances."))
    attendances_estimated = Flag(load_default=False)
    people = Int(0, schemas.MOST, allow_none=True, metadata=api.about("人数 Different people."))
    people_estimated = Flag(load_default=False)
    materials = Many(fields.Nested(Material), most=20)
    leads = Int(0, 10_000, allow_none=True)
    reported_with = Id(allow_none=True)
    counted = Flag(load_default=True)
    note = Text(max_length=1000, multiline=True, allow_none=True)


class Cancellation(Strict):
    reason = Text(max_length=200, required=True)


class ActivityRow(api.Shape):
    id = fields.UUID()
    title = fields.String()
    held_on = fields.Date()
    starts_at = fields.String(allow_none=True)
    ends_at = fields.String(allow_none=True)
    state = fields.String(metadata={"enum": list(STATES)})
    direction = fields.String(metadata={"enum": list(DIRECTIONS)})
    venue = fields.String(allow_none=True)
    programme = fields.String(allow_none=True)
    form = fields.String()
    theme = fields.String(allow_none=True)
    audiences = fields.List(fields.String())
    flowers = fields.List(fields.String())
    place = fields.String(allow_none=True)
    partner = fields.String(allow_none=True)
    sessions = fields.Integer(allow_none=True)
    sessions_estimated = fields.Boolean()
    attendances = fields.Integer(allow_none=True)
    attendances_estimated = fields.Boolean()
    people = fields.Integer(allow_none=True)
    people_estimated = fields.Boolean()
    reported_with = fields.UUID(allow_none=True)
    counted = fields.Boolean()


class Used(api.Shape):
    name = fields.String()
    count = fields.Integer()


class OneActivity(ActivityRow):
    reason = fields.String(allow_none=True)
    facilitators = fields.List(fields.UUID())
    guests = fields.String(allow_none=True)
    materials = fields.List(fields.Nested(Used))
    leads = fields.Integer(allow_none=True)
    checked_in = fields.Integer()
    note = fields.String(allow_none=True)


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


ROW, ONE, OF_TOTAL = tuple(ActivityRow().fields), tuple(OneActivity().fields), tuple(Total().fields)


@blueprint.get("/activities")
@guard(Permission.ACTIVITIES_READ)
@blueprint.operation("List activities", "活动，最近的在前。", asks=ActivitiesAsked, gives=api.Listed(ActivityRow))
def listed(asked: Any) -> Response:
    narrowed = {name: value for name, value in asked.items() if name not in {"after", "limit"}}
    known = lists.unordered_query(listing.ACTIVITIES, actor(), Question(narrowed), listing.here(db(), actor()))
    return api.page(known, LATEST, asked, lambda row: {name: getattr(row, name) for name in ROW})


@blueprint.get("/activities/<uuid:activity_id>")
@guard(Permission.ACTIVITIES_READ, sample="activity")
@blueprint.operation("Read an activity", "一次活动。ETag 是它的版本。", gives=OneActivity)
def activity(activity_id: UUID) -> Response:
    return _answer(activity_id)


@blueprint.post("/activities")
@guard(Permission.ACTIVITIES_MANAGE)
@blueprint.operation(
    "Enter an activity", "登记一次计划中的或已举办的活动；同一天同名的活动只登记一次。", takes=ActivityMade,
    gives=OneActivity, status=201, example=EXAMPLE,
)  # fmt: skip
def add(given: Any) -> Response:
    made = service.add(db(), actor(), given)
    return _answer(made, 201, url_for(".activity", activity_id=made))


@blueprint.put("/activities/<uuid:activity_id>")
@guard(Permission.ACTIVITIES_MANAGE, sample="activity")
@blueprint.operation(
    "Change an activity", "修改登记的内容；未给的项目清空。", takes=ActivityMade, gives=OneActivity, versioned=True,
    example=EXAMPLE,
)  # fmt: skip
def change(activity_id: UUID, given: Any) -> Response:
    version = service.get(db(), activity_id).version
    api.expect(version)
    service.change(db(), actor(), activity_id, given, version=version)
    return _answer(activity_id)


@blueprint.post("/activities/<uuid:activity_id>/cancellation")
@guard(Permission.ACTIVITIES_MANAGE, sample="activity")
@blueprint.operation(
    "Call an activity off", "取消一次活动，不再计入数字。", takes=Cancellation, gives=OneActivity,
    example={"reason": "rain"},
)  # fmt: skip
def cancel(activity_id: UUID, given: Any) -> Response:
    service.cancel(db(), actor(), activity_id, given["reason"])
    return _answer(activity_id)


@blueprint.post("/activities/<uuid:activity_id>/restoration")
@guard(Permission.ACTIVITIES_MANAGE, sample="activity")
@blueprint.operation("Take an activity up again", "恢复取消的活动为计划中。", gives=OneActivity)
def restore(activity_id: UUID) -> Response:
    service.restore(db(), actor(), activity_id)
    return _answer(activity_id)


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


def _answer(activity_id: UUID, status: int = 200, location: str | None = None) -> Response:
    found = service.get(db(), activity_id)
    return api.answer({name: getattr(found, name) for name in ONE}, status, version=found.version, location=location)
