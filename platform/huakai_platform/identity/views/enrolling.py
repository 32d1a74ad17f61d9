"""Turning the second factor on and off."""

import base64

from flask import make_response, redirect, render_template, url_for
from werkzeug import Response

from huakai_platform.identity import devices, profile, sessions
from huakai_platform.identity import second_factor as service
from huakai_platform.identity.inputs import Enrolment, TurnOff
from huakai_platform.identity.views import edge
from huakai_platform.identity.views.blueprints import shared
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import Invalid, TooMany
from huakai_platform.kernel.i18n import _
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.inputs import FormResult
from huakai_platform.web.requests import set_session_cookie


@shared.get("/account/second-factor")
@guard(Permission.SELF, confirmed=True)
def enrolment() -> Response | str:
    if profile.read(db(), actor()).second_factor:
        return redirect(url_for(".account"), 303)
    return _page(service.new_secret(), FormResult({}))


@shared.post("/account/second-factor")
@guard(Permission.SELF, confirmed=True)
def turn_on() -> Response | str:
    """Keep the secret that the form carries sealed, once the app has shown a right code for it."""
    given = inputs.form(Enrolment())
    secret = _unsealed(str(given.raw.get("sealed", "")))
    if secret is None:
        edge.tell(_("页面已过期，请重新扫描。"), "danger")
        return redirect(url_for(".enrolment"), 303)
    if given.ok:
        try:
            brakes = edge.charge("enrol", account_id=actor().account_id)
        except TooMany as error:
            return make_response(_page(secret, given.with_error("code", error.message)), 429)
        code = "".join(given.values["code"].split())
        codes = service.turn_on(db(), edge.settings(), actor(), secret=secret, code=code)
        if codes:
            edge.forgive(brakes)
            return _turned_on(codes)
        given = given.with_error("code", _("验证码不对。请确认手机时间准确，再试一次。"))
    return make_response(_page(secret, given), 422)


def _turned_on(codes: list[str]) -> Response:
    mine = actor()
    assert mine.session_id
    devices.revoke_all(db(), mine.account_id, but=mine.session_id)
    token = sessions.rotate(db(), mine.session_id, membership_id=mine.membership_id, confirmed=True)
    response = _codes(codes)
    set_session_cookie(response, token)
    return response


@shared.post("/account/second-factor/codes")
@guard(Permission.SELF, confirmed=True)
def new_codes() -> Response:
    if not profile.read(db(), actor()).second_factor:
        return redirect(url_for(".account"), 303)
    return _codes(service.renew_codes(db(), edge.settings(), actor()))


@shared.post("/account/second-factor/removal")
@guard(Permission.SELF, confirmed=True)
def turn_off() -> Response:
    """Asks for the account's name in the field `confirm`."""
    if inputs.form(TurnOff()).values.get("confirm") != profile.read(db(), actor()).login_name:
        edge.tell(_("没有关闭：请输入账号名以确认。"), "warning")
        return redirect(url_for(".account"), 303)
    service.leave(db(), actor())
    edge.tell(_("两步验证已关闭。"))
    return redirect(url_for(".account"), 303)


def _page(secret: str, given: FormResult) -> str:
    sealed = service.seal(edge.settings(), actor().account_id, secret)
    address = service.address(secret, profile.read(db(), actor()).login_name)
    return render_template(
        "identity/enrolment.html",
        given=given,
        secret=" ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
        sealed=base64.urlsafe_b64encode(sealed).decode(),
        picture=edge.picture(address),
    )


def _unsealed(sealed: str) -> str | None:
    try:
        return service.unseal(edge.settings(), actor().account_id, base64.urlsafe_b64decode(sealed.encode("ascii")))
    except (Invalid, ValueError):
        return None


def _codes(codes: list[str]) -> Response:
    """Shown this once, on this answer only."""
    return make_response(render_template("identity/recovery_codes.html", codes=codes))
