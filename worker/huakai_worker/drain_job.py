"""The one function that RQ may call: look into the outbox."""

import threading
from functools import partial

import structlog
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from huakai_worker import dispatcher, folding, queues, scope
from huakai_worker.heartbeat import HeartbeatWriter

stopping = threading.Event()
heartbeats: list[HeartbeatWriter] = []
log = structlog.get_logger("huakai.worker")


def drain() -> None:
    """Do what is due, bring the rollups up to it, and ask for one more drain when rows are left."""
    here = scope.current()
    heartbeat = heartbeats[-1] if heartbeats else None
    fold = partial(folding.fold, here.databases, stop=stopping.is_set)
    try:
        drained = dispatcher.drain(
            here.databases, here.settings, heartbeat=heartbeat, stop=stopping.is_set, between=fold
        )
        fold()
    except SQLAlchemyError as error:
        log.warning("database away", kind=type(error).__name__)
        return
    finally:
        if heartbeat:
            heartbeat.beat(None)
    if drained.more and not stopping.is_set():
        _enqueue_again(here.settings.redis_url)


def _enqueue_again(url: str) -> None:
    try:
        with queues.connect(url, timeout=2) as connection:
            queues.enqueue_drain(queues.drain_queue(connection))
    except RedisError as error:
        log.info("the poller will enqueue", kind=type(error).__name__)
