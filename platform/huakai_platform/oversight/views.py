"""The first page of the console: where a region and all below it stand."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, current_app, render_template, request, url_for
from flask_babel import gettext

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import CONSOLE, Permission
from huakai_platform.kernel.fields import Choice, Form, RegionCode
from huakai_platform.kernel.i18n import _
from huakai_platform.oversight import exporting, picture, rollups
from huakai_platform.oversight.picture import NO_NUMBERS, SORTS, Picture
from huakai_platform.regions.service import COUNTRY
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard

blueprint = Blueprint("oversight", __name__, url_prefix="/console")

NOTHING = [None] * len(exporting.TITLES)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class PictureQuery(Form):
    region = RegionCode()
    sort = Choice([*SORTS, *(f"-{name}" for name in SORTS)], load_default="code")


@blueprint.get("/", endpoint="picture")
@guard(Permission.PICTURE_READ, to=CONSOLE)
def show() -> str | Response:
    asked = inputs.query(PictureQuery())
    seen = picture.of(db(), actor(), asked.get("region"), sort=asked["sort"])
    if request.headers.get("HX-Request") and (answer := _unchanged(seen)):
        return answer
    return render_template(
        "oversight/picture.html",
        picture=seen,
        here=_here(asked),
        place=_name(seen.code, seen.name),
        crumbs=_crumbs(seen),
        tiles={row.code[:2]: row.numbers.open for row in seen.below},
        tile_links={row.code[:2]: url_for(".picture", region=row.code) for row in seen.below},
        option=_option(seen),
        columns=[_("月份"), *exporting.TITLES],
        rows=[[f"{month:%Y-%m}", *(exporting.cells(found) if found else NOTHING)] for month, found in seen.series],
        links={name: _link(f"onboarding.{name}", _here({"region": seen.code})) for name in ("sites", "board")},
        import_link=_link("onboarding.imports", {}) if actor().can(Permission.REGISTER_IMPORT) else None,
    )


@blueprint.get("/picture.xlsx")
@guard(Permission.PICTURE_READ, to=CONSOLE)
def export() -> Response:
    asked = inputs.query(PictureQuery())
    seen = picture.of(db(), actor(), asked.get("region"), sort=asked["sort"])
    response = Response(exporting.workbook(seen, _name(seen.code, seen.name)), mimetype=XLSX)
    response.headers.set("Content-Disposition", "attachment", filename=f"picture-{seen.code}-{seen.month:%Y-%m}.xlsx")
    return response


@blueprint.app_context_processor
def _glance() -> dict[str, Any]:
    return {"rollups_glance": lambda: rollups.glance(db(), clock.month(clock.today()))}


def _unchanged(seen: Picture) -> Response | None:
    """Nothing to a page that is up to date; a page without numbers is asked to load anew once there are some."""
    if request.if_none_match.contains(seen.stamp):
        return Response(status=204)
    if request.if_none_match.contains(NO_NUMBERS):
        return Response(status=204, headers={"HX-Refresh": "true"})
    return None


def _here(asked: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of an address that shows the same; the country needs none."""
    region, sort = asked.get("region"), asked.get("sort", "code")
    return ({"region": region} if region not in (None, COUNTRY) else {}) | ({"sort": sort} if sort != "code" else {})


def _name(code: str, name: str) -> str:
    return gettext("全国") if code == COUNTRY else name


def _crumbs(seen: Picture) -> list[tuple[str, str | None]]:
    *above, last = seen.path
    links = [(_name(*one), url_for(".picture", **_here({"region": one[0]}))) for one in above]
    return [*links, (_name(*last), None)] if above else []


def _link(endpoint: str, arguments: Mapping[str, Any]) -> str | None:
    """Another page of the console, where this process serves it."""
    return url_for(endpoint, **arguments) if endpoint in current_app.view_functions else None


def _option(seen: Picture) -> dict[str, Any]:
    """Checklists as bars, the done before the due; open sites as a line over the same months."""

    def points(name: str) -> list[int | None]:
        return [getattr(numbers, name) if numbers else None for _month, numbers in seen.series]

    return {
        "color": ["#2fb344", "#b9c4d2", "#066fd1"],
        "tooltip": {"trigger": "axis"},
        "legend": {"top": 0, "left": 0},
        "grid": {"left": 8, "right": 8, "top": 64, "bottom": 4, "containLabel": True},
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
