"""One line a request: who, where, how it ended and how long it took; never what was sent."""

import time

import structlog
from flask import Flask, Response, g, request

log = structlog.get_logger("huakai.request")
QUIET = frozenset({"static", "health.healthz", "health.readyz", "health.metrics"})


def install(app: Flask) -> None:
    """Must be installed before the frame, so that it sees the answer that really leaves."""
    app.before_request(begin)
    app.after_request(tell)


def begin() -> None:
    g.began = time.perf_counter()


def tell(response: Response) -> Response:
    if request.endpoint not in QUIET or response.status_code >= 500:
        log.info("request", endpoint=request.endpoint, status=response.status_code, duration_ms=took_ms())
    return response


def took_ms() -> float:
    """Milliseconds since the request came in."""
    began: float = g.get("began", time.perf_counter())
    return round((time.perf_counter() - began) * 1000, 1)
