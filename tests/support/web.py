"""Forms sent as a browser sends them: with the token of a page that was read before."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from huakai_platform.kernel.config import Login

TOKEN = re.compile(r'X-CSRFToken": "([^"]+)"')
OWN_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
CARRIED = re.compile(r'name="carried" value="([^"]+)"')


def token(client: FlaskClient, page: str = "/nowhere") -> str:
    """A token of this client; every page carries one, the page of errors too."""
    found = TOKEN.search(client.get(page).text)
    assert found, f"no token on {page}"
    return found[1]


def own_token(page: str) -> str:
    """The token in the first form of a page."""
    return unescape(OWN_TOKEN.findall(page)[0])


def sealed_in(answer: TestResponse) -> str:
    """The form that a page carries to the next one, sealed."""
    found = CARRIED.search(answer.text)
    assert found, answer.text[:2000]
    return found[1]


def post(client: FlaskClient, url: str, data: dict[str, Any] | None = None, **settings: Any) -> TestResponse:
    """Read a page, then send a form."""
    return client.post(url, data={"csrf_token": token(client), **(data or {})}, **settings)


@contextmanager
def statements(app: Flask, login: Login = Login.OVERSIGHT) -> Iterator[list[str]]:
    """Every statement that the application's pages send under a login."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    engine = app.extensions["huakai"].databases.engine(login)
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)
