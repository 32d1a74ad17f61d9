"""A program's token: from the Authorization header, and from nowhere else."""

from flask import g, request

from huakai_platform.web.context import Visitor, app_state, auth_connection, close_auth_connection

ROOT = "/api/v1/"


def in_api() -> bool:
    """Whether the request is for the API of programs, where a cookie counts for nothing."""
    return request.path.startswith(ROOT)


def recognise() -> Visitor | None:
    """The visitor of the bearer token; wrong ones are counted by address. Raises TooMany, once a request."""
    scheme, _blank, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not (token := token.strip()) or g.get("refused_bearer"):
        return None
    address = request.remote_addr or "unknown"
    try:
        if who := app_state().bearers.recognise(auth_connection(), token, address):
            return who
    finally:
        close_auth_connection()
    g.refused_bearer = True
    _slow_down(address)
    return None


def _slow_down(address: str) -> None:
    """Count a wrong token in a transaction of its own, which stays though the request is refused."""
    with app_state().databases.session(app_state().login_for(g.get("plane", "any"))) as session:
        app_state().bearers.slow_down(session, address)
