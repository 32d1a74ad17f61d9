"""The page of what runs out, and the same as a workbook."""

from flask import Response, render_template

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.i18n import language
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.downloads import xlsx
from huakai_tenants.staff import posts
from huakai_tenants.training import expiring, exporting, schemas
from huakai_tenants.training.views import blueprint
from huakai_tenants.training.views.words import courses, words


@blueprint.get("/expiring")
@guard(Permission.TRAINING_READ)
def ending() -> str:
    asked = inputs.query(schemas.Expiring())
    wanted, today = expiring.Filter(**asked), clock.today()
    every = expiring.all_rows(db(), today)
    return render_template(
        "training/expiring.html",
        listing=expiring.page(expiring.narrowed(every, wanted, today), wanted.page),
        counts=expiring.counts(every, today),
        narrowed=bool(set(asked) - {"sort", "page"}),
        shown={name: value for name, value in asked.items() if name != "page"},
        kinds=exporting.KINDS,
        plan=posts.plan(db()),
        **words(),
    )


@blueprint.get("/expiring.xlsx")
@guard(Permission.TRAINING_READ)
def export_ending() -> Response:
    """What the list shows, all pages of it."""
    wanted, today = expiring.Filter(**inputs.query(schemas.Expiring())), clock.today()
    rows = expiring.narrowed(expiring.all_rows(db(), today), wanted, today)
    written = exporting.ending(db(), actor(), posts.plan(db()), courses(), rows, today, language())
    return xlsx(written, "huakai-expiring.xlsx")
