"""Lists of sites, one site, and the opening of several."""

from typing import Any
from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug import Response as BaseResponse

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.i18n import Message
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.sites import SiteKind, SiteState
from huakai_platform.onboarding import dossier, exporting, opening
from huakai_platform.onboarding import listing as lookup
from huakai_platform.onboarding.register import Ownership
from huakai_platform.onboarding.schemas import Chosen, SitesQuery
from huakai_platform.onboarding.views import blueprint
from huakai_platform.onboarding.views.regions import below, breadcrumbs
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.downloads import xlsx
from huakai_platform.web.inputs import PAGING

OPTIONS: dict[str, list[tuple[str, Message | str]]] = {
    "state": [(state.value, state.label) for state in SiteState],
    "kind": [(kind.value, kind.label) for kind in SiteKind],
    "tier": list(exporting.TIER_LABELS.items()),
    "ownership": [(one.value, exporting.OWNERSHIP_LABELS[one]) for one in Ownership],
}


@blueprint.get("/sites")
@guard(Permission.SITES_READ)
def sites() -> str:
    asked = inputs.query(SitesQuery())
    region = asked.get("region")
    return render_template(
        "onboarding/sites.html",
        listing=lookup.list_page(db(), actor(), asked),
        options=OPTIONS,
        regions=below(region),
        crumbs=(crumbs := breadcrumbs("onboarding.sites", region)),
        chips=_chips(asked, crumbs),
        shown={name: value for name, value in request.args.items() if value and name not in PAGING},
    )


@blueprint.get("/sites/export")
@guard(Permission.SITES_READ)
def export_sites() -> Response:
    """What the list shows, all pages of it."""
    listing = lookup.all_rows(db(), actor(), inputs.query(SitesQuery()), exporting.MOST)
    return workbook(exporting.sites(listing), f"sites-{clock.today().isoformat()}.xlsx")


@blueprint.get("/sites/print")
@guard(Permission.SITES_READ)
def print_sites() -> str:
    """The whole list on paper."""
    asked = inputs.query(SitesQuery())
    listing = lookup.all_rows(db(), actor(), asked, exporting.MOST_ON_PAPER)
    return render_template(
        "onboarding/sites_print.html",
        listing=listing,
        shown=request.args.to_dict(),
        crumbs=breadcrumbs(".sites", asked.get("region")),
    )


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


def workbook(data: bytes, filename: str) -> Response:
    return xlsx(data, filename)


def _chips(asked: Any, crumbs: list[tuple[str, str | None]]) -> list[tuple[str, str, str]]:
    """Label, name and value of every filter in force."""
    chips: list[tuple[str, str, str]] = []
    if words := asked.get("q"):
        chips.append((gettext("搜索：%(words)s", words=words), "q", request.args["q"]))
    if region := asked.get("region"):
        chips.append((crumbs[-1][0], "region", region))
    for name, options in OPTIONS.items():
        if value := asked.get(name):
            label = dict(options)[value]
            chips.append((label.render(gettext) if isinstance(label, Message) else label, name, value))
    return chips
