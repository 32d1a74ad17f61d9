"""Where the pages hang, what they are asked with, and the form that both planes share."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext
from werkzeug import Response

from huakai_platform.kernel.errors import Conflict
from huakai_platform.kernel.fields import Form, Id, Page, Text
from huakai_platform.proposals import making, spots
from huakai_platform.proposals.spots import Spot
from huakai_platform.proposals.words import STATES
from huakai_platform.standards import service as standards
from huakai_platform.standards.words import KINDS
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db
from huakai_platform.web.inputs import FormResult

console = Blueprint("proposals", __name__, url_prefix="/console/proposals")
room = Blueprint("room_proposals", __name__, url_prefix="/room/proposals")
Answer = Response | str | tuple[str, int]


@console.context_processor
@room.context_processor
def _words() -> dict[str, Any]:
    return {"states": STATES, "kinds": KINDS}


class PageQuery(Form):
    page = Page()


class ItemQuery(Form):
    item = Text(max_length=200, load_default="")


class Proposing(Form):
    at = Text(max_length=200, load_default="")
    change = Text(min_length=5, max_length=1000, multiline=True, required=True)
    reason = Text(min_length=5, max_length=1000, multiline=True, required=True)


class Declining(Form):
    answer = Text(min_length=5, max_length=1000, multiline=True, required=True)


class Accepting(Form):
    draft = Id(required=True)


class Merging(Form):
    into = Id(required=True)


def form(edition_id: UUID, kind: str, code: str, *, back: str) -> Answer:
    """The form about a definition of an edition, and the proposal that it sends."""
    bodies = standards.bodies(db(), edition_id)
    whole = spots.find(bodies, kind, code)
    if request.method != "POST":
        item = inputs.query(ItemQuery())["item"]
        chosen = spots.find(bodies, kind, code, item).at if item else ""
        return _page(edition_id, whole, FormResult({}, raw={"at": chosen}), back)
    given = inputs.form(Proposing())
    if not given.ok:
        return _page(edition_id, whole, given, back), 422
    try:
        making.propose(db(), actor(), edition_id, kind, code, **given.values)
    except Conflict as refused:
        return _page(edition_id, whole, given.with_error("change", refused.message), back), 409
    flash(gettext("已提交建议，处理结果会通知您。"), "success")
    return redirect(back, 303)


def _page(edition_id: UUID, whole: Spot, given: FormResult, back: str) -> str:
    body = standards.body(db(), edition_id, whole.kind, whole.code)
    return render_template(
        "proposals/new.html",
        whole=whole,
        entries=spots.entries(body),
        edition=standards.edition(db(), edition_id),
        given=given,
        back=back,
        plane="console" if request.path.startswith("/console/") else "room",
        crumbs=[(gettext("建议"), back), (gettext("提出建议"), None)],
    )
