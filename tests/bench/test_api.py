"""What a list of the API costs beside a bare handler that sends the same statement and dumps the same rows."""

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import psycopg
import pytest
from flask import Flask, Response
from sqlalchemy import Engine, event
from werkzeug.test import create_environ, run_wsgi_app

from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login
from huakai_platform.onboarding.api.sites import NAMES
from huakai_platform.web.api.answers import dumped
from huakai_platform.web.context import frame
from tests.bench.conftest import Tell
from tests.support.make import Make

ROWS, ROUNDS, TIMES = 50, 5, 60
TARGET = 0.6
PATH = f"/api/v1/sites?limit={ROWS}"
Statement = tuple[bytes, Any]


@pytest.mark.bench
def test_a_list_of_sites_beside_a_bare_handler(app: Flask, make: Make, tell: Tell) -> None:
    for _number in range(ROWS):
        make.site()
    token = make.bearer(make.member(Role.INSTITUTION_ADMIN))
    engine = frame(app).databases.engine(Login.OVERSIGHT)
    with statements(engine) as sent:
        ours = answer(app, token)
    with psycopg.connect(engine.url.set(drivername="postgresql").render_as_string(False), autocommit=True) as direct:
        plain = bare(direct, sent[-1])
        assert answer(plain, token) == ours
        rounds = [(median(app, token), median(plain, token)) for _number in range(ROUNDS)]
    api, least = (statistics.median(times) for times in zip(*rounds, strict=True))
    met = "met" if least / api >= TARGET else "MISSED"
    tell(f"\n{ROWS} sites as JSON, medians of {ROUNDS} rounds of {TIMES}; {len(sent)} statements by the API:")
    tell(f"  {api:.2f} ms by the API, {least:.2f} ms by a bare handler without token, wall or cursor")
    tell(f"  {least / api:.2f} of the bare handler's speed (target {TARGET}: {met})")


def bare(direct: psycopg.Connection[Any], statement: Statement) -> Flask:
    """The least that answers the same: one statement, one dump."""
    plain = Flask("bare")

    @plain.get("/api/v1/sites")
    def sites() -> Response:
        rows = direct.execute(*statement).fetchall()
        items = [dict(zip(NAMES, row, strict=False)) for row in rows[:ROWS]]
        return Response(dumped({"items": items, "next": None}), content_type="application/json")

    return plain


def answer(app: Flask, token: str) -> bytes:
    environ = create_environ(PATH, headers={"Authorization": f"Bearer {token}"})
    body, status, _headers = run_wsgi_app(app, environ, buffered=True)
    content = b"".join(body)
    assert status == "200 OK", content
    return content


def median(app: Flask, token: str) -> float:
    """Milliseconds of a call, without making the request."""
    environ, taken = create_environ(PATH, headers={"Authorization": f"Bearer {token}"}), []
    for _number in range(TIMES):
        asked = {**environ, "wsgi.input": BytesIO()}
        begun = time.perf_counter()
        run_wsgi_app(app, asked, buffered=True)
        taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken)


@contextmanager
def statements(engine: Engine) -> Iterator[list[Statement]]:
    """What is sent meanwhile, with its parameters."""
    sent: list[Statement] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        sent.append((statement.encode(), parameters))

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)
