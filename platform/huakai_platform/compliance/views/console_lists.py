"""The list of sites by grade and risk, on screen, in a workbook and on paper."""

from dataclasses import replace

from huakai_platform.compliance import listing, words
from huakai_platform.compliance.listing import COMPLIANCE, LEVELS
from huakai_platform.compliance.views.blueprints import console
from huakai_platform.kernel.access import Permission
from huakai_platform.onboarding.views.regions import narrowing
from huakai_platform.resources.pages import Asked, Pages
from huakai_platform.resources.routes import list_routes
from huakai_platform.web.context import actor, db, guard

PAGES = Pages(
    COMPLIANCE,
    "site_id",
    listed="sites",
    single="site",
    printed="print_sites",
    template="compliance/sites.html",
    on_paper=2_000,
)
list_routes(console, PAGES, read=Permission.COMPLIANCE_READ, workbook="/export", by_hand={"sites"})


@console.get("")
@guard(Permission.COMPLIANCE_READ)
def sites() -> str:
    given = PAGES.given()
    regions, crumbs = narrowing("compliance.sites", given.get("region"))
    counted = replace(regions, sums=listing.by_grade(db(), actor(), given))
    return PAGES.index(Asked(given, counted), crumbs=crumbs, levels=LEVELS, words=words)
