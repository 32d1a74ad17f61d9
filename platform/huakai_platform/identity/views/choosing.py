"""Choosing in which role to work, and in which language."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import make_response, render_template
from werkzeug import Response

from huakai_platform.identity import memberships as service
from huakai_platform.identity import profile
from huakai_platform.identity.inputs import Chosen, Language, Onward
from huakai_platform.identity.views import edge
from huakai_platform.identity.views.blueprints import shared
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.web import inputs, tokens
from huakai_platform.web.context import actor, app_state, db, guard, public, refuse_elsewhere, visitor
from huakai_platform.web.requests import set_session_cookie


@shared.get("/memberships")
@guard(Permission.SELF)
def memberships() -> str:
    return page(actor().account_id, inputs.query(Onward()))


@shared.post("/memberships")
@guard(Permission.SELF)
def choose_membership() -> Response:
    """Enter a role that works here; the session gets a new token with it."""
    given = inputs.form(Chosen())
    if not given.ok:
        edge.tell(_("请选择一个身份。"), "danger")
        return make_response(page(actor().account_id, {}), 422)
    try:
        token = service.choose(db(), actor(), given.values["membership_id"], check=refuse_elsewhere)
    except NotFound:
        edge.tell(_("这个身份现在不能使用。"), "danger")
        return make_response(page(actor().account_id, given.values), 404)
    tokens.become(actor().account_id, given.values["membership_id"])
    response = edge.onward(given.values["next"], given.values["carried"])
    set_session_cookie(response, token)
    return response


@shared.post("/language")
@public
def language() -> Response:
    """Remember the language in this browser, and with the account of whoever is signed in."""
    given = inputs.form(Language())
    if not given.ok:
        return edge.onward("")
    locale = given.values["locale"]
    if who := visitor():
        profile.speak(db(), who.actor.account_id, locale)
    response = edge.onward(given.values["next"])
    edge.remember_language(response, locale)
    return response


def page(account_id: UUID, onward: Mapping[str, Any]) -> str:
    """The roles that somebody has, to choose one and go on."""
    known = {name: onward.get(name, "") for name in ("next", "carried")}
    offers = service.offered(db(), account_id)
    return render_template("identity/memberships.html", offers=offers, planes=app_state().planes, **known)
