"""The page of the function rooms by place."""

from flask import render_template
from flask_babel import get_locale

from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.fields import Code, Flag, Form, Page
from huakai_platform.oversight import functions
from huakai_platform.oversight.views.blueprints import blueprint
from huakai_platform.standards import service as standards
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard


class FunctionsQuery(Form):
    code = Code()
    double = Flag(load_default=False)
    page = Page()


@blueprint.get("/function-rooms")
@guard(Permission.SITES_READ)
def function_rooms() -> str:
    asked = inputs.query(FunctionsQuery())
    listing = functions.list_page(db(), actor(), code=asked.get("code"), double=asked["double"], page=asked["page"])
    return render_template(
        "oversight/function_rooms.html",
        listing=listing,
        asked=asked,
        titles=_titles(),
        counselling=functions.counselling(db(), actor()),
    )


def _titles() -> dict[str, str]:
    """What the newest edition calls the spaces of its sets."""
    body, language = standards.body(db(), standards.newest(db()), "spaces"), str(get_locale())
    ours = {code for part in body.get("sets", ()) for code in part["spaces"]}
    said = "en" if language == "en" else "zh"
    return {one["code"]: one["title"].get(said) or one["title"]["zh"] for one in body["spaces"] if one["code"] in ours}
