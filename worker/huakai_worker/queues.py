"""One RQ queue of drain jobs, which carry no content, and a job class that refuses everything else."""

from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue
from rq.exceptions import DeserializationError
from rq.job import Job
from rq.serializers import JSONSerializer

QUEUE = "bells"
"""Its name in Redis, where programs of another version may run beside this one."""
DRAIN = "huakai_worker.drain_job.drain"
ALLOWED = frozenset({DRAIN})
LONGEST_DRAIN = 900


class SafeJob(Job):
    """A job from a Redis that anybody may have written to: known functions, no arguments, no calls on the side."""

    success_callback = failure_callback = stopped_callback = None

    def _deserialize_data(self) -> None:
        super()._deserialize_data()
        if self._func_name not in ALLOWED or self._instance is not None or self._args or self._kwargs:
            raise DeserializationError("refused")

    def send_webhooks(self, *_arguments: Any, **_options: Any) -> None:
        """None are sent."""


def connect(url: str, *, timeout: float | None = None) -> Redis:
    """A connection that says at once when the server is away."""
    return Redis.from_url(url, socket_connect_timeout=2, socket_timeout=timeout, retry=Retry(NoBackoff(), 0))


def drain_queue(connection: Redis) -> Queue:
    return Queue(QUEUE, connection=connection, serializer=JSONSerializer, job_class=SafeJob)


def enqueue_drain(queue: Queue) -> None:
    """Ask a worker to look into the outbox."""
    queue.enqueue(DRAIN, job_timeout=LONGEST_DRAIN, result_ttl=0, failure_ttl=60, description="bell")
