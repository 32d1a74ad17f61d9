"""The picture of a region for programs: the same released numbers as on the page."""

from typing import Any

from flask import Response
from marshmallow import fields

from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.fields import RegionCode
from huakai_platform.oversight import picture
from huakai_platform.oversight.picture import Numbers
from huakai_platform.web import api
from huakai_platform.web.context import actor, db, guard

blueprint = api.Resources("picture", __name__, "总览 The picture of a region")

NAMES = ("sites", "open", "waiting", "due", "done", "share", "failures")


class Counted(api.Shape):
    sites = fields.Integer()
    open = fields.Integer()
    waiting = fields.Integer()
    due = fields.Integer(metadata=api.about("应完成的检查单 Checklists due."))
    done = fields.Integer()
    share = fields.Integer(allow_none=True, metadata=api.about("百分比 Percent done."))
    failures = fields.Integer(metadata=api.about("未通过的核心项 Failed core items."))


class Month(api.Shape):
    month = fields.Date()
    numbers = fields.Nested(Counted, allow_none=True)


class Below(api.Shape):
    code = fields.String()
    name = fields.String()
    numbers = fields.Nested(Counted)


class Picture(api.Shape):
    code = fields.String()
    name = fields.String()
    level = fields.String()
    month = fields.Date()
    as_of = fields.DateTime(allow_none=True)
    numbers = fields.Nested(Counted)
    series = fields.List(fields.Nested(Month))
    below = fields.List(fields.Nested(Below))


class PictureAsked(api.Asked):
    region = RegionCode()


@blueprint.get("/picture")
@guard(Permission.PICTURE_READ)
@blueprint.operation(
    "Look at a region", "一个地区的总览：当月、十二个月、下一级。", asks=PictureAsked, gives=Picture, refuses=(404,)
)
def show(asked: Any) -> Response:
    seen = picture.of(db(), actor(), asked.get("region"))
    return api.answer(
        {
            **{name: getattr(seen, name) for name in ("code", "name", "level", "month", "as_of")},
            "numbers": _counted(seen.numbers),
            "series": [{"month": month, "numbers": found and _counted(found)} for month, found in seen.series],
            "below": [{"code": row.code, "name": row.name, "numbers": _counted(row.numbers)} for row in seen.below],
        }
    )


def _counted(numbers: Numbers) -> dict[str, Any]:
    return {name: getattr(numbers, name) for name in NAMES}
