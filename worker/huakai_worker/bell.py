"""The one function that RQ may call: look into the outbox."""

import threading
from functools import partial

import structlog
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from huakai_worker import dispatcher, folding, queues, scope
from huakai_worker.pulse import Pulse

stopping = threading.Event()
pulses: list[Pulse] = []
log = structlog.get_logger("huakai.worker")


def drain() -> None:
    """Do what is due, bring the rollups up to it, and ring again when more is left than one bell may do."""
    here = scope.current()
    pulse = pulses[-1] if pulses else None
    fold = partial(folding.fold, here.databases, stop=stopping.is_set)
    try:
        drained = dispatcher.drain(here.databases, here.settings, pulse=pulse, stop=stopping.is_set, between=fold)
        fold()
    except SQLAlchemyError as error:
        log.warning("database away", kind=type(error).__name__)
        return
    finally:
        if pulse:
            pulse.beat(None)
    if drained.more and not stopping.is_set():
        _ring_again(here.settings.redis_url)


def _ring_again(url: str) -> None:
    try:
        with queues.connect(url, timeout=2) as connection:
            queues.ring(queues.bells(connection))
    except RedisError as error:
        log.info("the ringer will ring", kind=type(error).__name__)
