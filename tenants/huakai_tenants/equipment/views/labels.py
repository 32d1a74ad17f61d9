"""Labels to print and stick on; each leads to the page of its item after signing in."""

from dataclasses import replace

from flask import render_template, url_for

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import ROOM, Permission
from huakai_platform.web import inputs
from huakai_platform.web.context import db, guard
from huakai_tenants.equipment import labels as drawing
from huakai_tenants.equipment import listing, schemas
from huakai_tenants.equipment import plan as plans
from huakai_tenants.equipment.views import blueprint
from huakai_tenants.equipment.views.page import language, titles

MOST = 300
"""Labels of a sheet; more are printed by narrowing the list."""


@blueprint.get("/labels")
@guard(Permission.EQUIPMENT_READ, to=ROOM)
def sheet() -> str:
    """Of what the list shows, all pages of it."""
    asked, plan, said = inputs.query(schemas.Listing()), plans.plan(db()), titles()
    found = listing.all_rows(db(), replace(listing.Filter(**asked), page=1), plan, clock.today())
    rows = [
        (
            row.number,
            plan.kind(row.kind).title.get(language()) or plan.kind(row.kind).title["zh"],
            row.space_name or said.get(row.space, row.space),
            url_for(".show", item_id=row.id, _external=True),
        )
        for row in found[:MOST]
    ]
    return render_template("equipment/labels.html", labels=drawing.sheet(rows), total=len(found), most=MOST)
