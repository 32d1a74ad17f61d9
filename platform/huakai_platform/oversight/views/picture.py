"""The first page of the console: where a region and all below it stand."""

from datetime import date
from typing import Any

from flask import Response, render_template, request, url_for
from flask_babel import gettext

from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.fields import Choice
from huakai_platform.kernel.i18n import _
from huakai_platform.oversight import exporting, picture
from huakai_platform.oversight.figures import Figure, Figures
from huakai_platform.oversight.picture import NO_NUMBERS, SORTS, Picture
from huakai_platform.oversight.views.blueprints import RegionQuery, blueprint, here, link, months, persons, place_name
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.downloads import xlsx


class PictureQuery(RegionQuery):
    sort = Choice([*SORTS, *(f"-{name}" for name in SORTS)], load_default="code")


@blueprint.get("/", endpoint="picture")
@guard(Permission.PICTURE_READ)
def show() -> str | Response:
    asked = inputs.query(PictureQuery())
    seen = picture.of(db(), actor(), asked.get("region"), sort=asked["sort"], month=asked.get("month"))
    if request.headers.get("HX-Request") and (answer := _unchanged(seen)):
        return answer
    return render_template(
        "oversight/picture.html",
        picture=seen,
        here=here(asked),
        place=place_name(seen.code, seen.name),
        crumbs=_crumbs(seen, asked.get("month")),
        tiles={row.code[:2]: row.numbers.open for row in seen.below},
        tile_links={row.code[:2]: url_for(".picture", **(here(asked) | {"region": row.code})) for row in seen.below},
        chosen={name: value for name, value in here(asked).items() if name == "month"},
        months=months(asked.get("month")),
        persons=persons(seen.people),
        ranking=url_for(".ranking", **here({"region": seen.code, "month": asked.get("month")})),
        option=_option(seen),
        columns=[_("月份"), *exporting.TITLES],
        rows=[
            [f"{month:%Y-%m}", *(exporting.cells(found) if found else exporting.NOTHING)]
            for month, found in seen.series
        ],
        people_option=_people_option(seen) if seen.told.month else None,
        people_columns=[_("月份"), *exporting.PEOPLE],
        people_rows=[
            [f"{month:%Y-%m}", *exporting.tellings(seen.tellings.get(month, {}))] for month, _numbers in seen.series
        ],
        links={name: link(f"onboarding.{name}", here({"region": seen.code})) for name in ("sites", "board")},
        import_link=link("onboarding.imports", {}) if actor().can(Permission.REGISTER_IMPORT) else None,
    )


@blueprint.get("/picture.xlsx")
@guard(Permission.PICTURE_READ)
def export() -> Response:
    asked = inputs.query(PictureQuery())
    seen = picture.of(db(), actor(), asked.get("region"), sort=asked["sort"], month=asked.get("month"))
    return xlsx(
        exporting.workbook(seen, place_name(seen.code, seen.name)), f"picture-{seen.code}-{seen.month:%Y-%m}.xlsx"
    )


def _unchanged(seen: Picture) -> Response | None:
    """Nothing to a page that is up to date; a page without numbers is asked to load anew once there are some."""
    if request.if_none_match.contains(seen.stamp):
        return Response(status=204)
    if request.if_none_match.contains(NO_NUMBERS):
        return Response(status=204, headers={"HX-Refresh": "true"})
    return None


def _crumbs(seen: Picture, chosen: date | None) -> list[tuple[str, str | None]]:
    *above, last = seen.path
    links = [(place_name(*one), url_for(".picture", **here({"region": one[0], "month": chosen}))) for one in above]
    return [*links, (place_name(*last), None)] if above else []


def _option(seen: Picture) -> dict[str, Any]:
    """Checklists as bars, the done before the due; open sites as a line over the same months."""

    def points(name: str) -> list[int | None]:
        return [getattr(numbers, name) if numbers else None for _month, numbers in seen.series]

    return {
        "color": ["#2fb344", "#b9c4d2", "#066fd1"],
        "tooltip": {"trigger": "axis"},
        "legend": {"top": 0, "left": 0},
        "grid": {"left": 8, "right": 8, "top": 80, "bottom": 4, "containLabel": True},
        "xAxis": {"type": "category", "data": [f"{month:%Y-%m}" for month, _numbers in seen.series]},
        "yAxis": [
            {"type": "value", "minInterval": 1, "name": gettext("检查单")},
            {"type": "value", "minInterval": 1, "name": gettext("站点"), "splitLine": {"show": False}},
        ],
        "series": [
            {"type": "line", "name": gettext("已开通站点"), "data": points("open"), "yAxisIndex": 1, "symbolSize": 7},
            {
                "type": "bar",
                "name": gettext("应完成检查单"),
                "data": points("due"),
                "barMaxWidth": 24,
                "barGap": "-100%",
            },
            {"type": "bar", "name": gettext("已完成检查单"), "data": points("done"), "barMaxWidth": 24},
        ],
    }


def _people_option(seen: Picture) -> dict[str, Any]:
    """Shares of released counts; a month in which one is protected is a gap."""

    def points(part: str, whole: str, *, rest: bool = False) -> list[int | None]:
        told = [(month, seen.tellings.get(month, {})) for month, _numbers in seen.series]
        known = [Figures({name: Figure(number, month) for name, number in some.items()}) for month, some in told]
        return [one.share(part, whole, rest=rest) for one in known]

    line = {"type": "line", "symbolSize": 7, "connectNulls": False}
    return {
        "color": ["#2fb344", "#066fd1", "#d9730d"],
        "tooltip": {"trigger": "axis"},
        "legend": {"top": 0, "left": 0},
        "grid": {"left": 8, "right": 8, "top": 64, "bottom": 4, "containLabel": True},
        "xAxis": {"type": "category", "data": [f"{month:%Y-%m}" for month, _numbers in seen.series]},
        "yAxis": {"type": "value", "min": 0, "max": 100, "name": "%"},
        "series": [
            {**line, "name": gettext("培训达标率"), "data": points("staff_untrained", "staff", rest=True)},
            {**line, "name": gettext("持证率"), "data": points("staff_certified", "staff_counselling")},
            {**line, "name": gettext("90 天内到期"), "data": points("staff_expiring", "staff")},
        ],
    }
