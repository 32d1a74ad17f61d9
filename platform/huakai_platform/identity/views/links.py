"""The pages behind an invitation or reset link."""

from flask import make_response, redirect, render_template, request, session, url_for
from werkzeug import Response

from huakai_platform.identity import links as service
from huakai_platform.identity import passwords
from huakai_platform.identity.inputs import NewPassword
from huakai_platform.identity.views import edge
from huakai_platform.identity.views.blueprints import shared
from huakai_platform.kernel.i18n import _
from huakai_platform.web import inputs
from huakai_platform.web.context import as_account, auth_connection, db, public
from huakai_platform.web.inputs import FormResult
from huakai_platform.web.requests import set_session_cookie


@shared.route("/invitations/<token>", methods=["GET", "POST"])
@public
def accept(token: str) -> Response:
    return _redeem(token, "invite")


@shared.route("/resets/<token>", methods=["GET", "POST"])
@public
def reset(token: str) -> Response:
    return _redeem(token, "reset")


def _redeem(token: str, purpose: str) -> Response:
    link = service.opened(auth_connection(), token, purpose)
    if link is None:
        return _gone()
    if request.method != "POST":
        return _page(link, purpose, FormResult({}), 200)
    given = inputs.form(NewPassword())
    if given.ok and given.values["password"] != given.values["repeat"]:
        given = given.with_error("repeat", _("两次输入的密码不一样"))
    for said in service.weaknesses(link, given.values["password"]) if given.ok else ():
        given = given.with_error("password", said)
    if not given.ok:
        return _page(link, purpose, given, 422)
    as_account(link.account_id)
    if not service.redeem(db(), link, passwords.hashed(given.values["password"])):
        return _gone()
    session.clear()
    edge.tell(_("密码已设置。请用账号名 {login} 登录。", login=link.login_name))
    response = redirect(url_for("identity.sign_in"), 303)
    set_session_cookie(response, None)
    return response


def _page(link: service.Link, purpose: str, given: FormResult, status: int) -> Response:
    page = render_template("identity/link.html", link=link, purpose=purpose, given=given, shortest=passwords.SHORTEST)
    return make_response(page, status)


def _gone() -> Response:
    """The same page for a wrong, an expired and a used link."""
    return make_response(render_template("identity/link_gone.html"), 404)
