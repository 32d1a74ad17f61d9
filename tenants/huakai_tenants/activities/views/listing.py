"""The list of activities, on the screen, on paper and as a workbook."""

from huakai_platform.kernel.access import Permission
from huakai_platform.resources.pages import Pages, list_routes
from huakai_platform.web.context import db, guard
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
    asked = PAGES.asked()
    return PAGES.index(asked, sums=listing.sums(db(), asked.question, asked.context), tones=TONES)
