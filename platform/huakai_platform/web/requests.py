"""The life of a request: recognise, admit, run, commit, answer."""

import secrets
from typing import Any
from urllib.parse import urlsplit

import structlog
from flask import Flask, Request, Response, current_app, g, redirect, request, url_for
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask_login import LoginManager
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from werkzeug import Response as BaseResponse

from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import Conflict, Forbidden, Unauthenticated
from huakai_platform.kernel.i18n import _
from huakai_platform.web import bearers, carrying, concurrency_limit, destinations, errors, idempotency, tokens
from huakai_platform.web.access import Access, access_of
from huakai_platform.web.bearers import in_api
from huakai_platform.web.context import Visitor, app_state, auth_connection, close_auth_connection, visitor

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
CSP = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; script-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
csrf = CSRFProtect()
log = structlog.get_logger("huakai.web")


class Sessions(SecureCookieSessionInterface):
    """Files are the same for everybody: no session is read for them, and none makes them vary."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        return self.session_class() if _is_file(request) else super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not _is_file(request):
            super().save_session(app, session, response)


def install(app: Flask) -> None:
    app.session_interface = Sessions()
    login = LoginManager(app)
    login.session_protection = None
    login.request_loader(_recognise)
    app.before_request(_number)
    app.before_request(_refuse_foreign_writes)
    app.before_request(_adopt)
    csrf.init_app(app)
    app.before_request(_admit)
    app.before_request(concurrency_limit.enter)
    app.before_request(_replay)
    app.after_request(_finish)
    app.teardown_request(_close)
    app.teardown_request(concurrency_limit.leave)
    concurrency_limit.install(app)


def cookie_name() -> str:
    """`__Host-` binds the cookie to this host; without TLS a browser would refuse that name."""
    return "__Host-huakai" if app_state().settings.https else "huakai"


def set_session_cookie(response: BaseResponse, token: str | None) -> None:
    """Give the browser its session, or take it away."""
    if token is None:
        response.delete_cookie(
            cookie_name(), path="/", secure=app_state().settings.https, httponly=True, samesite="Lax"
        )
    else:
        response.set_cookie(
            cookie_name(), token, path="/", secure=app_state().settings.https, httponly=True, samesite="Lax"
        )


def _number() -> None:
    g.request_id = secrets.token_hex(8)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id, method=request.method)
    declared = _declared()
    g.plane = declared.permission.plane if declared and declared.permission else "any"


def _declared() -> Access | None:
    return access_of(current_app, request.endpoint) if request.endpoint else None


def _refuse_foreign_writes() -> None:
    """A browser that says where a write comes from must name this very site."""
    if request.method in SAFE:
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in {"same-origin", "none"}:
        raise Forbidden(_("这次提交来自别的网站，已拒绝。"))
    origin = request.headers.get("Origin")
    if site is None and origin and origin.partition("://")[2] != request.host:
        raise Forbidden(_("这次提交来自别的网站，已拒绝。"))


def _adopt() -> None:
    if request.method not in SAFE and not in_api():
        declared = _declared()
        tokens.adopt(public=bool(declared and declared.public))


def _recognise(_request: Any) -> Visitor | None:
    if g.get("unreachable"):  # the answer that says so must not ask again
        return None
    g.unreachable = True
    who = bearers.recognise() if in_api() else _by_cookie()
    g.unreachable = False
    return who


def _by_cookie() -> Visitor | None:
    if request.endpoint == "static" or not (token := request.cookies.get(cookie_name())):
        return None
    try:
        return app_state().recognise(auth_connection(), token)
    finally:
        close_auth_connection()


def _admit() -> BaseResponse | None:
    declared = _declared()
    if declared is None or declared.public:
        return None
    who = visitor()
    if who is None:
        return _to_sign_in()
    structlog.contextvars.bind_contextvars(actor=str(who.actor.account_id), tenant=str(who.actor.site_id or ""))
    if who.owes_second_factor and request.endpoint != "identity.second_factor":
        return redirect(url_for("identity.second_factor"), 303)
    assert declared.permission
    if who.actor.role is None and declared.permission.plane != "any":
        return redirect(url_for("identity.memberships"), 303)
    if not who.actor.can(declared.permission):
        raise Forbidden(_("您的身份没有这项权限。"))
    _refuse_stale(who.actor, declared)
    if g.plane == "room" and request.method not in SAFE and who.site_state != "open":
        raise Conflict(_("本站点目前不在开通状态，只能查看。"))
    return None


def _replay() -> BaseResponse | None:
    """Public routes answer strangers, who have no keys; their views open the transaction themselves."""
    declared = _declared()
    return None if declared is None or declared.public else idempotency.replay()


def _refuse_stale(actor: Actor, declared: Access) -> None:
    if declared.confirmed and not actor.confirmed_recently:
        raise errors.ConfirmFirst(_("请先再次输入密码。"))


def _to_sign_in() -> BaseResponse:
    if in_api():
        raise Unauthenticated(_("令牌缺失、无效或已失效。"))
    if request.headers.get("HX-Request"):
        response = Response(status=401)
        response.headers["HX-Redirect"] = url_for("identity.sign_in", next=_shown_page())
        return response
    if request.method == "GET" and request.accept_mimetypes.accept_html:
        return redirect(url_for("identity.sign_in", next=request.full_path.rstrip("?")), 303)
    if request.accept_mimetypes.accept_html and (carried := carrying.seal()):
        return errors.sign_in_again(carried, 401)
    raise Unauthenticated(_("请先登录。"))


def _shown_page() -> str | None:
    """The page that htmx asks from, to come back to."""
    shown = urlsplit(request.headers.get("HX-Current-URL", ""))
    path = shown.path + (f"?{shown.query}" if shown.query else "")
    return path if shown.netloc == request.host and destinations.opens(path) else None


def _finish(response: Response) -> Response:
    """Commit before the answer leaves; a refusal or a failed commit keeps nothing."""
    if session := g.get("session"):
        try:
            if response.status_code < 400 and not g.get("refused"):
                idempotency.keep(response)
                session.commit()
            else:
                session.rollback()
        except (DBAPIError, SQLAlchemyError) as error:
            session.rollback()
            response = errors.answer(error)
    return _dress(response)


def _dress(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CSP)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(), microphone=()")
    if not _is_file(request) or response.status_code >= 400:
        headers.setdefault("Cache-Control", "no-store")
        headers.add("Vary", "Authorization, Accept-Language" if in_api() else "Cookie, HX-Request")
    if app_state().settings.https:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    headers["X-Request-Id"] = g.get("request_id", "")
    return response


def _is_file(request: Request) -> bool:
    return request.path.startswith("/static/")


def _close(_error: BaseException | None) -> None:
    if session := g.pop("session", None):
        session.close()
    close_auth_connection()
    request.close()
