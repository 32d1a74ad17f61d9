"""Checklist pages of a room: today, one run answered item by item, what was completed."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug import Response as BaseResponse

from huakai_platform import forms
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import FileRefused, Invalid
from huakai_platform.web.context import actor, db, guard
from huakai_platform.workdays import calendar
from huakai_tenants.checklists import answers, point_listing, reopening, service
from huakai_tenants.checklists.answers import StaleAnswer
from huakai_tenants.checklists.views import blueprint

Answered = str | tuple[str, int] | BaseResponse | tuple[str, int, dict[str, str]]


@blueprint.app_context_processor
def _words() -> dict[str, Any]:
    return {"written": forms.written}


@blueprint.get("/")
@guard(Permission.TODAY_READ)
def today() -> str:
    day = clock.today()
    dues = service.today(db(), day)
    standing = point_listing.standing(db(), actor(), day)
    missing = calendar.around(db(), day).missing(day)
    return render_template("checklists/today.html", dues=dues, day=day, missing=missing, standing=standing)


@blueprint.post("/checklists/<code>")
@guard(Permission.CHECKLISTS_FILL, sample="checklist")
def begin(code: str) -> BaseResponse:
    """Open the checklist of the present period; whoever comes second joins the same run."""
    run_id = service.begin(db(), actor(), code, clock.today())
    return redirect(url_for(".show", run_id=run_id), 303)


@blueprint.get("/checklists/<uuid:run_id>")
@guard(Permission.CHECKLISTS_READ, sample="run")
def show(run_id: UUID) -> str:
    return page(run_id)


@blueprint.post("/checklists/<uuid:run_id>/items/<item>")
@guard(Permission.CHECKLISTS_FILL, sample="run")
def answer(run_id: UUID, item: str) -> Answered:
    """Save one item: its answer, and a photo or document when one was chosen."""
    kind = answers.item_of(db(), service.open_run(db(), run_id), item).kind
    try:
        with db().begin_nested():
            note, version = request.form.get(f"{item}-note"), _version()
            if item in request.form or (note is not None and (note.strip() or version)):
                raw: Any = request.form.getlist(item) if kind == "choices" else _said(item)
                answers.save(db(), actor(), run_id, item, raw, version=version, note=note)
            for name in (f"{item}-evidence", item):
                if (file := request.files.get(name)) and file.filename:
                    answers.attach(db(), actor(), run_id, item, file.filename, file.read())
    except StaleAnswer as stale:
        return _told(run_id, item, {}, stale)
    except FileRefused as refused:
        return _told(run_id, item, {item: [refused.message]})
    except Invalid as invalid:
        return _told(run_id, item, invalid.fields or {item: [invalid.message]})
    if request.headers.get("HX-Request"):
        return _fragment(run_id, item)
    return redirect(url_for(".show", run_id=run_id, _anchor=f"i-{item}"), 303)


@blueprint.post("/checklists/<uuid:run_id>/completion")
@guard(Permission.CHECKLISTS_COMPLETE, sample="run")
def complete(run_id: UUID) -> Answered:
    try:
        service.complete(db(), actor(), run_id)
    except Invalid as invalid:
        return page(run_id, errors=invalid.fields), 422
    flash(gettext("检查单已完成。"), "ok")
    return redirect(url_for(".show", run_id=run_id), 303)


@blueprint.get("/attachments/<uuid:attachment_id>")
@guard(Permission.CHECKLISTS_READ, sample="attachment")
def attachment(attachment_id: UUID) -> Response:
    return proof(*answers.attachment(db(), attachment_id))


def proof(media_type: str, content: bytes) -> Response:
    """A file that somebody uploaded: a photo is shown, a document only saved."""
    response = Response(content, mimetype=media_type)
    response.headers["Content-Disposition"] = "inline" if media_type == "image/jpeg" else "attachment"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@blueprint.post("/attachments/<uuid:attachment_id>/removal")
@guard(Permission.CHECKLISTS_FILL, sample="attachment")
def detach(attachment_id: UUID) -> BaseResponse:
    run_id = answers.detach(db(), actor(), attachment_id)
    flash(gettext("文件已移除。"), "ok")
    return redirect(url_for(".show", run_id=run_id), 303)


def _said(item: str) -> str:
    """The answer to an item: “not applicable” stands before the field beside it, which may be left empty."""
    return next(filter(None, request.form.getlist(item)), "")


def _version() -> int:
    given = request.form.get("version", "0")
    if not (given.isascii() and given.isdigit() and len(given) < 9):
        raise Invalid(gettext("填写的内容有误。"))
    return int(given)


def _told(run_id: UUID, item: str, errors: Mapping[str, list[Any]], stale: StaleAnswer | None = None) -> Answered:
    """What was wrong, with everything that was typed still there."""
    status = 409 if stale else 422
    if not request.headers.get("HX-Request"):
        typed = {name: _said(name) for name in (item, f"{item}-note") if name in request.form}
        return page(run_id, errors=errors, typed=typed, stale={item: stale} if stale else {}), status
    shown = _fragment(run_id, item, errors=errors, stale=stale)
    return shown, 422, {"HX-Retarget": f"#s-{item}", "HX-Reswap": "innerHTML"}


def page(
    run_id: UUID,
    errors: Mapping[str, list[Any]] | None = None,
    typed: Mapping[str, Any] | None = None,
    stale: Mapping[str, StaleAnswer] | None = None,
    reason: Mapping[str, Any] | None = None,
    reason_errors: Mapping[str, list[Any]] | None = None,
) -> str:
    """A run as it is shown, with what was wrong and what was typed."""
    sheet = service.sheet(db(), run_id)
    return render_template(
        "checklists/show.html",
        sheet=sheet,
        errors=errors or {},
        typed=typed or {},
        stale=stale or {},
        day=clock.today(),
        reopenings=reopening.history(db(), run_id),
        reason=reason or {},
        reason_errors=reason_errors or {},
    )


def _fragment(
    run_id: UUID, item: str, errors: Mapping[str, list[Any]] | None = None, stale: StaleAnswer | None = None
) -> str:
    sheet = service.sheet(db(), run_id)
    return render_template(
        "checklists/_saved.html",
        sheet=sheet,
        item=sheet.definition.item(item),
        errors=errors or {},
        stale=stale,
    )
