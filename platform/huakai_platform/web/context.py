"""The request at hand: its person, its one transaction, its number."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol, cast
from uuid import UUID

from flask import Flask, current_app, g, has_request_context
from flask_login import current_user
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from huakai_platform.kernel import tenancy
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.errors import Forbidden, Unauthenticated
from huakai_platform.kernel.i18n import _
from huakai_platform.web.access import View, guard, public

__all__ = [
    "View",
    "actor",
    "apart",
    "app_state",
    "as_account",
    "auth_connection",
    "db",
    "guard",
    "inside",
    "public",
    "refuse_elsewhere",
    "visitor",
]
ELSEWHERE = {
    "console": _("这个地址只供站点使用。您的身份属于管理端，请打开管理端的地址。"),
    "room": _("这个地址只供管理端使用。您的身份属于站点，请打开站点的地址。"),
}
"""What somebody is told whose role works in a plane that is served at another address."""


@dataclass(frozen=True)
class Visitor:
    """Who a cookie belongs to: the person, whether a second factor is still owed, and the state of the site."""

    actor: Actor
    owes_second_factor: bool = False
    site_state: str | None = None

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        return str(self.actor.session_id)


class Recognise(Protocol):
    """Find the visitor of a session token in one statement; None when it is not, or no longer, good."""

    def __call__(self, connection: Connection, token: str) -> Visitor | None: ...


class Bearers(Protocol):
    """The tokens of programs."""

    def recognise(self, connection: Connection, token: str, address: str) -> Visitor | None:
        """Whom a token stands for, in one statement; None when it is not, or no longer, good."""

    def slow_down(self, session: Session, address: str) -> None:
        """Count a wrong token. Raises TooMany."""


@dataclass
class AppState:
    """What an app carries: its settings, pools and the ways it recognises a visitor."""

    settings: Settings
    databases: Databases
    planes: tuple[str, ...]
    recognise: Recognise
    bearers: Bearers
    badges: Callable[[Session, Actor], dict[str, int]] | None = None

    def login_for(self, plane: str) -> Login:
        """The database login of a plane; shared pages use whichever plane this process serves."""
        if plane == "any":
            plane = "room" if "room" in self.planes else "console"
        return Login.TENANT if plane == "room" else Login.OVERSIGHT


def app_state(app: Flask | None = None) -> AppState:
    return cast(AppState, (app or current_app).extensions["huakai"])


def refuse_elsewhere(role: Role) -> None:
    """Raises Forbidden for a role of the plane that this process does not serve."""
    if role.plane not in app_state().planes:
        raise Forbidden(ELSEWHERE[role.plane])


def visitor() -> Visitor | None:
    """Who is signed in. The object itself: its proxy would look for the request at every attribute."""
    who = current_user._get_current_object() if has_request_context() else None
    return cast(Visitor, who) if who is not None and who.is_authenticated else None


def actor() -> Actor:
    """The person who acts; raises Unauthenticated for a stranger."""
    if who := visitor():
        return who.actor
    raise Unauthenticated(_("请先登录。"))


def db() -> Session:
    """The request's one transaction, bound to the room of a room page and to the nil tenant elsewhere."""
    if "session" not in g:
        who = visitor()
        site_id = who.actor.site_id if who and g.plane == "room" else None
        if g.plane == "room" and site_id is None:
            raise tenancy.NoTenant("a room page without a room")
        _open(site_id or tenancy.PLATFORM, g.get("account_id") or (who.actor.account_id if who else None))
    return cast(Session, g.session)


def badges() -> dict[str, int]:
    """The counts beside the menu's entries, by name; asked once a request, none for a stranger."""
    if "badges" not in g:
        g.badges = _badges()
    return cast(dict[str, int], g.badges)


def _badges() -> dict[str, int]:
    who, count = visitor(), app_state().badges
    if who is None or who.owes_second_factor or who.actor.role is None or count is None:
        return {}
    plane = who.actor.role.plane
    if plane not in app_state().planes:
        return {}
    if g.plane == plane:
        return count(db(), who.actor)
    with app_state().databases.session(app_state().login_for(plane), who.actor.site_id or tenancy.PLATFORM) as session:
        return count(session, who.actor)


@contextmanager
def apart() -> Iterator[Session]:
    """A transaction of its own under the nil tenant, for what stays written whatever becomes of the request."""
    with app_state().databases.session(app_state().login_for(g.plane)) as session:
        yield session


@contextmanager
def inside(site_id: UUID, *, writes: bool = False) -> Iterator[Session]:
    """One site's rows in a transaction of its own under the console's login, read-only unless it `writes` of the site
    in `oversight`. Check the reach first."""
    with app_state().databases.session(app_state().login_for("console"), site_id) as session:
        if not writes:
            session.execute(text("SET TRANSACTION READ ONLY"))
        yield session


def as_account(account_id: UUID) -> None:
    """Let the transaction that has not begun yet write the own rows of somebody who is just proving who they are."""
    if "session" in g:
        raise tenancy.NoTenant("the transaction has begun")
    g.account_id = account_id


def auth_connection() -> Connection:
    """A connection for a look before the transaction: each statement stands alone; closed with the request."""
    if "auth_connection" not in g:
        engine = app_state().databases.engine(app_state().login_for(g.get("plane", "any")))
        g.auth_connection = engine.connect()
    return cast(Connection, g.auth_connection)


def close_auth_connection() -> None:
    if connection := g.pop("auth_connection", None):
        connection.close()


def _open(tenant_id: UUID, account_id: UUID | None) -> None:
    session: Any = app_state().databases.open(app_state().login_for(g.plane))
    tenancy.enter(session, tenant_id, account_id=account_id)
    g.session = session
