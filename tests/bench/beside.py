"""Measuring an application beside a bare handler: the same request, in one process, turn by turn."""

import statistics
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import psycopg
from flask import Flask
from sqlalchemy import Engine, event
from werkzeug.test import create_environ, run_wsgi_app

ROUNDS, TIMES = 5, 60
Statement = tuple[bytes, Any]


@dataclass(frozen=True)
class Request:
    """A GET with its headers."""

    path: str
    headers: Mapping[str, str]

    def answer(self, app: Flask) -> bytes:
        body, status, _headers = run_wsgi_app(app, self._environ(), buffered=True)
        content = b"".join(body)
        assert status == "200 OK", content
        return content

    def median(self, app: Flask) -> float:
        """Milliseconds of a call, without making the request."""
        environ, taken = self._environ(), []
        for _number in range(TIMES):
            asked = {**environ, "wsgi.input": BytesIO()}
            begun = time.perf_counter()
            run_wsgi_app(app, asked, buffered=True)
            taken.append((time.perf_counter() - begun) * 1000)
        return statistics.median(taken)

    def _environ(self) -> dict[str, Any]:
        return create_environ(self.path, headers=dict(self.headers))


@dataclass(frozen=True)
class Compared:
    """Milliseconds of ours and of the bare handler, medians over the rounds."""

    ours: float
    bare: float

    @property
    def ratio(self) -> float:
        """The share of the bare handler's speed that ours has."""
        return self.bare / self.ours


def compare(request: Request, app: Flask, bare: Flask, its: Request | None = None) -> Compared:
    """Turn by turn; `its` is the request of the other where it needs another one."""
    rounds = [(request.median(app), (its or request).median(bare)) for _number in range(ROUNDS)]
    return Compared(*(statistics.median(times) for times in zip(*rounds, strict=True)))


@contextmanager
def statements(engine: Engine) -> Iterator[list[Statement]]:
    """What is sent meanwhile, with its parameters."""
    sent: list[Statement] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        sent.append((statement.encode(), parameters))

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


@contextmanager
def direct(engine: Engine) -> Iterator[psycopg.Connection[Any]]:
    """A connection without a pool, a wall or a transaction between."""
    url = engine.url.set(drivername="postgresql").render_as_string(False)
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection
