"""Signing in and out, the second factor, and giving the password again."""

from contextlib import suppress
from uuid import UUID

from flask import make_response, redirect, render_template, request, session, url_for
from werkzeug import Response

from huakai_platform.identity import activity, devices, memberships, passwords, profile, second_factor, sessions
from huakai_platform.identity import sign_in as service
from huakai_platform.identity.inputs import Confirmation, OneCode, Onward, SignIn
from huakai_platform.identity.views import choosing, edge
from huakai_platform.identity.views.blueprints import shared
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import NotFound, TooMany
from huakai_platform.kernel.i18n import _
from huakai_platform.web import inputs, tokens
from huakai_platform.web.context import actor, as_account, auth_connection, db, guard, public, visitor
from huakai_platform.web.inputs import FormResult
from huakai_platform.web.requests import set_session_cookie


@shared.get("/sign-in")
@public
def sign_in() -> str:
    return _page("sign_in", FormResult(inputs.query(Onward())))


@shared.post("/sign-in")
@public
def enter() -> Response:
    """One answer and one amount of work, whether or not there is such an account."""
    given = inputs.form(SignIn())
    if not given.ok:
        return _refused("sign_in", given)
    identifier, password = given.values["identifier"].lower(), given.values["password"]
    known = service.find(auth_connection(), identifier, edge.settings().lookup_key)
    try:
        brakes = edge.charge(
            "sign-in",
            account_id=known.account_id if known else None,
            identifier=identifier,
            site_ids=known.site_ids if known else None,
        )
    except TooMany as error:
        return _throttled("sign_in", given.with_error("identifier", error.message), error)
    if not passwords.verify(known.password_hash if known else None, password) or known is None:
        return _refused("sign_in", given.with_error("identifier", _("账号或密码不对。")))
    edge.forgive(brakes)
    return _begin(known, password, given)


def _begin(known: service.Known, password: str, given: FormResult) -> Response:
    as_account(known.account_id)
    service.refresh_hash(db(), known, password)
    if (old := visitor()) and old.actor.session_id:
        with suppress(NotFound):
            devices.revoke(db(), old.actor, old.actor.session_id)
    begun = service.begin(db(), known, device=edge.device(), address=edge.address())
    session.clear()
    tokens.become(known.account_id, begun.membership_id)
    if begun.owes_second_factor:
        onward = FormResult({name: given.values[name] for name in ("next", "carried")})
        response = _onward_to("second_factor", onward, _page("second_factor", onward))
    else:
        edge.tell_before(begun.before, known.account_id)
        response = _inside(known.account_id, begun.membership_id, given)
    set_session_cookie(response, begun.token)
    return response


@shared.route("/second-factor", methods=["GET", "POST"], endpoint="second_factor")
@guard(Permission.SELF)
def second_factor_page() -> Response | str:
    who = visitor()
    if who is None or not who.owes_second_factor:
        return redirect(url_for("home"), 303)
    if request.method != "POST":
        return _page("second_factor", FormResult(inputs.query(Onward())))
    given = inputs.form(OneCode())
    if not given.ok:
        return _refused("second_factor", given)
    try:
        brakes = edge.charge("second-factor", account_id=who.actor.account_id)
    except TooMany as error:
        return _throttled("second_factor", given.with_error("code", error.message), error)
    if not second_factor.passes(db(), edge.settings(), who.actor.account_id, given.values["code"]):
        return _refused("second_factor", given.with_error("code", _("验证码不对，或已经用过。")))
    edge.forgive(brakes)
    offered = memberships.offered(db(), who.actor.account_id)
    assert who.actor.session_id
    membership_id = offered[0].id if len(offered) == 1 else None
    token = sessions.rotate(db(), who.actor.session_id, membership_id=membership_id, confirmed=True)
    tokens.become(who.actor.account_id, membership_id)
    edge.tell_before(activity.record(db(), who.actor, edge.address(), second_factor=True), who.actor.account_id)
    response = _inside(who.actor.account_id, membership_id, given)
    set_session_cookie(response, token)
    return response


@shared.post("/sign-out")
@public
def sign_out() -> Response:
    """End the session in the table: a kept cookie is worth nothing afterwards."""
    if (who := visitor()) and who.actor.session_id:
        devices.revoke(db(), who.actor, who.actor.session_id)
    session.clear()
    edge.tell(_("您已退出登录。"))
    response = redirect(url_for("identity.sign_in"), 303)
    set_session_cookie(response, None)
    return response


@shared.get("/confirm")
@guard(Permission.SELF)
def confirm() -> str:
    return _page("confirm", FormResult(inputs.query(Onward())))


@shared.post("/confirm")
@guard(Permission.SELF)
def confirm_password() -> Response:
    given = inputs.form(Confirmation())
    if not given.ok:
        return _refused("confirm", given)
    try:
        brakes = edge.charge("confirm", account_id=actor().account_id)
    except TooMany as error:
        return _throttled("confirm", given.with_error("password", error.message), error)
    if not profile.knows_password(db(), actor(), given.values["password"]):
        return _refused("confirm", given.with_error("password", _("密码不对。")))
    edge.forgive(brakes)
    profile.confirm(db(), actor())
    return edge.onward(given.values["next"], given.values["carried"])


def _inside(account_id: UUID, membership_id: UUID | None, given: FormResult) -> Response:
    """Into the only role that somebody has, or to where one is chosen."""
    if membership_id:
        return edge.onward(given.values["next"], given.values["carried"])
    return _onward_to("memberships", given, choosing.page(account_id, given.values))


def _onward_to(name: str, given: FormResult, page: str) -> Response:
    """The next page of signing in; a form that is carried along is too long for an address, so it stays in the page."""
    if given.values["carried"]:
        return make_response(page)
    return redirect(url_for(f"identity.{name}", next=given.values["next"] or None), 303)


def _page(name: str, given: FormResult) -> str:
    onward = Onward().load({name: str(given.raw.get(name, "")) for name in ("next", "carried")})
    known = {name: given.values.get(name) or onward[name] for name in onward}
    return render_template(f"identity/{name}.html", given=given, **known)


def _refused(name: str, given: FormResult) -> Response:
    return make_response(_page(name, given), 422)


def _throttled(name: str, given: FormResult, error: TooMany) -> Response:
    response = make_response(_page(name, given), 429)
    response.headers["Retry-After"] = str(error.retry_after)
    return response
