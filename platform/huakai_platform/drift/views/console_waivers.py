"""The waivers within reach: what waits for a decision, what is in force, what was."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug import Response as BaseResponse

from huakai_platform.drift import waiver_listing, waivers
from huakai_platform.drift.views.blueprints import Decision, Withdrawal, console
from huakai_platform.drift.views.console_drift import titles
from huakai_platform.drift.waiver_listing import WAIVERS, Waived
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.i18n import _
from huakai_platform.onboarding.views.regions import narrowing
from huakai_platform.resources.pages import Asked, Pages
from huakai_platform.resources.routes import list_routes
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.inputs import FormResult

PAGES = Pages(
    WAIVERS,
    "waiver_id",
    listed="waived",
    single="waiver",
    printed="print_waivers",
    exported="export_waivers",
    template="drift/waivers.html",
    on_paper=2_000,
)
list_routes(
    console, PAGES, read=Permission.COMPLIANCE_READ, at="/waivers", workbook="/waivers/export", by_hand={"waived"}
)


@console.get("/waivers")
@guard(Permission.COMPLIANCE_READ)
def waived() -> str:
    given = PAGES.given()
    around, _crumbs = narrowing("drift.waived", given.get("region"))
    crumbs = [(gettext("偏离"), url_for(".sites")), (gettext("豁免"), None)]
    return PAGES.index(Asked(given, Waived(choices=around.choices)), crumbs=crumbs)


@console.get("/waivers/<uuid:waiver_id>")
@guard(Permission.COMPLIANCE_READ, sample="waiver")
def waiver(waiver_id: UUID) -> str:
    return _page(waiver_id, FormResult({}))


@console.post("/waivers/<uuid:waiver_id>/decision")
@guard(Permission.WAIVERS_MANAGE, sample="waiver")
def decide(waiver_id: UUID) -> BaseResponse | tuple[str, int]:
    given = inputs.form(Decision())
    if given.ok and not given.values["approve"] and len(given.values["answer"]) < 5:
        given = given.with_error("answer", _("不批准时请写明理由，至少 5 个字。"))
    if not given.ok:
        return _page(waiver_id, given), 422
    approve, answer = given.values["approve"], given.values["answer"] or None
    waivers.decide(db(), actor(), waiver_id, approve=approve, answer=answer)
    flash(gettext("已批准，到期自动结束。") if approve else gettext("已答复站点。"), "success")
    return redirect(url_for(".waiver", waiver_id=waiver_id), 303)


@console.post("/waivers/<uuid:waiver_id>/withdrawal")
@guard(Permission.WAIVERS_MANAGE, sample="waiver_in_force")
def withdraw(waiver_id: UUID) -> BaseResponse | tuple[str, int]:
    given = inputs.form(Withdrawal())
    if not given.ok:
        return _page(waiver_id, given), 422
    waivers.withdraw(db(), actor(), waiver_id, given.values["answer"])
    flash(gettext("已撤回豁免。"), "success")
    return redirect(url_for(".waiver", waiver_id=waiver_id), 303)


def _page(waiver_id: UUID, given: FormResult) -> str:
    row = waiver_listing.get(db(), actor(), waiver_id)
    crumbs = [(gettext("偏离"), url_for(".sites")), (gettext("豁免"), url_for(".waived")), (row.site, None)]
    name = titles(row.edition_id)(row.kind, row.code)
    shown = {"row": row, "name": name, "given": given, "crumbs": crumbs, "raw": given.raw or request.args}
    return render_template("drift/waiver.html", **shown)
