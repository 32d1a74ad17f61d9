"""The holiday table for programs: a year is read, a day is put."""

from datetime import date
from typing import Any

from flask import Response
from marshmallow import ValidationError, fields

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.fields import Date, Flag, Int, Strict, Text
from huakai_platform.kernel.i18n import _
from huakai_platform.web import api
from huakai_platform.web.context import actor, db, guard
from huakai_platform.workdays import service
from huakai_platform.workdays.importing import FIRST_YEAR, LAST_YEAR, LONGEST_NOTE

blueprint = api.Resources("workdays", __name__, "节假日 Work days")
DAY = Date(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))


class YearAsked(api.Asked):
    year = Int(FIRST_YEAR, LAST_YEAR, metadata=api.about("默认今年 This year by default."))


class Marking(Strict):
    works = Flag(required=True)
    note = Text(max_length=LONGEST_NOTE, load_default="")


class Day(api.Shape):
    day = fields.Date()
    works = fields.Boolean()
    note = fields.String()


class Year(api.Shape):
    year = fields.Integer()
    source = fields.String(allow_none=True, metadata=api.about("null 为尚无此年 null: the year is missing."))
    updated_at = fields.DateTime(allow_none=True)
    days = fields.List(fields.Nested(Day))
    known = fields.List(fields.Integer())


@blueprint.get("/workdays")
@guard(Permission.WORKDAYS_READ)
@blueprint.operation(
    "Read a year", "一年中与周一至周五不同的日子。ETag 是它的版本。", asks=YearAsked, gives=Year
)  # fmt: skip
def year(asked: Any) -> Response:
    return _answer(service.year(db(), asked.get("year", clock.today().year)))


@blueprint.put("/workdays/<day>")
@guard(Permission.WORKDAYS_MANAGE, sample="work_day")
@blueprint.operation(
    "Put a day", "登记一天上班或休息；ETag 是这一年的版本。", takes=Marking, gives=Year, versioned=True,
    example={"works": False, "note": "New Year"},
)  # fmt: skip
def mark(day: str, given: Any) -> Response:
    on = _day(day)
    found = service.year(db(), on.year)
    api.expect(found.stamp)
    service.mark(db(), actor(), on, works=given["works"], note=given["note"], seen=found.stamp)
    return _answer(service.year(db(), on.year))


def _day(text: str) -> date:
    try:
        found: date = DAY.deserialize(text)
    except ValidationError:
        raise NotFound(_("请填写日期，例如 2026-01-31")) from None
    return found


def _answer(found: service.Year) -> Response:
    days = [{"day": day, "works": works, "note": found.note(day)} for day, (works, _note) in found.days.items()]
    about = {"year": found.year, "source": found.source, "updated_at": found.updated_at, "known": found.known}
    said = [one | {"note": api.said(one["note"])} for one in days]
    return api.answer(about | {"days": said}, version=found.stamp or None)
