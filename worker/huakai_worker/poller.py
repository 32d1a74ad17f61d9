"""Enqueues a drain for each idle worker while tenants wait, and fires schedules; any number may run."""

import signal
import threading
import time
from collections.abc import Callable
from datetime import timedelta

import structlog
from redis.exceptions import RedisError
from rq import Queue
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from huakai_platform.kernel import clock
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.plumbing import Heartbeat
from huakai_worker import dispatcher, folding, queues, schedules, scope
from huakai_worker.heartbeat import HeartbeatWriter

EVERY, CLOCK_EVERY = 0.5, 5.0
AWAKE = timedelta(seconds=15)

log = structlog.get_logger("huakai.ringer")


def enqueue_due(databases: Databases, queue: Queue) -> int:
    """Enqueue a drain for each idle worker, but no more than tenants wait, less the drains that are queued already.

    One of them is enough for rollups that are behind.
    """
    idle = idle_workers(databases)
    waiting = (len(dispatcher.due_tenants(databases, idle)) or folding.waiting(databases)) if idle else 0
    missing = max(0, min(idle, waiting) - queue.count) if waiting else 0
    for _number in range(missing):
        queues.enqueue_drain(queue)
    return missing


def idle_workers(databases: Databases) -> int:
    with databases.session(Login.WORKER) as session:
        found = session.scalar(
            select(func.count()).where(
                Heartbeat.kind == "worker", Heartbeat.doing.is_(None), Heartbeat.seen_at > clock.now() - AWAKE
            )
        )
    return found or 0


def run(stop: threading.Event | None = None) -> int:
    """Poll until told to stop; servers that are away are tried again."""
    stop, here = stop or _until_signalled(), scope.current()
    heartbeat = HeartbeatWriter(here.databases, "ringer")
    wound = float("-inf")
    with queues.connect(here.settings.redis_url, timeout=2) as connection:
        queue = queues.drain_queue(connection)
        while not stop.wait(EVERY):
            _try(lambda: enqueue_due(here.databases, queue))
            if time.monotonic() - wound > CLOCK_EVERY:
                wound = time.monotonic()
                heartbeat.beat(None)
                _try(lambda: schedules.fire_due(here.databases))
    heartbeat.end()
    here.databases.dispose()
    return 0


def _try(deed: Callable[[], object]) -> None:
    try:
        deed()
    except (SQLAlchemyError, RedisError) as error:
        log.warning("server away", kind=type(error).__name__)


def _until_signalled() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop
