"""My API tokens: the list, a new one, its one showing, its end."""

from typing import Any
from uuid import UUID

from flask import make_response, redirect, render_template, url_for
from werkzeug import Response

from huakai_platform.identity import scopes, tokens
from huakai_platform.identity.inputs import NewToken
from huakai_platform.identity.views import edge
from huakai_platform.identity.views.blueprints import shared
from huakai_platform.kernel.access import Permission, Role
from huakai_platform.kernel.errors import Invalid
from huakai_platform.kernel.fields import Form
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.ids import uuid7
from huakai_platform.web import inputs
from huakai_platform.web.api.scopes import offered
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.inputs import FormResult

DAYS: tuple[tuple[int, Message], ...] = (
    (7, _("7 天")),
    (30, _("30 天")),
    (90, _("90 天")),
    (180, _("180 天")),
    (366, _("一年")),
)
STATES: dict[str, tuple[Message, str]] = {
    "live": (_("有效"), "ok"),
    "expired": (_("已过期"), "mute"),
    "revoked": (_("已撤销"), "mute"),
}


@shared.get("/account/tokens")
@guard(Permission.SELF)
def token_list() -> str:
    return render_template("identity/tokens.html", tokens=tokens.mine(db(), actor()), states=STATES)


@shared.get("/account/tokens/new")
@guard(Permission.SELF, confirmed=True)
def new_token() -> Response:
    role = actor().role
    return _unchosen() if role is None else make_response(_form(FormResult({}), role))


@shared.post("/account/tokens/new")
@guard(Permission.SELF, confirmed=True)
def create_token() -> Response:
    role = actor().role
    if role is None:
        return _unchosen()
    given = read(NewToken())
    try:
        if given.ok:
            return shown(tokens.create(db(), actor(), **given.values), given.values["name"], url_for(".token_list"))
    except Invalid as refused:
        given = FormResult({}, refused.fields, given.raw)
    return make_response(_form(given, role), 422)


@shared.post("/account/tokens/<uuid:token_id>/revocation")
@guard(Permission.SELF, sample="token")
def revoke_token(token_id: UUID) -> Response:
    tokens.revoke(db(), actor(), token_id)
    edge.tell(_("令牌已撤销，立即失效。"))
    return redirect(url_for(".token_list"), 303)


def read(schema: Form) -> FormResult:
    """The form, what is wrong with one scope told at the scopes."""
    given = inputs.form(schema)
    return FormResult(given.values, {name.partition(".")[0]: said for name, said in given.errors.items()}, given.raw)


def shown(token: str, name: str, back: str, layout: str = "identity/own.html") -> Response:
    """The page that shows a token this once."""
    return make_response(
        render_template("identity/token_issued.html", token=token, name=name, back=back, layout=layout)
    )


def choices(role: Role, given: FormResult) -> dict[str, Any]:
    """What the form of a token shows."""
    return {
        "given": given,
        "groups": scopes.groups(role, offered()),
        "days": DAYS,
        "values": {"days": tokens.DAYS, **given.raw},
        "key": str(uuid7()),
    }


def _form(given: FormResult, role: Role) -> str:
    return render_template("identity/token_new.html", role=role, **choices(role, given))


def _unchosen() -> Response:
    edge.tell(_("请先选择身份，再建立令牌。"), "warning")
    return redirect(url_for("identity.memberships"), 303)
