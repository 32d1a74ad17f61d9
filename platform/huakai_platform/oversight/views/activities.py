"""The page of a region's activities, and the totals of past periods that are entered there."""

from typing import Any
from uuid import UUID

from flask import Response, flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug import Response as BaseResponse

from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import Invalid
from huakai_platform.kernel.fields import Date, Flag, Form, Int, RegionCode, Text
from huakai_platform.oversight import activities, activity_exporting, totals
from huakai_platform.oversight.activities import COUNTED, Activities
from huakai_platform.oversight.metrics import VENUES
from huakai_platform.oversight.views.blueprints import blueprint, place_name
from huakai_platform.regions.service import COUNTRY
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.downloads import xlsx
from huakai_platform.web.inputs import FormResult
from huakai_platform.web.pages import say

MOST = 1_000_000_000
COLORS = ["#066fd1", "#2fb344", "#d9730d", "#ae3ec9"]
Answer = BaseResponse | str | tuple[str, int]


class ActivitiesQuery(Form):
    region = RegionCode()
    year = Int(2000, 2100)


class Total(Form):
    """Without a region it is of all that the person reaches."""

    region = RegionCode()
    from_on = Date(required=True)
    to_on = Date(required=True)
    sessions = Int(1, MOST, required=True)
    attendances = Int(0, MOST)
    people = Int(0, MOST)
    estimated = Flag(load_default=False)
    sites = Int(1, 1_000_000, load_default=1)
    source = Text(max_length=120, required=True)


@blueprint.get("/activities", endpoint="activities")
@guard(Permission.PICTURE_READ)
def show() -> Answer:
    return _page(inputs.query(ActivitiesQuery()))


@blueprint.get("/activities.xlsx")
@guard(Permission.PICTURE_READ)
def export_activities() -> Response:
    asked = inputs.query(ActivitiesQuery())
    seen = activities.of(db(), actor(), asked.get("region"), asked.get("year"))
    return xlsx(
        activity_exporting.workbook(seen, place_name(seen.code, seen.name)), f"activities-{seen.code}-{seen.year}.xlsx"
    )


@blueprint.post("/activities/totals")
@guard(Permission.ACTIVITY_TOTALS)
def add_total() -> Answer:
    given = inputs.form(Total())
    if not given.ok:
        return _page({} if "region" in given.errors else {"region": given.raw.get("region")}, given, status=422)
    region = given.values.get("region")
    try:
        totals.add(db(), actor(), region, given.values)
    except Invalid as refused:
        return _page({"region": region}, FormResult({}, refused.fields, given.raw), status=refused.status)
    flash(gettext("已登记汇总数，几秒钟后计入各级数字。"), "ok")
    return redirect(url_for(".activities", **_here(region)), 303)


@blueprint.post("/activities/totals/<uuid:total_id>/withdrawal")
@guard(Permission.ACTIVITY_TOTALS, sample="region_total")
def withdraw_total(total_id: UUID) -> BaseResponse:
    totals.withdraw(db(), actor(), total_id)
    flash(gettext("已删除汇总数。"), "ok")
    return redirect(url_for(".activities"), 303)


def _page(asked: Any, given: FormResult | None = None, *, status: int = 200) -> Answer:
    seen = activities.of(db(), actor(), asked.get("region"), asked.get("year"))
    chosen = {"year": asked["year"]} if asked.get("year") else {}
    page = render_template(
        "oversight/activities.html",
        seen=seen,
        place=place_name(seen.code, seen.name),
        here=_here(seen.code) | chosen,
        chosen=chosen,
        crumbs=_crumbs(seen, chosen),
        option=_option(seen),
        columns=[say(one) for one in ("", *activity_exporting.TITLES)],
        rows=[[f"{month:%Y-%m}", *activity_exporting.cells(numbers)] for month, numbers in seen.months],
        counted=COUNTED,
        total_labels=totals.FIELDS,
        given=given or FormResult({}, raw={"sites": "1"}),
    )
    return (page, status) if status != 200 else page


def _here(region: str | None) -> dict[str, Any]:
    return {"region": region} if region not in (None, COUNTRY) else {}


def _crumbs(seen: Activities, chosen: dict[str, Any]) -> list[tuple[str, str | None]]:
    *above, last = seen.path
    links = [(place_name(*one), url_for(".activities", **_here(one[0]), **chosen)) for one in above]
    return [(gettext("活动"), url_for(".activities")), *links[1:], (place_name(*last), None)] if above else []


def _option(seen: Activities) -> dict[str, Any]:
    """Sessions by place, month by month, one on the other; what went to none of the four on top."""

    def sessions(code: str) -> list[int]:
        return [numbers[f"activity_sessions_{code}"] for _month, numbers in seen.months]

    rest = [
        numbers["activity_sessions"] - sum(numbers[f"activity_sessions_{code}"] for code in VENUES)
        for _month, numbers in seen.months
    ]
    bars = [*((say(label), sessions(code)) for code, label in VENUES.items()), (gettext("不属于四进"), rest)]
    return {
        "color": [*COLORS, "#b9c4d2"],
        "tooltip": {"trigger": "axis"},
        "legend": {"top": 0, "left": 0},
        "grid": {"left": 8, "right": 8, "top": 64, "bottom": 4, "containLabel": True},
        "xAxis": {"type": "category", "data": [f"{month:%Y-%m}" for month, _numbers in seen.months]},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": [
            {"type": "bar", "stack": "sessions", "name": name, "data": data, "barMaxWidth": 24} for name, data in bars
        ],
    }
