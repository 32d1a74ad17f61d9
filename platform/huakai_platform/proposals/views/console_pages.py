"""Proposals in the console: all within reach, one with what is done with it, and an office's own."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug import Response as BaseResponse

from huakai_platform.kernel.access import Permission
from huakai_platform.onboarding.views.regions import narrowing
from huakai_platform.proposals import deciding, listing
from huakai_platform.proposals.listing import PROPOSALS, Proposed
from huakai_platform.proposals.views.blueprints import (
    Accepting,
    Answer,
    Declining,
    Merging,
    PageQuery,
    console,
    form,
)
from huakai_platform.resources.pages import Asked, Pages
from huakai_platform.resources.routes import list_routes
from huakai_platform.standards import drafts
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.inputs import FormResult
from huakai_platform.web.pages import say

PAGES = Pages(PROPOSALS, "proposal_id", on_paper=2_000)
list_routes(console, PAGES, read=Permission.PROPOSALS_MAKE, workbook="/export", by_hand={"index"})


@console.get("")
@guard(Permission.PROPOSALS_MAKE)
def index() -> str:
    given = PAGES.given()
    around, crumbs = narrowing("proposals.index", given.get("region"))
    draft = given.get("draft")
    called = {str(draft): say(drafts.load(db(), draft).row.title)} if draft else {}
    asked = Asked(given, Proposed(choices=around.choices, drafts=called))
    return PAGES.index(asked, crumbs=crumbs, draft_url=draft_url)


@console.get("/mine")
@guard(Permission.PROPOSALS_MAKE)
def mine() -> str:
    found = listing.mine(db(), actor(), inputs.query(PageQuery())["page"])
    crumbs = [(gettext("建议"), url_for(".index")), (gettext("我的建议"), None)]
    return render_template("proposals/mine.html", listing=found, crumbs=crumbs)


@console.route("/new/<uuid:edition_id>/<kind>/<code>", methods=["GET", "POST"])
@guard(Permission.PROPOSALS_MAKE, sample="definition")
def propose(edition_id: UUID, kind: str, code: str) -> Answer:
    return form(edition_id, kind, code, back=url_for(".mine"))


@console.get("/<uuid:proposal_id>")
@guard(Permission.PROPOSALS_MAKE, sample="proposal")
def show(proposal_id: UUID) -> str:
    return _page(proposal_id, FormResult({}))


@console.post("/<uuid:proposal_id>/acceptance")
@guard(Permission.STANDARD_WRITE, sample="proposal")
def accept(proposal_id: UUID) -> Answer:
    given = inputs.form(Accepting())
    if not given.ok:
        return _page(proposal_id, given), 422
    found = deciding.accept(db(), actor(), proposal_id, given.values["draft"])
    flash(gettext("已采纳进草稿，请在这里修改。"), "success")
    return redirect(draft_url(found), 303)


@console.post("/<uuid:proposal_id>/refusal")
@guard(Permission.STANDARD_WRITE, sample="proposal")
def decline(proposal_id: UUID) -> Answer:
    given = inputs.form(Declining())
    if not given.ok:
        return _page(proposal_id, given), 422
    deciding.decline(db(), actor(), proposal_id, given.values["answer"])
    return _done(proposal_id)


@console.post("/<uuid:proposal_id>/merging")
@guard(Permission.STANDARD_WRITE, sample="proposal")
def merge(proposal_id: UUID) -> Answer:
    given = inputs.form(Merging())
    if not given.ok:
        return _page(proposal_id, given), 422
    deciding.merge(db(), actor(), proposal_id, given.values["into"])
    return _done(proposal_id)


def draft_url(row: Any) -> str:
    """Where in the draft the item of an accepted proposal is changed."""
    of = {"draft_id": row.draft_id, "kind": row.kind, "code": row.code}
    return url_for("standards.entry", **of, at=row.at) if row.at else url_for("standards.draft_definition", **of)


def _done(proposal_id: UUID) -> BaseResponse:
    flash(gettext("已处理，提出的人会收到通知。"), "success")
    return redirect(url_for(".show", proposal_id=proposal_id), 303)


def _page(proposal_id: UUID, given: FormResult) -> str:
    row, spot = listing.get(db(), actor(), proposal_id)
    may = actor().can(Permission.STANDARD_WRITE) and row.state == "open"
    return render_template(
        "proposals/show.html",
        row=row,
        spot=spot,
        given=given,
        drafts=[(str(one.id), say(one.title)) for one in deciding.writable(db())] if may else [],
        mates=[(str(one.id), one.change[:80]) for one in deciding.mates(db(), actor(), row)] if may else [],
        at_draft=draft_url(row) if row.draft_id else None,
        crumbs=[(gettext("建议"), url_for(".index")), (say(spot.entry or spot.title), None)],
    )
