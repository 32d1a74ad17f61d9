"""Whatever is sent, the answer is an answer: no fault of ours, no trace of the program."""

import gc
import io
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from flask import Flask
from marshmallow import EXCLUDE
from werkzeug.test import TestResponse

from huakai_platform.kernel.access import Role
from tests.support.forms import GOOD, Found, Read, recorded
from tests.support.nasty import BODIES, COOKIES, FILES, HEADERS, HOSTS, PATHS, VALUES
from tests.support.routes import Route, one_of_a_kind, reading, routes, writing
from tests.support.trials import Trial, encoded, escaped, forms
from tests.support.worlds import World

Count = Callable[[str, object], None]
TRACES = ("Traceback (most recent", 'File "/', "psycopg", "sqlalchemy", "marshmallow", "werkzeug")
READING, WRITING = one_of_a_kind(reading()), one_of_a_kind(writing())
LEAST = 400
EACH = 3
"""Values tried in each place; the next place goes on where the last one stopped, so that all come around."""
BODIES_EACH = 6
"""Bodies sent to each route, begun at another one at each."""
ENOUGH = {"health.readyz": 503}


def sound(answer: TestResponse, what: str) -> None:
    """No fault, and nothing of the inside."""
    assert answer.status_code < 500, f"{what}: {answer.status}"
    if answer.mimetype in {"text/html", "application/problem+json", "application/json"}:
        told = [trace for trace in TRACES if trace in answer.text]
        assert not told, f"{what}: {told}"
    assert "evil" not in (answer.location or ""), f"{what}: {answer.location}"
    assert answer.headers["X-Request-Id"]


@pytest.fixture(scope="module")
def asked(world: World) -> dict[str, Found]:
    """The forms of all pages, by the endpoint that they write to."""
    found: dict[str, Found] = {}
    for role in (Role.INSTITUTION_ADMIN, Role.SITE_HEAD, Role.REGIONAL_OFFICE):
        found = forms(world, role) | found
    return found


@pytest.mark.parametrize("route", READING, ids=str)
def test_query_arguments(world: World, route: Route, record_property: Count) -> None:
    trial = Trial(world, route)
    with recorded() as read:
        trial.get()
    known = read.query.get(route.endpoint, {})
    joint = "&" if "?" in trial.path else "?"
    kinds, at, tried = list(VALUES.items()), sum(route.endpoint.encode()), 0
    for name in (*known, "nonsense"):
        for _turn in range(EACH):
            kind, value = kinds[at % len(kinds)]
            at += 1
            answer = trial.get(f"{joint}{name}={escaped(value)}")
            if answer.status_code != ENOUGH.get(route.endpoint):
                sound(answer, f"{name}: {kind}")
            tried += 1
            if name == "nonsense" and value and _strict(read, route):
                assert answer.status_code == 422, f"an unknown argument is let through: {answer.status}"
        for doubled in (f"{name}=1&{name}=2", f"{name}[]=1&{name}[a]=2", f"{name}"):
            answer = trial.get(joint + doubled)
            if answer.status_code != ENOUGH.get(route.endpoint):
                sound(answer, doubled)
            tried += 1
    record_property("inputs", tried)


def _strict(read: Read, route: Route) -> bool:
    fields = read.query.get(route.endpoint, {})
    return bool(fields) and all(one.root is None or one.root.unknown != EXCLUDE for one in fields.values())


@pytest.mark.parametrize("route", WRITING, ids=str)
def test_form_fields(world: World, asked: dict[str, Found], route: Route, record_property: Count) -> None:
    trial = Trial(world, route)
    base = _fields(trial, asked)
    kinds, at, tried = list(VALUES.items()), sum(route.endpoint.encode()), 0
    for name in (*base, "nonsense"):
        for _turn in range(EACH):
            kind, value = kinds[at % len(kinds)]
            at += 1
            sound(trial.send(base | {name: value}), f"{name}: {kind}")
            tried += 1
        if at % 2:
            sound(trial.post(encoded(base).encode() + f"&{name}=1&{name}=2".encode()), f"{name} twice")
        else:
            sound(trial.send({one: value for one, value in base.items() if one != name}), f"without {name}")
        tried += 1
    record_property("inputs", tried)


def _fields(trial: Trial, asked: Mapping[str, Found]) -> dict[str, str | bytes]:
    """What the route's form holds, by the page that shows it and by the schema that reads it."""
    shown = asked[trial.route.endpoint].filled() if trial.route.endpoint in asked else {}
    with recorded() as read:
        trial.send(shown)
    known = read.form.get(trial.route.endpoint, {})
    return {**{name: GOOD.get(name, "") for name in known}, **shown}


@pytest.mark.parametrize("route", WRITING, ids=str)
def test_bodies(world: World, route: Route, record_property: Count) -> None:
    trial, first = Trial(world, route), sum(route.endpoint.encode())
    kinds = list(BODIES)
    for turn in range(BODIES_EACH):
        kind = kinds[(first + turn) % len(kinds)]
        sound(trial.post(*BODIES[kind]), kind)
    record_property("inputs", BODIES_EACH)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("route", [one for one in WRITING if one.endpoint == "onboarding.upload"], ids=str)
def test_a_body_beyond_the_limit_is_refused(world: World, route: Route, record_property: Count) -> None:
    trial = Trial(world, route)
    for length in (13_000_000, 40_000_000):
        assert _sent(trial, length) == 413
    gc.collect()
    record_property("inputs", 2)


def _sent(trial: Trial, length: int) -> int:
    data = {"csrf_token": trial.token, "file": (io.BytesIO(b"\0" * length), "a.xlsx")}
    return trial.client.post(trial.path, data=data, content_type="multipart/form-data", buffered=True).status_code


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_files(world: World, asked: dict[str, Found], record_property: Count) -> None:
    tried = 0
    for route in WRITING:
        files = asked[route.endpoint].files if route.endpoint in asked else set()
        for name in sorted(files):
            trial = Trial(world, route)
            for kind, (content, filename) in FILES.items():
                data: dict[str, Any] = {**_fields(trial, asked), "csrf_token": trial.token}
                own = name.replace(next(iter(data)), trial.path.rpartition("/")[2]) if "items/" in trial.path else name
                data[own] = (io.BytesIO(content), filename)
                _upload(trial, data, f"{route} {name}: {kind}")
                tried += 1
    assert tried >= len(FILES) * 3
    gc.collect()
    record_property("inputs", tried)


def _upload(trial: Trial, data: Mapping[str, Any], what: str) -> None:
    answer = trial.client.post(trial.path, data=data, content_type="multipart/form-data", buffered=True)
    sound(answer, what)
    assert answer.status_code in {200, 303, 400, 413, 422}, f"{what}: {answer.status}"


@pytest.mark.parametrize("route", [one for one in routes() if one.arguments], ids=str)
def test_identifiers_in_paths(world: World, route: Route, record_property: Count) -> None:
    trial = Trial(world, route)
    method, tried = ("GET" if "GET" in route.methods else "POST"), 0
    kinds, at = list(VALUES.items()), sum(route.endpoint.encode())
    for place, part in enumerate(route.path.split("/")):
        for _turn in range(EACH if "<" in part else 0):
            kind, value = kinds[at % len(kinds)]
            at += 1
            parts = trial.path.partition("?")[0].split("/")
            parts[place] = escaped(value) or "%20"
            path = "/".join(parts)
            answer = trial.get(path=path) if method == "GET" else trial.post(path=path)
            sound(answer, f"{path[:200]}: {kind}")
            tried += 1
            if "uuid:" in part:
                assert answer.status_code in {404, 405}, f"{path[:200]}: {answer.status}"
    record_property("inputs", tried)


def test_paths_that_nobody_made(application: Flask, world: World, record_property: Count) -> None:
    client, _token = world.client(world.person(Role.INSTITUTION_ADMIN), Role.INSTITUTION_ADMIN)
    for browser in (client, application.test_client()):
        for path in PATHS:
            environ = {"PATH_INFO": path} if path == "*" else {}
            sound(browser.get("/" if path == "*" else path, environ_overrides=environ, buffered=True), path[:100])
            sound(browser.post(path if path != "*" else "/x", buffered=True), path[:100])
    record_property("inputs", len(PATHS) * 4)


HEADED = ("/", "/sign-in", "/console/sites", "/console/operations", "/account", "/healthz", "/metrics", "/nowhere")


@pytest.mark.parametrize("path", HEADED)
def test_headers(world: World, application: Flask, path: str, record_property: Count) -> None:
    client, token = world.client(world.person(Role.INSTITUTION_ADMIN), Role.INSTITUTION_ADMIN)
    for kind, headers in HEADERS.items():
        for browser in (client, application.test_client()):
            sound(browser.get(path, headers=headers, buffered=True), kind)
        sound(client.post("/console/sites/openings", headers={**headers, "X-CSRFToken": token}), kind)
    record_property("inputs", len(HEADERS) * 3)


@pytest.mark.parametrize("path", HEADED)
def test_cookies(application: Flask, path: str, record_property: Count) -> None:
    for kind, cookie in COOKIES.items():
        browser = application.test_client(use_cookies=False)
        answer = browser.get(path, headers={"Cookie": cookie}, buffered=True)
        sound(answer, kind)
        assert answer.status_code in {200, 302, 303, 401, 404}, f"{kind}: {answer.status}"
        sound(browser.post("/sign-in", headers={"Cookie": cookie}), kind)
    record_property("inputs", len(COOKIES) * 2)


@pytest.mark.parametrize("host", HOSTS)
def test_hosts_that_are_not_ours(application: Flask, host: str, record_property: Count) -> None:
    for path in ("/", "/sign-in", "/nowhere", "/static/x.css"):
        answer = application.test_client().get(path, headers={"Host": host})
        assert answer.status_code == 400, f"{path}: {answer.status}"
        sound(answer, host)
    record_property("inputs", 4)


def test_there_are_enough_of_them() -> None:
    least = EACH * len(READING) + BODIES_EACH * len(WRITING) + len(PATHS) * 4 + len(FILES) * 3
    assert least >= LEAST, least
