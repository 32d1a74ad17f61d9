"""Lists of sites, one site, and the opening of several."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug import Response as BaseResponse

from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.sites import SiteKind, SiteState
from huakai_platform.onboarding import dossier, exporting, opening
from huakai_platform.onboarding import listing as lookup
from huakai_platform.onboarding.listing import SITES
from huakai_platform.onboarding.schemas import Chosen
from huakai_platform.onboarding.views.blueprints import blueprint
from huakai_platform.onboarding.views.regions import breadcrumbs, narrowing
from huakai_platform.resources.pages import Asked, Pages
from huakai_platform.resources.routes import list_routes
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard

PAGES = Pages(
    SITES,
    "site_id",
    listed="sites",
    single="site",
    printed="print_sites",
    exported="export_sites",
    template="onboarding/sites.html",
    on_paper=2_000,
    plain=True,
)
list_routes(blueprint, PAGES, read=Permission.SITES_READ, at="/sites", workbook="/sites/export", by_hand={"sites"})


@blueprint.get("/sites")
@guard(Permission.SITES_READ)
def sites() -> str:
    given = PAGES.given()
    regions, crumbs = narrowing("onboarding.sites", given.get("region"))
    return PAGES.index(Asked(given, regions), crumbs=crumbs)


@blueprint.get("/sites/<uuid:site_id>")
@guard(Permission.SITES_READ, sample="site")
def site(site_id: UUID) -> str:
    found = dossier.of(db(), actor(), site_id)
    before, after = lookup.neighbours(db(), actor(), found.site)
    return render_template(
        "onboarding/site.html",
        dossier=found,
        site=found.site,
        before=before,
        after=after,
        crumbs=breadcrumbs("onboarding.sites", found.site.region_code, linked=True),
        ownerships=exporting.OWNERSHIP_LABELS,
        tiers=exporting.TIER_LABELS,
        kind=SiteKind(found.site.kind).label,
        labels={state.value: state.label for state in SiteState},
    )


@blueprint.post("/sites/openings")
@guard(Permission.SITES_DECIDE)
def open_sites() -> str | BaseResponse | tuple[str, int]:
    """Show first what would be opened; begin when that has been seen."""
    given = inputs.form(Chosen())
    if not given.ok or not given.values["ids"]:
        flash(gettext("请先勾选要开通的站点。"), "warn")
        return redirect(url_for(".sites"), 303)
    chosen = opening.candidates(db(), actor(), ids=given.values["ids"])
    if not given.values["sure"]:
        return render_template("onboarding/sites_opening.html", chosen=chosen, key=str(uuid7()))
    begun = opening.start(db(), actor(), chosen)
    return redirect(url_for("operations.show", operation_id=begun.id), 303)
