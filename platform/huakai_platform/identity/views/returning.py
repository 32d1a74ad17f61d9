"""Back to the form that could not be taken, with what was typed in it."""

from flask import make_response, render_template
from werkzeug import Response

from huakai_platform.identity.inputs import Onward
from huakai_platform.identity.views import edge
from huakai_platform.identity.views.blueprints import shared
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.i18n import _
from huakai_platform.web import carrying, filling, inputs, rereading, tokens
from huakai_platform.web.carrying import Carried
from huakai_platform.web.context import guard

KEPT = ("Accept-Language", "Cookie", "User-Agent")


@shared.post("/return")
@guard(Permission.SELF)
def give_back() -> Response:
    """The page of the form as its own person sees it now, filled; anybody else's form is not opened."""
    kept = carrying.unseal(inputs.form(Onward()).values.get("carried", ""))
    if kept is None or kept.owner != tokens.mark():
        edge.tell(_("之前填写的内容已过期，或属于另一个身份，没有带过来。"), "info")
        return edge.onward(None)
    response = rereading.read(kept.page, KEPT, Accept="text/html") if kept.page else None
    if response is None or response.status_code != 200 or response.mimetype != "text/html":
        return make_response(render_template("identity/returned.html", lost=kept.fields, files=kept.files))
    response.set_data(filling.fill(response.get_data(as_text=True), kept, _notice(kept)))
    return response


def _notice(kept: Carried) -> filling.Notice:
    return lambda found, lost: render_template(
        "identity/_returned.html", found=found, lost=lost, files=kept.files, page=kept.page
    )
