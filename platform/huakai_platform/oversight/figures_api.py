"""Released counts of people and the ranking of sites, for programs."""

from datetime import date
from typing import Any

from flask import Response
from marshmallow import fields, post_load

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import Conflict
from huakai_platform.kernel.fields import Choice, Code, RegionCode
from huakai_platform.kernel.i18n import _
from huakai_platform.oversight import figures, picture, site_numbers
from huakai_platform.oversight.figures import Figures
from huakai_platform.oversight.metrics import PERSONS
from huakai_platform.oversight.site_numbers import MOST, SORTS, Line
from huakai_platform.web import api
from huakai_platform.web.context import actor, db, guard

blueprint = api.Resources("figures", __name__, "人员数字和排名 Counts of people, and the ranking")
COUNTED = ("due", "done", "share", "failures", "points")
MONTH = r"20[0-9]{2}-(?:0[1-9]|1[0-2])"


class FiguresAsked(api.Asked):
    region = RegionCode()
    month = Code(MONTH, max_length=7, metadata=api.about("例如 2026-01，默认本月 This month by default."))

    @post_load
    def _first_day(self, values: dict[str, Any], **_settings: Any) -> dict[str, Any]:
        values["month"] = _first(values.get("month"))
        return values


class RankingAsked(api.Paged):
    region = RegionCode()
    month = Code(MONTH, max_length=7)
    sort = Choice([*SORTS, *(f"-{name}" for name in SORTS)], load_default="-overdue")

    @post_load
    def _first_day(self, values: dict[str, Any], **_settings: Any) -> dict[str, Any]:
        values["month"] = _first(values.get("month"))
        return values


class FigureRow(api.Shape):
    name = fields.String(metadata={"enum": list(PERSONS)})
    value = fields.Integer(allow_none=True, metadata=api.about("null 为受保护 null: protected."))
    month = fields.Date(allow_none=True)
    whole = fields.String(allow_none=True)
    share = fields.Integer(allow_none=True)


class Released(api.Shape):
    code = fields.String()
    name = fields.String()
    released = fields.Date(allow_none=True, metadata=api.about("最近一次发布的月份 The month of the newest release."))
    threshold = fields.Integer(allow_none=True)
    figures = fields.List(fields.Nested(FigureRow))


class Ranked(api.Shape):
    id = fields.UUID()
    code = fields.String()
    name = fields.String()
    state = fields.String()
    due = fields.Integer()
    done = fields.Integer()
    share = fields.Integer(allow_none=True)
    overdue = fields.Integer()
    failures = fields.Integer()
    points = fields.Integer(allow_none=True)


@blueprint.get("/picture/figures")
@guard(Permission.PICTURE_READ)
@blueprint.operation(
    "Read released counts of people", "一个地区已发布的人员数字；受保护的为 null。", asks=FiguresAsked, gives=Released,
    refuses=(404,),
)  # fmt: skip
def released(asked: Any) -> Response:
    own = picture.top(actor())
    path, _level = picture.path_of(db(), own, asked.get("region") or own)
    code, name = path[-1]
    told = figures.told(db(), [code], asked["month"])
    rows = [_figure(told.of(code), one) for one in PERSONS]
    about = {"code": code, "name": name, "released": told.month, "threshold": told.threshold}
    return api.answer(about | {"figures": rows})


@blueprint.get("/picture/sites")
@guard(Permission.PICTURE_READ)
@blueprint.operation(
    "Rank sites", "一个地区的站点按一项数字排名；站点太多为 409，请进入下级地区。", asks=RankingAsked,
    gives=api.Listed(Ranked), refuses=(404, 409),
)  # fmt: skip
def ranking(asked: Any) -> Response:
    about = {"sort": asked["sort"], "page": None}
    seen = site_numbers.ranked(db(), actor(), asked.get("region"), asked["month"], **about)
    if seen.too_many:
        raise Conflict(_("最多对 {most} 个站点排名，请先进入下级地区。", most=MOST))
    return api.listed([_ranked(line) for line in seen.lines], asked, key=lambda row: row["code"])


def _first(month: str | None) -> date:
    return date.fromisoformat(f"{month}-01") if month else clock.month(clock.today())


def _figure(told: Figures, name: str) -> dict[str, Any]:
    whole, one = PERSONS[name], told[name]
    share = told.share(name, whole) if whole else None
    return {"name": name, "value": one.value, "month": one.month, "whole": whole, "share": share}


def _ranked(line: Line) -> dict[str, Any]:
    said = {name: getattr(line, name) for name in ("id", "code", "name", "state")}
    counted = {name: getattr(line.numbers, name) for name in COUNTED}
    return said | counted | {"overdue": line.numbers["checklists_overdue"]}
