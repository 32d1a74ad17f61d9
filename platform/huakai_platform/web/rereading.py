"""A page or resource read within another request: what a GET of the same person is answered, with all of its checks."""

from collections.abc import Collection

import structlog
from flask import Response, current_app, g, request
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder

from huakai_platform.web import concurrency_limit
from huakai_platform.web.context import close_auth_connection


def read(path: str, kept: Collection[str], **more: str) -> Response:
    """The answer to a GET of `path` with the headers `kept` of this request and `more`.

    It is a request of its own: with its own transaction, and counted in this one's place. What this one has written
    is given up, so it is asked before anything is.
    """
    headers = Headers([(name, request.headers[name]) for name in kept if name in request.headers])
    headers.extend(more)
    whence = {"REMOTE_ADDR": request.remote_addr or ""}
    environ = EnvironBuilder(path, request.host_url, headers=headers, environ_base=whence).get_environ()
    _step_aside()
    own = structlog.contextvars.get_contextvars()
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    with app.app_context(), app.request_context(environ):
        response: Response = app.full_dispatch_request()
        response.get_data()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(**own)
    return response


def _step_aside() -> None:
    if session := g.pop("session", None):
        session.rollback()
        session.close()
    close_auth_connection()
    concurrency_limit.leave(None)
