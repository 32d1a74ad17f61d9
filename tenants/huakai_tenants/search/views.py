"""Searching a room: its pages and its checklists."""

from flask import Blueprint, render_template, url_for
from flask_babel import get_locale

from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.i18n import _
from huakai_platform.web import finding, inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.finding import Hit
from huakai_tenants.search import service
from huakai_tenants.search.service import Run

blueprint = Blueprint("room_search", __name__, url_prefix="/room/search")


@blueprint.get("")
@guard(Permission.TODAY_READ)
def index() -> str:
    words = inputs.query(finding.Asked())["q"]
    return render_template(
        "search/_hits.html" if finding.fragment() else "search/index.html",
        words=words,
        pages=finding.pages(actor(), words),
        things=[_hit(run) for run in service.checklists(db(), words)] if words else [],
        more=None,
        plane="room",
    )


def _hit(run: Run) -> Hit:
    note = _("{day} 截止，已完成", day=run.due_on) if run.done else _("{day} 截止，未完成", day=run.due_on)
    href = url_for("checklists.show", run_id=run.id)
    return Hit(run.title.of(str(get_locale())), href, "clipboard-check", note)
