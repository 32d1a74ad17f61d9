"""Every run of a room by filters, on the page, on paper and in a workbook; one run opened again."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import get_locale, gettext
from werkzeug import Response as BaseResponse

from huakai_platform import forms
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import Invalid
from huakai_platform.kernel.fields import Choice, Code, Date, Flag, Form, Page, Text
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.downloads import xlsx
from huakai_platform.web.pages import day_of, show_date, show_moment
from huakai_tenants.checklists import filled, reopening, service
from huakai_tenants.checklists import listing as runs
from huakai_tenants.checklists.views import blueprint
from huakai_tenants.checklists.views.runs import page

Answer = str | BaseResponse | tuple[str, int]


class HistoryQuery(Form):
    code = Code()
    since = Date()
    until = Date()
    state = Choice(runs.STATES)
    failures = Flag()
    sort = Choice([*runs.SORTS, *(f"-{name}" for name in runs.SORTS)], load_default="-due")
    page = Page(load_default=1)


class Reason(Form):
    reason = Text(max_length=500, multiline=True, load_default="")


class PrintQuery(Form):
    blank = Flag(load_default=False)


@blueprint.get("/checklists")
@guard(Permission.CHECKLISTS_READ)
def history() -> str:
    listing, locale = runs.list_page(db(), inputs.query(HistoryQuery())), str(get_locale())
    root, day = url_for(".history") + "/", clock.today()
    return render_template(
        "checklists/history.html",
        listing=listing,
        rows=[_row(line, root, locale, day) for line in listing.lines],
        titles=[(code, title.of(locale)) for code, title in listing.titles],
        states=runs.STATES,
        shown={name: value for name, value in request.args.items() if value and name != "page"},
    )


def _row(line: runs.Line, root: str, locale: str, day: date) -> tuple[Any, ...]:
    """What the row of a run shows, in the order of its template: made here once, as a page has many."""
    row, score, done = line.row, line.row.score, line.row.completed_at
    return (
        f"{root}{row.id}",
        line.title.of(locale),
        row.reopenings,
        row.answered,
        line.total,
        show_date(row.due_on),
        line.state(day),
        show_moment(done),
        done is not None and day_of(done) > row.due_on,
        f"{score['percent']}%" if score and score.get("percent") else "—",
        None if score is None else len(score["failed_core"]),
    )


@blueprint.get("/checklists/export")
@guard(Permission.CHECKLISTS_READ)
def export_history() -> Response:
    """What the list shows, all pages of it."""
    return workbook(runs.export(db(), inputs.query(HistoryQuery())), f"checklists-{clock.today().isoformat()}.xlsx")


@blueprint.get("/checklists/<uuid:run_id>/print")
@guard(Permission.CHECKLISTS_READ, sample="run")
def print_run(run_id: UUID) -> str:
    """One run for paper: as it stands, or blank to be filled by hand."""
    blank = inputs.query(PrintQuery())["blank"]
    return render_template(
        "checklists/print.html", sheet=service.sheet(db(), run_id), blank=blank, words=forms.words, today=clock.today()
    )


@blueprint.get("/checklists/<uuid:run_id>/workbook")
@guard(Permission.CHECKLISTS_READ, sample="run")
def run_workbook(run_id: UUID) -> Response:
    sheet, blank = service.sheet(db(), run_id), inputs.query(PrintQuery())["blank"]
    data = filled.workbook(sheet, blank=blank, locale=get_locale())
    return workbook(data, f"{sheet.run.code}-{sheet.run.period_start.isoformat()}.xlsx")


@blueprint.post("/checklists/<uuid:run_id>/reopening")
@guard(Permission.CHECKLISTS_REOPEN, sample="run")
def reopen(run_id: UUID) -> Answer:
    given = inputs.form(Reason())
    try:
        if not given.ok:
            raise Invalid(gettext("填写的内容有误。"), given.errors)
        reopening.reopen(db(), actor(), run_id, given.values["reason"])
    except Invalid as invalid:
        return page(run_id, reason=given.raw, reason_errors=invalid.fields), 422
    flash(gettext("检查单已重新打开，原来的得分已留存。"), "ok")
    return redirect(url_for(".show", run_id=run_id), 303)


def workbook(data: bytes, filename: str) -> Response:
    return xlsx(data, filename)
