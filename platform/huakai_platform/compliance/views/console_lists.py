"""The list of sites by grade and risk, on screen, in a workbook and on paper."""

from collections.abc import Mapping
from typing import Any

from flask import Response, render_template, request
from flask_babel import gettext

from huakai_platform.compliance import exporting, listing, words
from huakai_platform.compliance.listing import UNGRADED
from huakai_platform.compliance.views.asked import SitesQuery
from huakai_platform.compliance.views.blueprints import console
from huakai_platform.compliance.words import GRADES, RISKS, SETS
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.onboarding.views.regions import below, breadcrumbs
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.downloads import xlsx
from huakai_platform.web.inputs import PAGING

OPTIONS: dict[str, list[tuple[str, Message]]] = {
    "grade": [*GRADES.items(), (UNGRADED, _("未评级"))],
    "age": list(SETS.items()),
    "risk": [(code, one.label) for code, one in RISKS.items()],
}


@console.get("")
@guard(Permission.COMPLIANCE_READ)
def sites() -> str:
    asked = inputs.query(SitesQuery())
    region = asked.get("region")
    counts = listing.by_grade(db(), actor(), asked)
    return render_template(
        "compliance/sites.html",
        listing=listing.list_page(db(), actor(), asked, counts),
        counts=counts,
        options=OPTIONS,
        words=words,
        regions=below(region),
        crumbs=(crumbs := breadcrumbs("compliance.sites", region)),
        chips=_chips(asked, crumbs),
        shown={name: value for name, value in request.args.items() if value and name not in PAGING},
    )


@console.get("/export")
@guard(Permission.COMPLIANCE_READ)
def export() -> Response:
    """What the list shows, all pages of it."""
    found = listing.all_rows(db(), actor(), inputs.query(SitesQuery()), exporting.MOST)
    return xlsx(exporting.workbook(found), f"compliance-{clock.today().isoformat()}.xlsx")


@console.get("/print")
@guard(Permission.COMPLIANCE_READ)
def print_sites() -> str:
    """The whole list on paper."""
    asked = inputs.query(SitesQuery())
    return render_template(
        "compliance/sites_print.html",
        listing=listing.all_rows(db(), actor(), asked, exporting.MOST_ON_PAPER),
        words=words,
        shown={name: value for name, value in request.args.items() if value},
        crumbs=breadcrumbs("compliance.sites", asked.get("region")),
    )


def _chips(asked: Mapping[str, Any], crumbs: list[tuple[str, str | None]]) -> list[tuple[str, str, str]]:
    """Label, name and value of every filter in force."""
    chips: list[tuple[str, str, str]] = []
    if words_asked := asked.get("q"):
        chips.append((gettext("搜索：%(words)s", words=words_asked), "q", request.args["q"]))
    if region := asked.get("region"):
        chips.append((crumbs[-1][0], "region", region))
    for name, options in OPTIONS.items():
        if value := asked.get(name):
            chips.append((dict(options)[value].render(gettext), name, value))
    return chips
