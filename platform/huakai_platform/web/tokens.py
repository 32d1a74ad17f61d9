"""The tokens of forms: each made for one person in one room, and good for them however often they sign in again."""

import hashlib
import hmac
import secrets
from datetime import timedelta
from uuid import UUID

from flask import current_app, g, request, session
from flask_wtf.csrf import generate_csrf
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.exceptions import HTTPException

from huakai_platform.web.context import visitor

FIELD, HEADER = "csrf_token", "X-CSRFToken"
LIFE = timedelta(days=14)
"""As long as a session can live."""
STRANGER = "0" * 32


def key(purpose: str) -> bytes:
    """A key for one purpose, made of the server's own."""
    secret = current_app.secret_key or b""
    return hmac.digest(secret.encode() if isinstance(secret, str) else secret, purpose.encode(), hashlib.sha256)


def mark_of(account_id: UUID, membership_id: UUID | None) -> str:
    """Stands for a person in a room, where the ids themselves would say too much."""
    return hmac.new(key("person"), f"{account_id}|{membership_id or ''}".encode(), hashlib.sha256).hexdigest()[:32]


def mark() -> str:
    """Whom the answer at hand is for."""
    if "mark" not in g:
        who = visitor()
        g.mark = mark_of(who.actor.account_id, who.actor.membership_id) if who else STRANGER
    return str(g.mark)


def mark_of_account() -> str:
    """The person alone, whatever the room; nothing for a stranger."""
    if "mark_of_account" not in g:
        who = visitor()
        g.mark_of_account = mark_of(who.actor.account_id, None) if who else ""
    return str(g.mark_of_account)


def become(account_id: UUID, membership_id: UUID | None) -> None:
    """Whoever has just signed in, or changed the room, gets pages of their own from here on."""
    session.pop(FIELD, None)
    g.pop(FIELD, None)
    g.mark, g.mark_of_account = mark_of(account_id, membership_id), mark_of(account_id, None)


def token() -> str:
    """The token of the page at hand."""
    if _owner(session.get(FIELD)) != mark():
        session[FIELD] = f"{mark()}.{secrets.token_hex(20)}"
        g.pop(FIELD, None)
    return str(generate_csrf())


def made_for() -> str | None:
    """The mark of whom the form that was sent was made for; None when no page of ours carried its token."""
    return _owner(_secret())


def made_for_visitor() -> bool:
    """Whether the form that was sent was made for whoever sent it."""
    return visitor() is not None and made_for() == mark()


def adopt(*, public: bool) -> None:
    """Before the check: a form that this very person opened before signing in again counts; anybody else's does not.

    When the browser says that it comes from here, a form that is sent after the session has ended is let through to be
    sent to the sign-in, and one that was opened before signing in counts where strangers are answered.
    """
    secret, here = _secret(), visitor()
    if here and _owner(session.get(FIELD)) != mark():
        session.pop(FIELD, None)
    own = here is not None and _owner(secret) == mark()
    open_to_all = here is None or (public and _owner(secret) == STRANGER)
    if secret and (own or (open_to_all and _from_here())):
        session[FIELD] = secret


def _secret() -> str | None:
    try:
        given = request.form.get(FIELD) or request.headers.get(HEADER) or ""
        read = URLSafeTimedSerializer(current_app.secret_key or "", salt="wtf-csrf-token")
        return str(read.loads(given, max_age=int(LIFE.total_seconds())))
    except (BadData, HTTPException):
        return None  # a body that cannot be read is refused where it is asked for


def _owner(secret: object) -> str | None:
    owner, dot, _rest = str(secret or "").partition(".")
    return owner if dot else None


def _from_here() -> bool:
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin", "")
    return site == "same-origin" if site else origin.partition("://")[2] == request.host
