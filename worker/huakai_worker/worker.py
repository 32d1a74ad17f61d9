"""A worker process: one RQ worker without forks, ended after a while so that a supervisor starts it afresh."""

import signal
from types import FrameType
from typing import Any

import structlog
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.exceptions import StopRequested
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.utils import now
from rq.worker import WorkerStatus

from huakai_worker import drain_job, queues, scope
from huakai_worker.heartbeat import HeartbeatWriter
from huakai_worker.queues import SafeJob
from huakai_worker.reasons import Stopped

LIFE_IN_JOBS = 2000
TTL = 20
"""Seconds; RQ waits 15 fewer for a job, which is how often an idle worker shows that it lives."""

log = structlog.get_logger("huakai.worker")


class DrainWorker(SimpleWorker):
    """Waits for drain jobs; takes no commands over Redis; its heartbeat is in PostgreSQL, where the poller looks."""

    max_connection_wait_time = 2.0
    heartbeats: HeartbeatWriter
    jobs_done = 0

    def subscribe(self) -> None:
        """No commands over Redis."""

    def heartbeat(self, *arguments: Any, **options: Any) -> None:
        self.heartbeats.beat(None)
        super().heartbeat(*arguments, **options)

    def execute_job(self, job: Job, queue: Queue) -> None:
        self.jobs_done += 1
        super().execute_job(job, queue)

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Stop after the row at hand; at once when idle."""
        drain_job.stopping.set()
        self._stop_requested, self._shutdown_requested_date = True, now()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.request_force_stop)
        if self.get_state() != WorkerStatus.BUSY:
            raise StopRequested

    def request_force_stop(self, signum: int, frame: FrameType | None) -> None:
        """Stop at once, which no job can be mistaken for that exits by itself."""
        try:
            super().request_force_stop(signum, frame)
        except SystemExit:
            raise Stopped from None


def run() -> int:
    """Work until told to stop (0), until it is time for a fresh process (0), or until Redis fails it (1)."""
    here = scope.current()
    heartbeat = HeartbeatWriter(here.databases, "worker")
    drain_job.heartbeats.append(heartbeat)
    try:
        with queues.connect(here.settings.redis_url) as connection:
            worker = DrainWorker(
                [queues.drain_queue(connection)],
                name=heartbeat.name,
                connection=connection,
                job_class=SafeJob,
                serializer=JSONSerializer,
                worker_ttl=TTL,
                log_job_description=False,
            )
            worker.heartbeats = heartbeat
            worker.work(logging_level="WARNING", max_jobs=LIFE_IN_JOBS)
    except RedisError as error:
        log.warning("redis away", kind=type(error).__name__)
        return 0 if drain_job.stopping.is_set() else 1
    finally:
        heartbeat.end()
        here.databases.dispose()
    return 0 if drain_job.stopping.is_set() or worker.jobs_done >= LIFE_IN_JOBS else 1
