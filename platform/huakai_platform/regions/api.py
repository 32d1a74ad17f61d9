"""Regions for programs: looked up, and walked down."""

from typing import Any

from flask import Response
from marshmallow import fields

from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.fields import RegionCode, Text
from huakai_platform.regions import service
from huakai_platform.web import api
from huakai_platform.web.context import db, guard

blueprint = api.Resources("regions", __name__, "地区 Regions")


class RegionRow(api.Shape):
    code = fields.String()
    name = fields.String()
    level = fields.String(metadata={"enum": list(service.LEVELS)})
    parent_code = fields.String(allow_none=True)


class Step(api.Shape):
    code = fields.String()
    name = fields.String()


class RegionWhole(RegionRow):
    path = fields.List(fields.Nested(Step))


class RegionsAsked(api.Paged):
    q = Text(min_length=1, max_length=50, metadata=api.about("区划代码、名称或拼音首字母 Code, name or initials."))
    within = RegionCode(metadata=api.about("不搜索时列出其下一级 Without `q`: the regions right below."))


@blueprint.get("/regions")
@guard(Permission.REGIONS_READ)
@blueprint.operation(
    "Find regions", "按名称查找，或列出一个地区的下一级。", asks=RegionsAsked, gives=api.Listed(RegionRow)
)
def regions(asked: Any) -> Response:
    words, within = asked.get("q", ""), asked.get("within", service.COUNTRY)
    found = service.find(db(), words, within=within, most=service.MOST) if words else service.children(db(), within)
    return api.listed([_row(one) for one in found], asked, key=lambda one: one["code"])


@blueprint.get("/regions/<code>")
@guard(Permission.REGIONS_READ, sample="region")
@blueprint.operation("Read a region", "一个地区和它的上级。", gives=RegionWhole)
def region(code: str) -> Response:
    found = service.get(db(), code)
    return api.answer(_row(found) | {"path": [{"code": one, "name": name} for one, name in service.path(db(), code)]})


def _row(one: Any) -> dict[str, Any]:
    return {"code": one.code, "name": one.name, "level": one.level, "parent_code": one.parent_code}
