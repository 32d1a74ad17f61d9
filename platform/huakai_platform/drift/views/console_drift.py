"""Where the sites depart from their edition: the list by what to visit first, and one site."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug import Response as BaseResponse

from huakai_platform.drift import listing, waiver_listing, waivers
from huakai_platform.drift.listing import DRIFT
from huakai_platform.drift.views.blueprints import Asking, console, wrong_end
from huakai_platform.drift.words import requirement
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import Conflict
from huakai_platform.onboarding import reach
from huakai_platform.onboarding.views.regions import breadcrumbs, narrowing
from huakai_platform.resources.pages import Asked, Pages
from huakai_platform.resources.routes import list_routes
from huakai_platform.standards import service as standards
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard

PAGES = Pages(
    DRIFT,
    "site_id",
    listed="sites",
    single="site",
    printed="print_sites",
    template="drift/sites.html",
    on_paper=2_000,
)
list_routes(console, PAGES, read=Permission.COMPLIANCE_READ, at="/drift", workbook="/drift/export", by_hand={"sites"})


@console.get("/drift")
@guard(Permission.COMPLIANCE_READ)
def sites() -> str:
    given = PAGES.given()
    around, crumbs = narrowing("drift.sites", given.get("region"))
    summed = listing.standing(db(), actor(), given)
    below = [(code, name) for code, name in around.choices.items() if code != given.get("region")]
    rolled = listing.by_region(db(), actor(), below, given, summed)
    return PAGES.index(Asked(given, replace(around, sums={"sites": summed})), crumbs=crumbs, rolled=rolled)


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
        waivers=waiver_listing.of_site(db(), site_id),
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
