"""What the views of identity share: the visitor's device, counts that survive a refusal, and the way on."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

import segno
from flask import flash, g, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug import Response

from huakai_platform.identity import profile, throttling
from huakai_platform.identity.activity import SignedIn
from huakai_platform.kernel.clock import CHINA
from huakai_platform.kernel.config import Settings
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.web import carrying, tokens
from huakai_platform.web.context import app_state, close_auth_connection, db
from huakai_platform.web.destinations import opens

YEAR = 365 * 24 * 3600


def settings() -> Settings:
    return app_state().settings


def address() -> str:
    return request.remote_addr or "unknown"


def device() -> str:
    """What the browser says it is, without what a page could not show."""
    agent = request.headers.get("User-Agent", "")[:200]
    return "".join(letter if letter.isprintable() else " " for letter in agent) or "—"


@contextmanager
def separately() -> Iterator[Session]:
    """A short transaction of its own: what it writes stays even if the request is refused."""
    close_auth_connection()
    with app_state().databases.session(app_state().login_for(g.plane)) as session:
        yield session


def charge(
    purpose: str, *, account_id: UUID | None, identifier: str = "", site_ids: list[UUID] | None = None
) -> list[throttling.Brake]:
    """Count an attempt. Raises TooMany."""
    brakes = throttling.brakes(
        purpose, account_id=account_id, identifier=identifier, address=address(), site_ids=site_ids or []
    )
    with separately() as session:
        throttling.charge(session, brakes)
    return brakes


def forgive(brakes: list[throttling.Brake]) -> None:
    with separately() as session:
        throttling.forgive(session, brakes)


def tell(message: Message, tone: str = "success") -> None:
    flash(message.render(), tone)


def tell_before(before: SignedIn | None, account_id: UUID) -> None:
    """The line that lets somebody notice a stranger; at the first sign-in, what opens the account from now on."""
    if before:
        tell(_("上次登录：{at}，来自 {address}", at=moment(before.at), address=before.address or "—"), "info")
    else:
        tell(_("这是您第一次登录。{ways}", ways=profile.ways_in(db(), account_id)), "info")


def moment(at: datetime) -> str:
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


def onward(target: str | None, carried: str = "") -> Response:
    """Go on to the form that was carried along, when it is this person's; else to a path that a GET can open here;
    to one's first page otherwise.
    """
    if carried and (kept := carrying.unseal(carried)):
        if kept.owner == tokens.mark():
            return make_response(render_template("identity/returning.html", carried=carried))
        tell(_("之前填写的内容属于另一个身份，没有带过来。"), "info")
        target = None
    return redirect(target if target and opens(target) else url_for("home"), 303)


def remember_language(response: Response, locale: str) -> None:
    """Keep the language in this browser, for pages before anybody has signed in."""
    response.set_cookie(
        "language", locale, max_age=YEAR, path="/", secure=settings().https, httponly=True, samesite="Lax"
    )


def picture(text: str) -> str:
    """A QR code as a data: image, which the content security policy lets through."""
    return str(segno.make(text, error="m").png_data_uri(scale=4, border=3))
