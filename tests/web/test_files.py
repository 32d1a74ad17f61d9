"""The front-end's files: packed as they were built, kept for ever by their names, and nobody's in particular."""

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from huakai_platform.kernel.config import Login
from huakai_templates import assets

NAMES = ("app.css", "app.js", "tabler.css", "tabler.js", "htmx.js", "echarts.js", "favicon.svg")


@pytest.fixture
def browser(application: Flask) -> FlaskClient:
    """One that shows a session, which nobody is to look up."""
    client = application.test_client()
    client.set_cookie("huakai", "a session")
    return client


@pytest.mark.parametrize(
    ("taken", "coding", "suffix"),
    [
        ("gzip, deflate, br, zstd", "br", ".br"),
        ("gzip, deflate", "gzip", ".gz"),
        ("br;q=0, gzip", "gzip", ".gz"),
        ("identity", None, ""),
        ("", None, ""),
    ],
)
@pytest.mark.parametrize("name", NAMES)
def test_a_built_file_goes_out_as_it_was_packed(
    browser: FlaskClient, name: str, taken: str, coding: str | None, suffix: str
) -> None:
    path = assets.url(name)

    with browser.get(path, headers={"Accept-Encoding": taken}) as answer:
        assert answer.headers.get("Content-Encoding") == coding
        assert answer.data == (assets.STATIC / (path.removeprefix("/static/") + suffix)).read_bytes()
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["Vary"] == "Accept-Encoding"
        plain = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
        assert answer.mimetype == plain["." + name.rpartition(".")[2]]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        assert not {"Set-Cookie", "Content-Disposition"} & set(answer.headers.keys())


def test_what_is_packed_unpacks_to_the_same(browser: FlaskClient) -> None:
    path = assets.url("app.css")
    with browser.get(path, headers={"Accept-Encoding": "br"}) as packed, browser.get(path) as plain:
        assert brotli.decompress(packed.data) == plain.data
    with browser.get(path, headers={"Accept-Encoding": "br", "If-None-Match": packed.headers["ETag"]}) as again:
        assert (again.status_code, again.headers["Vary"]) == (304, "Accept-Encoding")
    assert packed.headers["ETag"] != plain.headers["ETag"]


@pytest.mark.parametrize("path", ["/static/app.css", "/static/vendor/manifest.json"])
def test_a_name_without_a_hash_is_asked_for_each_time(browser: FlaskClient, path: str) -> None:
    with browser.get(path, headers={"Accept-Encoding": "br"}) as answer:
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-cache")


def test_a_file_that_is_not_there_is_kept_by_nobody(browser: FlaskClient) -> None:
    answer = browser.get("/static/vendor/app.000000000000.css")

    assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "no-store")


def test_nobody_is_looked_up_for_a_file(application: Flask, browser: FlaskClient) -> None:
    asked: list[str] = []
    engine = application.extensions["huakai"].databases
    engines = [engine.engine(login) for login in (Login.OVERSIGHT, Login.TENANT)]

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    for one in engines:
        event.listen(one, "before_cursor_execute", note)
    try:
        browser.get("/static/nowhere.css")
        with browser.get(assets.url("app.css")):
            assert asked == []
        browser.get("/console/")
        assert asked
    finally:
        for one in engines:
            event.remove(one, "before_cursor_execute", note)
