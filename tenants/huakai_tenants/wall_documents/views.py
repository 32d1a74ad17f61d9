"""The room's pages of the documents on its wall."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug import Response

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import FileRefused, Invalid
from huakai_platform.kernel.fields import Choice, Date, Form, Text
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.inputs import FormResult
from huakai_tenants.premises import photos
from huakai_tenants.wall_documents import service

blueprint = Blueprint("wall_documents", __name__, url_prefix="/room/wall-documents")


class Listing(Form):
    state = Choice(service.STATES)


class Photo(Form):
    taken_on = Date()
    note = Text(max_length=100)


@blueprint.get("")
@guard(Permission.SPACES_READ)
def index() -> str:
    asked, rows = inputs.query(Listing()), service.standings(db(), clock.today())
    return render_template(
        "wall_documents/index.html",
        rows=[one for one in rows if asked.get("state") in (None, one.state)],
        counts={state: sum(one.state == state for one in rows) for state in service.STATES},
        total=len(rows),
        states=service.STATES,
        state=asked.get("state"),
    )


@blueprint.get("/<code>")
@guard(Permission.SPACES_READ, sample="wall_document")
def show(code: str) -> str:
    return _page(code)


@blueprint.post("/<code>/photos")
@guard(Permission.WALL_MANAGE, sample="wall_document")
def attach(code: str) -> Response | tuple[str, int]:
    service.get(db(), code, clock.today())
    given, file = inputs.form(Photo()), request.files.get("file")
    if not given.ok:
        return _page(code, given), 422
    try:
        if file is None or not file.filename:
            raise FileRefused(gettext("请选择照片。"))
        service.show(
            db(),
            actor(),
            code,
            file.read(),
            taken_on=given.values.get("taken_on"),
            note=given.values.get("note"),
        )
    except FileRefused as refused:
        return _page(code, given.with_error("file", refused.message)), 422
    except Invalid as refused:
        return _page(code, FormResult({}, refused.fields, given.raw)), 422
    flash(gettext("照片已保存。"), "ok")
    return redirect(url_for(".show", code=code), 303)


def _page(code: str, given: FormResult | None = None) -> str:
    one = service.get(db(), code, clock.today())
    return render_template(
        "wall_documents/show.html",
        one=one,
        pictures=photos.of(db(), "wall_document", one.id) if one.id else [],
        reasons=photos.REASONS,
        states=service.STATES,
        today=clock.today(),
        given=given,
    )
