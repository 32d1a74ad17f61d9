"""What this process has answered and how long it took, and where the queue stands."""

from collections.abc import Iterator
from typing import cast

from flask import Flask, Response, g, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from sqlalchemy.exc import SQLAlchemyError

from huakai_platform.kernel import queue
from huakai_platform.kernel.config import Login
from huakai_platform.web.context import AppState, app_state
from huakai_platform.web.logging import took_ms

CONTENT_TYPE = CONTENT_TYPE_LATEST
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Meters:
    """The meters of one app; endpoints are names of ours, so their number is small."""

    def __init__(self, where: AppState) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "huakai_requests", "Answers by endpoint and status.", ["endpoint", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "huakai_request_seconds", "Time to answer.", ["endpoint"], buckets=BUCKETS, registry=self.registry
        )
        if "console" in where.planes:
            self.registry.register(Queue(where))


class Queue:
    """Reads the gauges when they are asked for; an absent database leaves them out."""

    def __init__(self, where: AppState) -> None:
        self.where = where

    def collect(self) -> Iterator[Metric]:
        try:
            with self.where.databases.session(Login.OVERSIGHT) as session:
                now, alive = queue.state(session), queue.workers_alive(session)
        except SQLAlchemyError:
            return
        yield GaugeMetricFamily("huakai_queue_waiting", "Rows neither done nor dead.", value=now.waiting)
        yield GaugeMetricFamily("huakai_queue_due", "Rows that could be worked on now.", value=now.due)
        yield GaugeMetricFamily("huakai_queue_lag_seconds", "Age of the oldest due row.", value=now.lag)
        yield GaugeMetricFamily("huakai_queue_dead", "Rows given up.", value=now.dead)
        yield GaugeMetricFamily("huakai_workers_alive", "Workers seen in the last 30 seconds.", value=alive)

    def describe(self) -> list[Metric]:
        return []


def install(app: Flask) -> None:
    app.extensions["huakai.meters"] = Meters(app_state(app))
    app.after_request(lambda response: count(app, response))


def count(app: Flask, response: Response) -> Response:
    meters = _meters(app)
    endpoint = request.endpoint or "none"
    meters.requests.labels(endpoint, response.status_code).inc()
    if "began" in g:
        meters.seconds.labels(endpoint).observe(took_ms() / 1000)
    return response


def page(app: Flask) -> bytes:
    return generate_latest(_meters(app).registry)


def _meters(app: Flask) -> Meters:
    return cast(Meters, app.extensions["huakai.meters"])
