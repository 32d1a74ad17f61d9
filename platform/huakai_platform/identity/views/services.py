"""Tokens of services: in the console for the institution, in a room for the room."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import make_response, redirect, render_template, url_for
from werkzeug import Response

from huakai_platform.identity import services
from huakai_platform.identity.inputs import NewService, ServiceQuery
from huakai_platform.identity.memberships import Scope
from huakai_platform.identity.views import edge, scoping
from huakai_platform.identity.views.blueprints import console, room
from huakai_platform.identity.views.tokens import STATES, choices, read, shown
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Permission, Role
from huakai_platform.kernel.errors import Invalid
from huakai_platform.kernel.i18n import _
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.inputs import FormResult

ADMIN, HEAD = (Role.INSTITUTION_ADMIN,), (Role.SITE_HEAD,)
CONSOLE = (Role.AUDITOR, Role.REGIONAL_OFFICE, Role.INSTITUTION_ADMIN)
ROOM = (Role.SITE_WORKER, Role.COUNSELLOR, Role.VOLUNTEER, Role.SITE_HEAD)


@console.get("/tokens")
@guard(Permission.SERVICE_TOKENS_MANAGE)
def service_tokens() -> str:
    return _list("service")


@console.get("/tokens/new")
@guard(Permission.SERVICE_TOKENS_MANAGE, confirmed=True)
def new_service_token() -> Response:
    return _form("service", _asked_role(CONSOLE), FormResult({}))


@console.post("/tokens/new")
@guard(Permission.SERVICE_TOKENS_MANAGE, confirmed=True)
def create_service_token() -> Response:
    return _create("service", CONSOLE)


@console.post("/tokens/<uuid:token_id>/revocation")
@guard(Permission.SERVICE_TOKENS_MANAGE, sample="service_token")
def revoke_service_token(token_id: UUID) -> Response:
    return _revoke("service", token_id)


@room.get("/tokens")
@guard(Permission.ROOM_TOKENS_MANAGE)
def room_tokens() -> str:
    return _list("room")


@room.get("/tokens/new")
@guard(Permission.ROOM_TOKENS_MANAGE, confirmed=True)
def new_room_token() -> Response:
    return _form("room", _asked_role(ROOM), FormResult({}))


@room.post("/tokens/new")
@guard(Permission.ROOM_TOKENS_MANAGE, confirmed=True)
def create_room_token() -> Response:
    return _create("room", ROOM)


@room.post("/tokens/<uuid:token_id>/revocation")
@guard(Permission.ROOM_TOKENS_MANAGE, sample="room_token")
def revoke_room_token(token_id: UUID) -> Response:
    return _revoke("room", token_id)


def _list(place: str) -> str:
    found = services.of(db(), actor())
    return render_template("identity/services.html", tokens=found, states=STATES, **_links(place))


def _create(place: str, roles: tuple[Role, ...]) -> Response:
    given = read(NewService())
    if given.ok and given.values["role"] not in roles:
        given = given.with_error("role", _("请选择本端的角色"))
    if not given.ok:
        role = given.raw.get("role")
        return _form(place, Role(role) if role in roles else roles[0], given, status=422)
    return _written(place, given)


def _written(place: str, given: FormResult) -> Response:
    values, role = given.values, Role(given.values["role"])
    until = clock.today() + timedelta(days=values["days"])
    asked = FormResult(
        {**values, "site": None, "site_id": None, "post": None, "valid_from": None, "valid_until": until}
    )
    if role.plane == "room":
        found = scoping.Asked(asked, Scope(role, actor().site_id, valid_until=until))
    else:
        found = scoping.read(asked)
    if found.scope is None:
        return _form(place, role, FormResult({}, found.given.errors, given.raw), found.regions, status=422)
    wanted = {name: values[name] for name in ("name", "scopes", "days")}
    try:
        token = services.create(db(), actor(), scope=found.scope, **wanted)
    except Invalid as refused:
        return _form(place, role, FormResult({}, refused.fields, given.raw), status=422)
    links = _links(place)
    return shown(token, values["name"], links["back"], links["layout"])


def _revoke(place: str, token_id: UUID) -> Response:
    services.revoke(db(), actor(), token_id)
    edge.tell(_("令牌已撤销，立即失效。"))
    return redirect(_links(place)["back"], 303)


def _asked_role(roles: tuple[Role, ...]) -> Role:
    asked = inputs.query(ServiceQuery()).get("role")
    return Role(asked) if asked in roles else roles[0]


def _form(place: str, role: Role, given: FormResult, regions: Any = (), *, status: int = 200) -> Response:
    page = render_template(
        "identity/service_new.html",
        role=role,
        roles=CONSOLE if place == "service" else ROOM,
        regions=regions,
        **choices(role, given),
        **_links(place),
    )
    return make_response(page, status)


def _links(place: str) -> dict[str, Any]:
    new = f"identity.new_{place}_token"
    return {
        "layout": "layouts/console.html" if place == "service" else "layouts/room.html",
        "back": url_for(f"identity.{place}_tokens"),
        "new": new,
        "revoke": f"identity.revoke_{place}_token",
    }
