"""The register and its sheets, what the edition asks for and what is there, and what is done with many at once."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any
from uuid import UUID

from flask import render_template
from flask_babel import ngettext
from werkzeug import Response as BaseResponse

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import Conflict, NotFound
from huakai_platform.resources.editing import FormPages, form_routes
from huakai_platform.resources.imports import SheetPages, import_routes
from huakai_platform.resources.pages import Pages
from huakai_platform.resources.routes import list_routes
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
    about = {"lacking": lacking, "wanting": wanting(db(), here), "wants": WANTS}
    return PAGES.index(asked, states=service.STATES, reasons=service.REASONS, **about)


@blueprint.get("/required")
@guard(READ)
def needed() -> str:
    here = room(db(), actor())
    standings = required.standings(db(), here.plan, here.today)
    return render_template("equipment/required.html", standings=standings, **words(here))


@blueprint.post("/checks")
@guard(Permission.EQUIPMENT_CHECK)
def check_many() -> BaseResponse:
    """All of these work."""
    return PAGES.bulk(_checked, schemas.ChosenItems)


@blueprint.post("/repairs")
@guard(Permission.EQUIPMENT_CHECK)
def send_many() -> BaseResponse:
    """All of these go away for repair today."""
    return PAGES.bulk(lambda ids, _given: _each(ids, service.send), schemas.ChosenItems)


@blueprint.post("/returns")
@guard(Permission.EQUIPMENT_CHECK)
def take_many_back() -> BaseResponse:
    """All of these came back today, in order again."""
    return PAGES.bulk(lambda ids, _given: _each(ids, service.take_back), schemas.ChosenItems)


@blueprint.post("/scrappings")
@guard(WRITE)
def scrap_many() -> BaseResponse:
    """All of these are out of the count from today, for one reason."""
    return PAGES.bulk(
        lambda ids, given: _each(ids, partial(service.scrap, reason=given["reason"])), schemas.ChosenToScrap
    )


def _checked(ids: Sequence[UUID], _given: Mapping[str, Any]) -> str:
    done = service.check(db(), actor(), ids, ok=True, on=clock.today())
    return str(ngettext("已记录 %(num)s 件设备检查正常。", "已记录 %(num)s 件设备检查正常。", done))


def _each(ids: Sequence[UUID], deed: Callable[..., None]) -> str:
    """One after the other, as of today; what its state does not allow is passed over and said."""
    done = 0
    for item_id in ids:
        with suppress(Conflict, NotFound):
            deed(db(), actor(), item_id, on=clock.today())
            done += 1
    said = str(ngettext("已记录 %(num)s 件设备。", "已记录 %(num)s 件设备。", done))
    if left := len(ids) - done:
        said += ngettext("%(num)s 件的状态不允许，没有改动。", "%(num)s 件的状态不允许，没有改动。", left)
    return said
