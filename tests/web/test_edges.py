"""What every answer carries and refuses: where one is sent, from where assets come, which cookies are set."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from huakai_deploy.web import create_app
from huakai_platform.identity.models import Membership
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.web.context import app_state
from huakai_templates import assets
from tests.support.trials import pages
from tests.support.web import post
from tests.support.worlds import HTML, World

Count = Callable[[str, object], None]
ELSEWHERE = (
    "https://evil.example",
    "http://evil.example/account",
    "//evil.example",
    "///evil.example",
    "////evil.example/%2e%2e",
    r"/\evil.example",
    r"\\evil.example",
    r"/\/evil.example",
    "/%5cevil.example",
    "/%2f%2fevil.example",
    "/%09/evil.example",
    "javascript:alert('evil')",
    "data:text/html,evil",
    "https:evil.example",
    "/account//evil.example",
    " //evil.example",
    "/\t/evil.example",
    "/account\r\nLocation: https://evil.example",
    "evil.example",
    "/@evil.example",
    "/account/..//evil.example",
    "https://localhost@evil.example",
    "/．evil.example",
)
ADDRESSES = {"src", "href", "srcset", "action", "formaction", "poster", "data", "xlink:href", "hx-get", "hx-post"}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
CSP = {
    "default-src": "'self'",
    "style-src": "'self'",
    "script-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}


@pytest.fixture
def browser(world: World) -> FlaskClient:
    return world.client(world.person(Role.INSTITUTION_ADMIN), Role.INSTITUTION_ADMIN)[0]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_nobody_is_sent_elsewhere(world: World, application: Flask, target: str) -> None:
    actor = world.fresh(Role.COUNSELLOR)
    client, _token = world.client(actor)
    for browser in (client, application.test_client()):
        _stays(post(browser, "/language", {"locale": "zh_CN", "next": target}))
    _stays(post(client, "/memberships", {"membership_id": str(actor.membership_id), "next": target}))
    for path in ("/sign-in", "/confirm", "/memberships"):
        found = Addresses(client.get(path, query_string={"next": target}).text)
        assert not [one for one in found.addresses if "evil" in one and not one.startswith(f"{path}?")]
    asked = application.test_client().get(
        "/account", query_string={"x": target}, headers={"Accept": HTML, "X-Forwarded-Host": "evil.example"}
    )
    assert asked.location.startswith("/sign-in?next=/account")


def _stays(answer: TestResponse) -> None:
    assert answer.status_code in {303, 422}
    if answer.status_code == 303:
        assert re.fullmatch(r"/(?![/\\])[^\\\r\n]*", answer.location), answer.location
        assert "evil" not in answer.location


class Addresses(HTMLParser):
    """What a page fetches or leads to, and what in it a browser would run or dress by itself."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.inline: list[str] = []
        self._within = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.addresses += [value for name, value in attrs if name in ADDRESSES and value]
        self.inline += [f"{tag} {name}" for name, _value in attrs if name.startswith("on") or name == "style"]
        runs = given.get("type") not in {"application/json"} and "src" not in given
        if tag == "style" or (tag == "script" and runs):
            self.inline.append(tag)
        if tag == "meta" and (given.get("http-equiv") or "").lower() == "refresh":
            self.inline.append("meta refresh")


@pytest.mark.parametrize("role", list(Role))
def test_every_page_is_guarded_and_complete_in_itself(world: World, role: Role, record_property: Count) -> None:
    seen = 0
    for route, path, answer in pages(world, role):
        if answer.mimetype != "text/html" or route.endpoint == "static":
            continue
        _guarded(answer, path)
        found = Addresses(answer.text)
        away = [one for one in found.addresses if re.match(r"[a-z][a-z0-9+.-]*:|//", one.strip(), re.IGNORECASE)]
        assert not [one for one in away if not one.startswith(("data:image/", "tel:", "mailto:"))], f"{path}: {away}"
        assert not found.inline, f"{path}: {found.inline}"
        seen += 1
    record_property("pages", seen)
    assert seen > 5


@pytest.mark.parametrize("path", ["/nowhere", "/console/sites/nowhere", "/static/nowhere.css"])
def test_a_page_of_errors_is_guarded_too(browser: FlaskClient, application: Flask, path: str) -> None:
    for client in (browser, application.test_client()):
        answer = client.get(path)
        assert answer.status_code == 404
        assert answer.headers["X-Request-Id"] in answer.text
        if not path.startswith("/static/"):
            _guarded(answer, path)
        assert not Addresses(answer.text).inline


def _guarded(answer: TestResponse, path: str) -> None:
    for name, value in HEADERS.items():
        assert answer.headers.get(name) == value, f"{path}: {name} is {answer.headers.get(name)}"
    policy = dict(one.strip().split(" ", 1) for one in answer.headers["Content-Security-Policy"].split(";"))
    assert policy | CSP == policy, f"{path}: {policy}"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "Cookie" in answer.headers["Vary"]
    assert answer.headers["X-Request-Id"]


@pytest.mark.parametrize("style", sorted(assets.STATIC.rglob("*.css")), ids=lambda path: path.name)
def test_no_style_fetches_from_elsewhere(style: Path) -> None:
    text = style.read_text(encoding="utf-8")
    fetched = re.findall(r"url\(\s*['\"]?([^'\")]+)", text) + re.findall(r"@import\s+['\"]([^'\"]+)", text)
    assert not [one for one in fetched if re.match(r"(?!data:)[a-z]+:|//", one)], style


def test_an_asset_with_a_hash_may_be_kept(application: Flask) -> None:
    answer = application.test_client().get(assets.url("app.css"), buffered=True)
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in answer.headers


def test_a_method_that_is_not_there_is_told(browser: FlaskClient) -> None:
    answer = browser.delete("/sign-in")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
    assert answer.headers["X-Request-Id"] in answer.text


@pytest.fixture
def secured(settings: Settings) -> Iterator[Flask]:
    made = create_app(replace(settings, https=True))
    made.testing = True
    yield made
    app_state(made).databases.dispose()


def test_cookies_over_tls_are_bound_to_this_host(secured: Flask, world: World) -> None:
    answer = _choose(secured, world, "__Host-huakai", "https://localhost")
    names = {one.partition("=")[0] for one in answer.headers.getlist("Set-Cookie")}
    assert "__Host-huakai" in names
    for cookie in answer.headers.getlist("Set-Cookie"):
        flags = {one.strip().lower() for one in cookie.split(";")[1:]}
        assert {"secure", "httponly", "path=/", "samesite=lax"} <= flags, cookie
        assert "domain" not in cookie.lower()
    assert answer.headers["Strict-Transport-Security"]
    assert all(name.startswith("__Host-") for name in names), names


def test_cookies_are_hidden_from_scripts(application: Flask, world: World) -> None:
    answers = [
        _choose(application, world, "huakai", "http://localhost"),
        post(application.test_client(), "/language", {"locale": "en"}),
        _saved(world),
    ]
    for answer in answers:
        assert answer.headers.getlist("Set-Cookie")
        for cookie in answer.headers.getlist("Set-Cookie"):
            flags = {one.strip().lower() for one in cookie.split(";")[1:]}
            assert {"httponly", "samesite=lax", "path=/"} <= flags, cookie


def _choose(app: Flask, world: World, name: str, base: str) -> TestResponse:
    actor: Actor = world.fresh(Role.SITE_HEAD)
    client = app.test_client()
    client.set_cookie(name, world.make.token(actor), secure=base.startswith("https"))
    page = client.get("/memberships", base_url=base)
    token = re.search(r'X-CSRFToken": "([^"]+)"', page.text)
    assert token, page.status
    answer = client.post(
        "/memberships", base_url=base, data={"csrf_token": token[1], "membership_id": str(actor.membership_id)}
    )
    assert answer.status_code == 303
    return answer


def _saved(world: World) -> TestResponse:
    client, token = world.client(world.fresh(Role.COUNSELLOR))
    return client.post("/account", data={"csrf_token": token, "name": "王小明", "locale": "en"})


def test_a_session_ends_with_signing_out_for_every_copy_of_its_cookie(application: Flask, world: World) -> None:
    actor = world.fresh(Role.COUNSELLOR)
    token = world.make.token(actor)
    first, second = application.test_client(), application.test_client()
    for client in (first, second):
        client.set_cookie("huakai", token)
        assert client.get("/account").status_code == 200
    post(first, "/sign-out")
    assert second.get("/account").status_code == 401


def test_a_planted_cookie_is_no_session(application: Flask) -> None:
    client = application.test_client()
    client.set_cookie("huakai", "planted-by-somebody-else")
    assert client.get("/account").status_code == 401


def test_a_role_that_ends_is_felt_by_the_next_request(world: World) -> None:
    actor = world.fresh(Role.SITE_HEAD)
    client, _token = world.client(actor)
    assert client.get("/room/spaces").status_code == 200
    with world.make.databases.session(Login.MIGRATOR) as session:
        session.execute(update(Membership).where(Membership.id == actor.membership_id).values(ended_at=clock.now()))
    assert client.get("/room/spaces").location == "/memberships"


def test_another_persons_token_does_not_fit(world: World) -> None:
    mine, theirs = world.client(world.fresh(Role.SITE_HEAD)), world.client(world.fresh(Role.SITE_HEAD))
    assert mine[0].post("/sign-out", data={"csrf_token": theirs[1]}).status_code == 403
