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

from huakai_worker import bell, queues, scope
from huakai_worker.pulse import Pulse
from huakai_worker.queues import SafeJob
from huakai_worker.reasons import Stopped

LIFE_IN_BELLS = 2000
TTL = 20
"""Seconds; RQ waits 15 fewer for a bell, which is how often an idle worker shows that it lives."""

log = structlog.get_logger("huakai.worker")


class BellWorker(SimpleWorker):
    """Waits for bells; takes no commands over Redis; beats in PostgreSQL, which is where the ringer looks."""

    max_connection_wait_time = 2.0
    pulse: Pulse
    heard = 0

    def subscribe(self) -> None:
        """No commands over Redis."""

    def heartbeat(self, *arguments: Any, **options: Any) -> None:
        self.pulse.beat(None)
        super().heartbeat(*arguments, **options)

    def execute_job(self, job: Job, queue: Queue) -> None:
        self.heard += 1
        super().execute_job(job, queue)

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Stop after the row at hand; at once when idle."""
        bell.stopping.set()
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
    pulse = Pulse(here.databases, "worker")
    bell.pulses.append(pulse)
    try:
        with queues.connect(here.settings.redis_url) as connection:
            worker = BellWorker(
                [queues.bells(connection)],
                name=pulse.name,
                connection=connection,
                job_class=SafeJob,
                serializer=JSONSerializer,
                worker_ttl=TTL,
                log_job_description=False,
            )
            worker.pulse = pulse
            worker.work(logging_level="WARNING", max_jobs=LIFE_IN_BELLS)
    except RedisError as error:
        log.warning("redis away", kind=type(error).__name__)
        return 0 if bell.stopping.is_set() else 1
    finally:
        pulse.end()
        here.databases.dispose()
    return 0 if bell.stopping.is_set() or worker.heard >= LIFE_IN_BELLS else 1
