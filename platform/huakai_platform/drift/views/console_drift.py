"""Where the sites depart from their edition: the list by what to visit first, and one site."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug import Response as BaseResponse

from huakai_platform.drift import exporting, listing, waivers
from huakai_platform.drift.views.blueprints import TIERS, Asking, SitesQuery, console, wrong_end
from huakai_platform.drift.words import CLASSES, KINDS, requirement
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import Conflict
from huakai_platform.kernel.i18n import Message
from huakai_platform.onboarding import reach
from huakai_platform.onboarding.views.regions import below, breadcrumbs
from huakai_platform.standards import service as standards
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.downloads import xlsx
from huakai_platform.web.inputs import PAGING

OPTIONS: dict[str, list[tuple[str, Message | str]]] = {
    "tier": list(TIERS.items()),
    "sort_of": list(CLASSES.items()),
    "kind": list(KINDS.items()),
}


@console.get("/drift")
@guard(Permission.COMPLIANCE_READ)
def sites() -> str:
    asked = inputs.query(SitesQuery())
    region = asked.get("region")
    summed = listing.standing(db(), actor(), asked)
    return render_template(
        "drift/sites.html",
        listing=listing.list_page(db(), actor(), asked, summed),
        regions=(regions := below(region)),
        rolled=listing.by_region(db(), actor(), regions, asked, summed),
        options=OPTIONS,
        crumbs=(crumbs := breadcrumbs("drift.sites", region)),
        chips=_chips(asked, crumbs),
        shown={name: value for name, value in request.args.items() if value and name not in PAGING},
    )


@console.get("/drift/export")
@guard(Permission.COMPLIANCE_READ)
def export() -> Response:
    """What the list shows, all pages of it."""
    found = listing.all_rows(db(), actor(), inputs.query(SitesQuery()), exporting.MOST)
    return xlsx(exporting.workbook(found), f"drift-{clock.today().isoformat()}.xlsx")


@console.get("/drift/print")
@guard(Permission.COMPLIANCE_READ)
def print_sites() -> str:
    """The whole list on paper."""
    asked = inputs.query(SitesQuery())
    return render_template(
        "drift/sites_print.html",
        listing=listing.all_rows(db(), actor(), asked, exporting.MOST_ON_PAPER),
        shown={name: value for name, value in request.args.items() if value},
        crumbs=breadcrumbs("drift.sites", asked.get("region")),
    )


@console.get("/drift/<uuid:site_id>")
@guard(Permission.COMPLIANCE_READ, sample="site")
def site(site_id: UUID) -> str:
    """One site's departures by code, as its own job found them; nothing of the site is entered."""
    of = reach.site(db(), actor(), site_id)
    return render_template(
        "drift/site.html",
        site=of,
        standing=(standing := listing.of_site(db(), site_id)),
        lines=lines(standing),
        waivers=waivers.of_site(db(), site_id),
        titled=titles(of.edition_id),
        crumbs=[*breadcrumbs("drift.sites", of.region_code, linked=True), (of.name, None)],
    )


@console.route("/drift/<uuid:site_id>/<kind>/<code>/waiver", methods=["GET", "POST"])
@guard(Permission.WAIVERS_MANAGE, sample="site_requirement")
def give(site_id: UUID, kind: str, code: str) -> BaseResponse | str | tuple[str, int]:
    """Waive one departure without being asked."""
    of = reach.site(db(), actor(), site_id)
    finding = waivers.missing(db(), site_id, kind, code)
    back = url_for(".site", site_id=site_id)
    given = inputs.form(Asking()) if request.method == "POST" else inputs.FormResult({})
    if given.values and (wrong := wrong_end(given.values)):
        given = given.with_error("ends_on", wrong)
    if given.values and given.ok:
        try:
            waivers.give(db(), actor(), site_id, kind, code, **given.values)
        except Conflict as refused:
            given = given.with_error("reason", refused.message)
        else:
            flash(gettext("已豁免，到期自动结束。"), "success")
            return redirect(back + "#waivers", 303)
    crumbs = [*breadcrumbs("drift.sites", of.region_code, linked=True), (of.name, back), (gettext("给予豁免"), None)]
    name = requirement(standards.bodies(db(), of.edition_id), kind, code) if of.edition_id else (code, "")
    page = render_template(
        "drift/waive.html", site=of, finding=finding, name=name, given=given, back=back, crumbs=crumbs, giving=True
    )
    return (page, 422) if given.errors else page


def lines(standing: Any) -> list[tuple[dict[str, Any], tuple[Any, str]]]:
    """Each departure with what it is called in the edition that it was held against."""
    if standing is None:
        return []
    bodies = standards.bodies(db(), standing.edition_id)
    return [(one, requirement(bodies, one["kind"], one["code"])) for one in standing.findings]


def titles(edition_id: UUID | None) -> Any:
    """`(kind, code)` → what is asked, in the words of an edition."""
    bodies = standards.bodies(db(), edition_id) if edition_id else {}
    return lambda kind, code: requirement(bodies, kind, code)


def _chips(asked: Mapping[str, Any], crumbs: list[tuple[str, str | None]]) -> list[tuple[str, str, str]]:
    """Label, name and value of every filter in force."""
    chips: list[tuple[str, str, str]] = []
    if asked.get("q"):
        chips.append((gettext("搜索：%(words)s", words=asked["q"]), "q", request.args["q"]))
    if region := asked.get("region"):
        chips.append((crumbs[-1][0], "region", region))
    for name, options in OPTIONS.items():
        if value := asked.get(name):
            said = dict(options)[value]
            chips.append((said.render(gettext) if isinstance(said, Message) else said, name, value))
    return chips
