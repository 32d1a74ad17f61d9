"""The list of activities on the screen, on paper and as a workbook; its forms and its sheets."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Permission
from huakai_platform.resources.editing import FormPages, form_routes
from huakai_platform.resources.imports import SheetPages, import_routes
from huakai_platform.resources.pages import Answer, Pages
from huakai_platform.resources.routes import list_routes
from huakai_platform.web import inputs
from huakai_platform.web.context import db, guard
from huakai_platform.web.inputs import FormResult
from huakai_tenants.activities import checking, listing, schemas, service
from huakai_tenants.activities.listing import ACTIVITIES, GUIDE
from huakai_tenants.activities.views import blueprint
from huakai_tenants.activities.views.words import TONES
from huakai_tenants.sheets import service as sheets
from huakai_tenants.staff.models import StaffMember

PAGES = Pages(ACTIVITIES, "activity_id")
READ, WRITE = Permission.ACTIVITIES_READ, Permission.ACTIVITIES_MANAGE


def beside(activity_id: UUID | None) -> Mapping[str, Any]:
    """The activity itself, who may lead it, and the sites with which it may be reported."""
    activity = service.get(db(), activity_id) if activity_id else None
    named = [UUID(one) for one in activity.facilitators] if activity else []
    serving = or_(StaffMember.left_on.is_(None), StaffMember.left_on > clock.today(), StaffMember.id.in_(named))
    people = db().scalars(select(StaffMember).where(serving).order_by(StaffMember.number))
    leaders = {str(one.id): f"{one.name} {one.number}" for one in people}
    return {"activity": activity, "leaders": leaders, "neighbours": checking.neighbours(db())}


FORMS = FormPages(PAGES, service, beside)
list_routes(blueprint, PAGES, read=READ, workbook="/list.xlsx", by_hand={"index"})
form_routes(blueprint, FORMS, write=WRITE, sample="activity", by_hand={"new"})
import_routes(blueprint, SheetPages(PAGES, service, sheets, GUIDE), write=WRITE, sample="activity_import")


@blueprint.get("")
@guard(READ)
def index() -> str:
    """The list, above it what the held activities of the question come to."""
    asked = PAGES.asked()
    return PAGES.index(asked, sums=listing.sums(db(), asked.question, asked.context), tones=TONES)


@blueprint.get("/new")
@guard(WRITE)
def new() -> Answer:
    """The form of an activity of today, or of the day that another page names; one to come is planned."""
    asked = inputs.query(schemas.New())
    day = asked.get("on") or clock.today()
    held = {"state": "held", "sessions": "1"} if day <= clock.today() else {"state": "planned"}
    return FORMS.page(None, FormResult({}, raw={"held_on": day.isoformat(), "theme": asked.get("theme"), **held}))
