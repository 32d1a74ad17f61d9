"""The register as a list, as a workbook, and taken over from the team."""

from flask import Response, flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug import Response as BaseResponse

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Permission
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_tenants.staff import enrolling, exporting, listing, posts, schemas
from huakai_tenants.staff.views import blueprint, reader
from huakai_tenants.staff.views.page import language, words

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("")
@guard(Permission.STAFF_READ)
def index() -> str:
    asked = inputs.query(schemas.Listing())
    wanted, plan, today = listing.Filter(**asked), posts.plan(db()), clock.today()
    trained = reader()(db(), today)
    return render_template(
        "staff/index.html",
        listing=listing.list_page(db(), wanted, plan, today, trained),
        trained=trained,
        states_of_training=listing.TRAINED,
        wanted=wanted,
        narrowed=sorted(set(asked) & {"q", "post", "employment", "ab", "check", "training"})
        or wanted.state != "active",
        shown={name: value for name, value in asked.items() if name != "page"},
        gaps=listing.gaps(db(), plan),
        newcomers=listing.newcomers(db()) if actor().can(Permission.STAFF_MANAGE) else [],
        **words(plan),
    )


@blueprint.get("/register.xlsx")
@guard(Permission.STAFF_READ)
def export() -> Response:
    """What the list shows, all pages of it."""
    asked, plan, today = inputs.query(schemas.Listing()), posts.plan(db()), clock.today()
    trained = reader()(db(), today)
    rows = listing.all_rows(db(), listing.Filter(**asked), plan, today, trained)
    return book(exporting.workbook(db(), actor(), plan, rows, trained, language()), "huakai-staff.xlsx")


@blueprint.post("/takeover")
@guard(Permission.STAFF_MANAGE)
def take_over() -> BaseResponse:
    if enrolling.take_over(db(), actor()):
        flash(gettext("已登记，请核对岗位和用工形式。"), "ok")
    return redirect(url_for(".index"), 303)


def book(content: bytes, filename: str) -> Response:
    response = Response(content, mimetype=XLSX)
    response.headers.set("Content-Disposition", "attachment", filename=filename)
    return response
