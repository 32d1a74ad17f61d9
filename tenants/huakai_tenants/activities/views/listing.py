"""The list of activities, on the screen, on paper and as a workbook."""

from huakai_platform.kernel.access import Permission
from huakai_platform.resources import schemas
from huakai_platform.resources.pages import Pages
from huakai_platform.resources.routes import list_routes
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_tenants.activities import listing
from huakai_tenants.activities.listing import ACTIVITIES
from huakai_tenants.activities.views import blueprint
from huakai_tenants.activities.views.words import TONES

PAGES = Pages(ACTIVITIES, "activity_id")
list_routes(blueprint, PAGES, read=Permission.ACTIVITIES_READ, workbook="/list.xlsx", by_hand={"index"})


@blueprint.get("")
@guard(Permission.ACTIVITIES_READ)
def index() -> str:
    """The list, above it what the held activities of the question come to."""
    asked = schemas.question(inputs.query(schemas.query(ACTIVITIES)()))
    return PAGES.index(sums=listing.sums(db(), asked, listing.here(db(), actor())), tones=TONES)
