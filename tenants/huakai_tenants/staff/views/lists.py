"""The register: as a list, on paper, as sheets and forms, and taken over from the team."""

from dataclasses import replace

from flask import flash, redirect, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug import Response as BaseResponse

from huakai_platform.kernel.access import Actor, Permission
from huakai_platform.resources.editing import FormPages, form_routes
from huakai_platform.resources.imports import SheetPages, import_routes
from huakai_platform.resources.pages import Pages
from huakai_platform.resources.routes import list_routes
from huakai_platform.web.context import actor, db, guard
from huakai_tenants.sheets import service as sheets
from huakai_tenants.staff import enrolling, listing, posts, service
from huakai_tenants.staff.importing import Sheets
from huakai_tenants.staff.listing import GUIDE, STAFF, Room
from huakai_tenants.staff.views import blueprint, page, reader


def known(session: Session, actor: Actor) -> Room:
    """The room with how everybody's training stands."""
    here = listing.room(session, actor)
    return replace(here, trained=reader()(session, here.today))


PAGES, FORMS = (Pages(replace(STAFF, context=one), "member_id") for one in (known, listing.hiring))
READ, WRITE = Permission.STAFF_READ, Permission.STAFF_MANAGE
list_routes(blueprint, PAGES, read=READ, workbook="/register.xlsx", by_hand={"index"})
form_routes(blueprint, FormPages(FORMS, service), write=WRITE, sample="staff_member")
pages = SheetPages(Pages(STAFF, "member_id"), Sheets(page.key), sheets, GUIDE)
import_routes(blueprint, pages, write=WRITE, sample="staff_import")


@blueprint.get("")
@guard(Permission.STAFF_READ)
def index() -> str:
    """The register, above it who is not in it yet and which roles are missing."""
    plan = posts.plan(db())
    newcomers = listing.newcomers(db()) if actor().can(Permission.STAFF_MANAGE) else []
    about = {"roles": posts.AB, "checks": listing.CHECKS, "tones": listing.TONES}
    return PAGES.index(plan=plan, gaps=listing.gaps(db(), plan), newcomers=newcomers, **about)


@blueprint.post("/takeover")
@guard(Permission.STAFF_MANAGE)
def take_over() -> BaseResponse:
    if enrolling.take_over(db(), actor()):
        flash(gettext("已登记，请核对岗位和用工形式。"), "ok")
    return redirect(url_for(".index"), 303)
