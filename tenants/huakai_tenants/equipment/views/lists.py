"""The register and its sheets, what the edition asks for and what is there, and checks of many at once."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext, ngettext
from werkzeug import Response as BaseResponse

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Permission
from huakai_platform.resources.editing import FormPages, form_routes
from huakai_platform.resources.imports import SheetPages, import_routes
from huakai_platform.resources.pages import Pages, list_routes
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_tenants.equipment import required, schemas, service
from huakai_tenants.equipment.listing import EQUIPMENT, GUIDE, WANTS, room, wanting
from huakai_tenants.equipment.views import blueprint
from huakai_tenants.equipment.views.page import words
from huakai_tenants.sheets import service as sheets

PAGES = Pages(EQUIPMENT, "item_id")
READ, WRITE = Permission.EQUIPMENT_READ, Permission.EQUIPMENT_MANAGE
list_routes(blueprint, PAGES, read=READ, workbook="/register.xlsx", by_hand={"index"})
form_routes(blueprint, FormPages(PAGES, service), write=WRITE, sample="equipment_item")
import_routes(blueprint, SheetPages(PAGES, service, sheets, GUIDE), write=WRITE, sample="equipment_import")


@blueprint.get("")
@guard(READ)
def index() -> str:
    """The register, above it what is missing and what wants attention."""
    asked = PAGES.asked()
    here = asked.context
    lacking = [one for one in required.standings(db(), here.plan, here.today) if one.missing]
    return PAGES.index(asked, lacking=lacking, wanting=wanting(db(), here), wants=WANTS, states=service.STATES)


@blueprint.get("/required")
@guard(READ)
def needed() -> str:
    here = room(db(), actor())
    standings = required.standings(db(), here.plan, here.today)
    return render_template("equipment/required.html", standings=standings, **words(here))


@blueprint.post("/checks")
@guard(Permission.EQUIPMENT_CHECK)
def check_many() -> BaseResponse:
    """Everything that was ticked works."""
    given = inputs.form(schemas.Checked())
    ids: list[UUID] = given.values.get("ids", [])
    if not ids:
        flash(gettext("请先勾选设备。"), "warn")
    else:
        done = service.check(db(), actor(), ids, ok=True, on=clock.today())
        flash(ngettext("已记录 %(num)s 件设备检查正常。", "已记录 %(num)s 件设备检查正常。", done), "ok")
    return redirect(url_for(".index"), 303)
