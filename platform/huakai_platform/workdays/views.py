"""The holiday table in the console: a year, a day, a file."""

from calendar import Calendar as Months
from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug import Response as BaseResponse

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import Conflict, FileRefused
from huakai_platform.kernel.fields import Choice, Date, Form, Int, Text
from huakai_platform.kernel.ids import uuid7
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.downloads import xlsx
from huakai_platform.workdays import calendar, exporting, importing, service, shipped
from huakai_platform.workdays.importing import FIRST_YEAR, LAST_YEAR, LONGEST_NOTE, Plan

blueprint = Blueprint("workdays", __name__, url_prefix="/console/workdays")
Answer = str | BaseResponse | tuple[str, int]


class YearQuery(Form):
    year = Int(FIRST_YEAR, LAST_YEAR)
    day = Date(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))


class DayForm(Form):
    day = Date(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31), required=True)
    works = Choice(["work", "free"], required=True)
    note = Text(max_length=LONGEST_NOTE, load_default="")
    seen = Text(max_length=40, load_default="")


class Nothing(Form):
    """A deed without more to say."""


class Application(Form):
    rows = Text(max_length=80_000, multiline=True, required=True)
    seen = Text(max_length=4000, required=True)


@blueprint.app_context_processor
def _words() -> dict[str, Any]:
    return {"missing_years": lambda: calendar.around(db(), clock.today()).missing(clock.today())}


@blueprint.get("", strict_slashes=False)
@guard(Permission.WORKDAYS_READ)
def index() -> str:
    asked = inputs.query(YearQuery())
    day = asked.get("day")
    return _page(day.year if day else asked.get("year", clock.today().year), day)


@blueprint.get("/export")
@guard(Permission.WORKDAYS_READ)
def export() -> Response:
    number = inputs.query(YearQuery()).get("year", clock.today().year)
    return _workbook(exporting.workbook(service.year(db(), number)), f"workdays-{number}.xlsx")


@blueprint.get("/template")
@guard(Permission.WORKDAYS_READ)
def template() -> Response:
    empty = service.Year(clock.today().year + 1, None, None, {}, ())
    return _workbook(exporting.workbook(empty), "workdays-template.xlsx")


@blueprint.post("/days")
@guard(Permission.WORKDAYS_MANAGE)
def mark() -> Answer:
    """Say of one day whether it is worked."""
    given = inputs.form(DayForm())
    if not given.ok:
        return _page(*_where(given.raw), given=given), 422
    day = given.values["day"]
    try:
        with db().begin_nested():
            about = {"note": given.values["note"], "seen": given.values["seen"]}
            service.mark(db(), actor(), day, works=given.values["works"] == "work", **about)
    except Conflict as stale:
        return _page(day.year, day, given=given.with_error("note", stale.message)), 409
    flash(gettext("已保存 %(day)s。", day=day.isoformat()), "ok")
    return redirect(url_for(".index", year=day.year), 303)


@blueprint.post("/seeding")
@guard(Permission.WORKDAYS_MANAGE)
def seed() -> BaseResponse:
    """Take over the years that come with the program."""
    inputs.form(Nothing())
    taken = service.take_shipped(db(), actor())
    said = gettext("已载入 %(count)s 个年份。", count=len(taken)) if taken else gettext("软件自带的年份都已在表中。")
    flash(said, "ok" if taken else "info")
    return redirect(url_for(".index"), 303)


@blueprint.get("/import")
@guard(Permission.WORKDAYS_MANAGE)
def import_page() -> str:
    return _import_page()


@blueprint.post("/import")
@guard(Permission.WORKDAYS_MANAGE)
def upload() -> Answer:
    """Look at a file; nothing is written."""
    given, file = inputs.form(Nothing()), request.files.get("file")
    try:
        if not given.ok or file is None or not file.filename:
            raise FileRefused(gettext("请选择节假日表文件。"))
        looked = importing.plan(db(), file.read())
    except FileRefused as refused:
        return _import_page(errors={"file": refused.message}), 422
    return (_import_page(looked), 422) if looked.faults else _import_page(looked)


@blueprint.post("/import/application")
@guard(Permission.WORKDAYS_MANAGE)
def apply() -> Answer:
    given = inputs.form(Application())
    if not given.ok:
        return _import_page(errors={"file": gettext("请重新上传文件。")}), 422
    years = importing.apply(db(), actor(), given.values["rows"], given.values["seen"])
    flash(gettext("已写入 %(count)s 个年份的节假日表。", count=len(years)), "ok")
    return redirect(url_for(".index", year=years[-1]), 303)


def _page(number: int, day: date | None = None, given: inputs.FormResult | None = None) -> str:
    found = service.year(db(), number)
    chosen = day if day and not found.missing else None
    values = {
        "works": "work" if chosen and found.works(chosen) else "free",
        "note": found.note(chosen) if chosen else "",
    }
    return render_template(
        "workdays/index.html",
        year=found,
        day=chosen,
        months=[(date(number, month, 1), Months().monthdatescalendar(number, month)) for month in range(1, 13)],
        values=given.raw if given else values,
        errors=given.errors if given else {},
        shipped=shipped.years(),
        today=clock.today(),
        bounds=(FIRST_YEAR, LAST_YEAR),
        longest=LONGEST_NOTE,
        key=lambda: str(uuid7()),
    )


def _where(raw: Mapping[str, Any]) -> tuple[int, date | None]:
    """The page that a form was sent from, as far as it can be told."""
    try:
        day = date.fromisoformat(str(raw.get("day", "")))
    except ValueError:
        return clock.today().year, None
    return (day.year, day) if FIRST_YEAR <= day.year <= LAST_YEAR else (clock.today().year, None)


def _import_page(looked: Plan | None = None, errors: Mapping[str, str] | None = None) -> str:
    return render_template("workdays/import.html", plan=looked, errors=errors or {}, key=lambda: str(uuid7()))


def _workbook(data: bytes, filename: str) -> Response:
    return xlsx(data, filename)
