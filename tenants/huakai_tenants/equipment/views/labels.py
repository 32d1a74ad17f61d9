"""Labels to print and stick on; each leads to the page of its item after signing in."""

from flask import render_template, url_for

from huakai_platform.kernel.access import Permission
from huakai_platform.resources import lists, schemas
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_tenants.equipment import labels as drawing
from huakai_tenants.equipment.listing import EQUIPMENT, labelled, room
from huakai_tenants.equipment.views import blueprint

MOST = 300
"""Labels of a sheet; more are printed by narrowing the list."""


@blueprint.get("/labels")
@guard(Permission.EQUIPMENT_READ)
def sheet() -> str:
    """Of what the list shows, all pages of it."""
    asked, here = inputs.query(schemas.query(EQUIPMENT)()), room(db(), actor())
    found = lists.all_rows(db(), EQUIPMENT, actor(), schemas.question(asked), here)
    rows = [(*labelled(row, here), url_for(".show", item_id=row.id, _external=True)) for row in found.rows[:MOST]]
    return render_template("equipment/labels.html", labels=drawing.sheet(rows), total=found.total, most=MOST)
