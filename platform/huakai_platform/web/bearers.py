"""A program's token: from the Authorization header, and from nowhere else."""

from flask import g, request

from huakai_platform.web.context import Visitor, close_peek, frame, peek

ROOT = "/api/v1/"


def in_api() -> bool:
    """Whether the request knocks at the door for programs, where a cookie counts for nothing."""
    return request.path.startswith(ROOT)


def recognise() -> Visitor | None:
    """The visitor of the bearer token; wrong ones are counted by address. Raises TooMany, once a request."""
    scheme, _blank, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not (token := token.strip()) or g.get("refused_bearer"):
        return None
    address = request.remote_addr or "unknown"
    try:
        if who := frame().bearers.recognise(peek(), token, address):
            return who
    finally:
        close_peek()
    g.refused_bearer = True
    _slow_down(address)
    return None


def _slow_down(address: str) -> None:
    """Count a wrong token in a transaction of its own, which stays though the request is refused."""
    with frame().databases.session(frame().login_for(g.get("plane", "any"))) as session:
        frame().bearers.slow_down(session, address)
