"""Forms sent as a browser sends them: with the token of a page that was read before."""

import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

TOKEN = re.compile(r'X-CSRFToken": "([^"]+)"')


def token(client: FlaskClient, page: str = "/nowhere") -> str:
    """A token of this client; every page carries one, the page of errors too."""
    found = TOKEN.search(client.get(page).text)
    assert found, f"no token on {page}"
    return found[1]


def post(client: FlaskClient, url: str, data: dict[str, Any] | None = None, **settings: Any) -> TestResponse:
    """Read a page, then send a form."""
    return client.post(url, data={"csrf_token": token(client), **(data or {})}, **settings)
