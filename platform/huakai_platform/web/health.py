"""Is the process alive, could it serve, and what has it done: three addresses for machines."""

import hmac
import shutil
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from flask import Blueprint, Flask, Response, current_app, jsonify, request
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from huakai_platform.kernel import queue
from huakai_platform.kernel.errors import HuakaiError, NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.web import metrics as measuring
from huakai_platform.web.access import public
from huakai_platform.web.context import AppState, app_state

MIGRATION = "huakai.migration"
ENOUGH_DISK = 0.05
REMEMBERED = 1.0
LOOPBACK = frozenset({"127.0.0.1", "::1"})
FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-Ip")

blueprint = Blueprint("health", __name__)


def install(app: Flask, *, migration: Callable[[], str | None]) -> None:
    """`migration` names the newest migration that this program was written for."""
    app.extensions[MIGRATION] = migration
    app.extensions["huakai.checks"] = Checks()


class Checks:
    """The answers of a second ago, so that asking often costs nothing."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, bool] = {}
        self._until = 0.0

    def get(self, make: Callable[[], dict[str, bool]]) -> dict[str, bool]:
        with self._lock:
            if time.monotonic() >= self._until:
                self._known, self._until = make(), time.monotonic() + REMEMBERED
            return self._known


@blueprint.get("/healthz")
@public
def healthz() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@public
def readyz() -> tuple[Response, int]:
    """Everything that a page needs is there; 503 with what is not."""
    where = app_state()
    wanted = current_app.extensions[MIGRATION]()
    known = current_app.extensions["huakai.checks"].get(lambda: checks(where, wanted))
    ready = all(known.values())
    return jsonify(status="ready" if ready else "not ready", checks=known), 200 if ready else 503


@blueprint.get("/metrics")
@public
def metrics() -> Response:
    """Prometheus' page, for this machine or the bearer of the token."""
    if not _may_measure(app_state().settings.metrics_token):
        raise NotFound(_("没有这个页面。"))
    return Response(measuring.page(current_app), content_type=measuring.CONTENT_TYPE)


def checks(where: AppState, migration: str | None) -> dict[str, bool]:
    """Ask every part, each by itself."""
    known = {f"database_{plane}": _holds(partial(_answers, where, plane)) for plane in where.planes}
    known["migrations"] = _holds(lambda: _at_head(where, migration))
    known["redis"] = _holds(lambda: _redis_answers(where.settings.redis_url))
    known["worker"] = _holds(lambda: _worker_lives(where))
    known["disk"] = _holds(lambda: free_disk(where.settings.instance) >= ENOUGH_DISK)
    return known


def free_disk(folder: Path) -> float:
    """The free share of the disk that a folder is, or will be, on."""
    existing = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    usage = shutil.disk_usage(existing)
    return usage.free / usage.total


def _holds(ask: Callable[[], bool]) -> bool:
    try:
        return ask()
    except (SQLAlchemyError, RedisError, HuakaiError, OSError):
        return False


def _answers(where: AppState, plane: str) -> bool:
    with where.databases.engine(where.login_for(plane)).connect() as connection:
        return bool(connection.scalar(text("SELECT 1")) == 1)


def _at_head(where: AppState, migration: str | None) -> bool:
    with where.databases.engine(where.login_for("any")).connect() as connection:
        found: str | None = connection.scalar(text("SELECT version_num FROM platform.alembic_version"))
        return found == migration


def _redis_answers(url: str) -> bool:
    with Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1) as connection:
        return bool(connection.ping())


def _worker_lives(where: AppState) -> bool:
    with where.databases.session(where.login_for("any")) as session:
        return queue.workers_alive(session) > 0


def _may_measure(token: str | None) -> bool:
    kind, _space, given = request.headers.get("Authorization", "").partition(" ")
    if token and kind.lower() == "bearer" and hmac.compare_digest(given.encode(), token.encode()):
        return True
    return request.remote_addr in LOOPBACK and not any(name in request.headers for name in FORWARDED)
