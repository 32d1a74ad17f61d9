"""The list of activities, and the same as a workbook."""

from flask import Response, render_template

from huakai_platform.kernel.access import Permission
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_tenants.activities import catalogue, exporting, listing, schemas
from huakai_tenants.activities.views import blueprint
from huakai_tenants.activities.views.words import handed, language, words


@blueprint.get("")
@guard(Permission.ACTIVITIES_READ)
def index() -> str:
    asked = inputs.query(schemas.Listing())
    found = listing.list_page(db(), listing.Filter(**asked))
    return render_template(
        "activities/index.html",
        listing=found,
        cut=exporting.cut(found.total),
        narrowed=bool(set(asked) - {"sort", "page"}),
        shown={name: value for name, value in asked.items() if name != "page"},
        **words(),
    )


@blueprint.get("/list.xlsx")
@guard(Permission.ACTIVITIES_READ)
def export() -> Response:
    """What the list shows, all pages of it."""
    rows, total = listing.all_rows(db(), listing.Filter(**inputs.query(schemas.Listing())))
    written = exporting.workbook(db(), actor(), catalogue.here(db()), rows, total, language())
    return handed(written, "huakai-activities.xlsx")
