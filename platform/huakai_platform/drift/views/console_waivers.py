"""The waivers within reach: what waits for a decision, what is in force, what was."""

from typing import Any
from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug import Response as BaseResponse

from huakai_platform.drift import exporting, waivers, words
from huakai_platform.drift.views.blueprints import Decision, WaiversQuery, Withdrawal, console
from huakai_platform.drift.views.console_drift import titles
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.i18n import _
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.downloads import xlsx
from huakai_platform.web.inputs import FormResult
from huakai_platform.web.pages import say


@console.get("/waivers")
@guard(Permission.COMPLIANCE_READ)
def waived() -> str:
    asked = inputs.query(WaiversQuery())
    rows, total = waivers.list_page(db(), actor(), asked)
    pages = max(1, -(-total // waivers.PAGE_SIZE))
    state = asked.get("state")
    return render_template(
        "drift/waivers.html",
        rows=[(row, titles(row.edition_id)(row.kind, row.code)) for row in rows],
        total=total,
        page=min(asked["page"], pages),
        pages=pages,
        options=[(code, label) for code, (label, _tone) in words.STATES.items()],
        shown={name: value for name, value in request.args.items() if value and name != "page"},
        chips=[(words.STATES[state][0].render(gettext), "state", state)] if state else [],
        crumbs=[(gettext("偏离"), url_for(".sites")), (gettext("豁免"), None)],
    )


@console.get("/waivers/export")
@guard(Permission.COMPLIANCE_READ)
def export_waivers() -> Response:
    """What the list shows, all pages of it."""
    rows = waivers.all_rows(db(), actor(), inputs.query(WaiversQuery()), exporting.MOST)
    named = [(row, *titles(row.edition_id)(row.kind, row.code)) for row in rows]
    return xlsx(exporting.of_waivers(named, say), f"waivers-{clock.today().isoformat()}.xlsx")


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
    row: Any = waivers.get(db(), actor(), waiver_id)
    crumbs = [(gettext("偏离"), url_for(".sites")), (gettext("豁免"), url_for(".waived")), (row.site, None)]
    name = titles(row.edition_id)(row.kind, row.code)
    shown = {"row": row, "name": name, "given": given, "crumbs": crumbs, "raw": given.raw or request.args}
    return render_template("drift/waiver.html", **shown)
