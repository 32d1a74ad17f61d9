"""What the edition asks for and what is there, the register as a list and as a workbook, and checks of many at once."""

from uuid import UUID

from flask import Response, flash, redirect, render_template, url_for
from flask_babel import gettext, ngettext
from werkzeug import Response as BaseResponse

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import ROOM, Permission
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_tenants.equipment import exporting, listing, required, schemas, service
from huakai_tenants.equipment import plan as plans
from huakai_tenants.equipment.views import STAFF, blueprint
from huakai_tenants.equipment.views.page import book, chosen, language, titles, words


@blueprint.get("")
@guard(Permission.EQUIPMENT_READ, to=ROOM)
def index() -> str:
    asked, plan, today = inputs.query(schemas.Listing()), plans.plan(db()), clock.today()
    wanted = listing.Filter(**asked)
    return render_template(
        "equipment/index.html",
        listing=listing.list_page(db(), wanted, plan, today),
        wanting=listing.wanting(db(), plan, today),
        lacking=[one for one in required.standings(db(), plan, today) if one.missing],
        wanted=wanted,
        narrowed=sorted(set(asked) & {"q", "kind", "space", "wants"}) or wanted.state != "present",
        shown=chosen(asked),
        spaces=[(space.code, space.name) for space in service.spaces(db()).values()],
        listed=listing.STATES,
        **words(plan),
    )


@blueprint.get("/required")
@guard(Permission.EQUIPMENT_READ, to=ROOM)
def needed() -> str:
    plan, today = plans.plan(db()), clock.today()
    return render_template("equipment/required.html", standings=required.standings(db(), plan, today), **words(plan))


@blueprint.get("/register.xlsx")
@guard(Permission.EQUIPMENT_READ, to=ROOM)
def export() -> Response:
    """What the list shows, all pages of it."""
    asked, plan = inputs.query(schemas.Listing()), plans.plan(db())
    rows = listing.all_rows(db(), listing.Filter(**asked), plan, clock.today())
    return book(exporting.workbook(db(), actor(), plan, rows, titles(), language()), "huakai-equipment.xlsx")


@blueprint.post("/checks")
@guard(Permission.EQUIPMENT_CHECK, to=STAFF)
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
