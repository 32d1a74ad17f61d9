"""The room's own proposals, and making one about an item of its edition."""

from flask import render_template, url_for

from huakai_platform.kernel.access import Permission
from huakai_platform.proposals import listing
from huakai_platform.proposals.views.blueprints import Answer, PageQuery, form, room
from huakai_platform.standards.pinned import pinned
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard


@room.get("")
@guard(Permission.ROOM_PROPOSALS_MAKE)
def mine() -> str:
    found = listing.mine(db(), actor(), inputs.query(PageQuery())["page"])
    return render_template("proposals/room.html", listing=found)


@room.route("/new/<kind>/<code>", methods=["GET", "POST"])
@guard(Permission.ROOM_PROPOSALS_MAKE, sample="definition_here")
def propose(kind: str, code: str) -> Answer:
    return form(pinned(db()).edition_id, kind, code, back=url_for(".mine"))
