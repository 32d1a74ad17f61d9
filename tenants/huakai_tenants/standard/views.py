"""The room's page of its standard: what changed, what to do by when, and the word that it was read."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug import Response

from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.fields import Form
from huakai_platform.kernel.i18n import _
from huakai_platform.standards import pinned, words
from huakai_platform.standards import service as standards
from huakai_platform.standards.views.comparing import SORTS
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_tenants.standard import lacking, service

blueprint = Blueprint("standard", __name__, url_prefix="/room/standard")


class Read(Form):
    """A deed without more to say."""


@blueprint.app_context_processor
def _change() -> dict[str, Any]:
    return {"standard_change": _waiting, "change_sorts": SORTS, "standard_lacks": _lacking}


def _lacking() -> int | None:
    """The number of the room's edition where that says nothing of what the page is about."""
    kind = lacking.KIND_OF.get(request.endpoint or "") or lacking.KIND_OF.get(request.blueprint or "")
    return lacking.number(db(), kind) if kind else None


@blueprint.get("")
@guard(Permission.STANDARD_KNOW)
def index() -> str:
    room = pinned.find(db())
    return render_template(
        "standard/index.html",
        edition=standards.edition(db(), room.edition_id) if room else None,
        history=service.history(db()),
    )


@blueprint.get("/<uuid:change_id>")
@guard(Permission.STANDARD_KNOW, sample="edition_change")
def show(change_id: UUID) -> str:
    found = service.get(db(), change_id)
    return render_template(
        "standard/show.html",
        found=found,
        keys=words.KEYS,
        ordered=words.ordered,
        values=words.VALUES,
        kinds=words.KINDS,
        titles=words.titles(found.bodies),
        crumbs=[(_("今日"), "/room/"), (_("标准"), url_for(".index")), (_("这次变化"), None)],
    )


@blueprint.post("/<uuid:change_id>/confirmation")
@guard(Permission.STANDARD_CONFIRM, sample="edition_change")
def confirm(change_id: UUID) -> Response:
    inputs.form(Read())
    service.confirm(db(), actor(), change_id)
    flash(gettext("已确认，上级会看到。"), "ok")
    return redirect(url_for(".show", change_id=change_id), 303)


def _waiting() -> service.Changed | None:
    """What the home page tells as long as it has not been confirmed."""
    return service.waiting(db())
