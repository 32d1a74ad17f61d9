"""The room's own departures, and asking for a waiver of one of them."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug import Response as BaseResponse

from huakai_platform.drift import listing, waiver_listing, waivers
from huakai_platform.drift.views.blueprints import Asking, room, wrong_end
from huakai_platform.drift.views.console_drift import lines, titles
from huakai_platform.drift.words import requirement
from huakai_platform.kernel import tenancy
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import Conflict
from huakai_platform.standards import service as standards
from huakai_platform.standards.pinned import find, pinned
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard


@room.get("")
@guard(Permission.ROOM_COMPLIANCE_READ)
def show() -> str:
    site_id, here = tenancy.current(db()), find(db())
    standing = listing.of_site(db(), site_id)
    return render_template(
        "drift/room.html",
        standing=standing,
        lines=lines(standing),
        waivers=waiver_listing.of_site(db(), site_id),
        titled=titles(here.edition_id if here else None),
    )


@room.route("/<kind>/<code>/waiver", methods=["GET", "POST"])
@guard(Permission.WAIVERS_ASK, sample="requirement")
def ask(kind: str, code: str) -> BaseResponse | str | tuple[str, int]:
    """Ask the institution to waive one departure of this room."""
    site_id = tenancy.current(db())
    finding = waivers.missing(db(), site_id, kind, code)
    given = inputs.form(Asking()) if request.method == "POST" else inputs.FormResult({})
    if given.values and (wrong := wrong_end(given.values)):
        given = given.with_error("ends_on", wrong)
    if given.values and given.ok:
        try:
            waivers.ask(db(), actor(), site_id, kind, code, **given.values)
        except Conflict as refused:
            given = given.with_error("reason", refused.message)
        else:
            flash(gettext("已提交申请，等待机构审批。"), "success")
            return redirect(url_for(".show") + "#waivers", 303)
    name = requirement(standards.bodies(db(), pinned(db()).edition_id), kind, code)
    crumbs = [(gettext("偏离"), url_for(".show")), (gettext("申请豁免"), None)]
    back = url_for(".show")
    page = render_template("drift/ask.html", finding=finding, name=name, given=given, back=back, crumbs=crumbs)
    return (page, 422) if given.errors else page
