"""Drain jobs: what RQ may run, who enqueues it, and that a lost job loses nothing."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

import pytest
from redis import Redis
from rq import Queue
from rq.exceptions import DeserializationError
from rq.job import Callback, Job
from rq.serializers import JSONSerializer
from sqlalchemy import func, select

from huakai_deploy.local import Urls
from huakai_platform.kernel import clock, outbox
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.events import ChecklistCompleted
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.outbox import OutboxMessage
from huakai_platform.kernel.plumbing import Heartbeat, Tick
from huakai_worker import dispatcher, poller, queues, routes, schedules, scope
from huakai_worker.heartbeat import HeartbeatWriter
from huakai_worker.reasons import Stopped
from huakai_worker.schedules import Schedule
from huakai_worker.worker import TTL, DrainWorker
from tests.support import servers


@pytest.fixture
def redis(settings: Settings) -> Iterator[Redis]:
    with queues.connect(settings.redis_url) as connection:
        connection.flushdb()
        yield connection
        connection.flushdb()


@pytest.fixture
def queue(redis: Redis) -> Queue:
    return queues.drain_queue(redis)


@pytest.fixture(autouse=True)
def only_counting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "ROUTES", {ChecklistCompleted: ()})


def work(databases: Databases, settings: Settings, queue: Queue) -> DrainWorker:
    """A worker that does the jobs that are there, and goes."""
    worker = DrainWorker(
        [queue], connection=queue.connection, job_class=queues.SafeJob, serializer=JSONSerializer, worker_ttl=TTL
    )
    worker.heartbeats = HeartbeatWriter(databases, "worker", worker.name)
    with scope.borrowed(settings, databases):
        worker.work(burst=True, logging_level="CRITICAL")
    return worker


def tell(databases: Databases, times: int = 1) -> list[UUID]:
    tenants = [uuid7() for _ in range(times)]
    for tenant in tenants:
        with databases.session(Login.TENANT, tenant) as session:
            outbox.publish(session, ChecklistCompleted(uuid7(), "2026-11"))
    return tenants


def waiting(databases: Databases) -> int | None:
    with databases.session(Login.WORKER) as session:
        return session.scalar(select(func.tenant.queue_state().table_valued("waiting").c.waiting))


def idle(databases: Databases, count: int) -> None:
    for number in range(count):
        HeartbeatWriter(databases, "worker", f"w{number}").beat(None)


def test_a_drain_empties_the_queue_and_leaves_nothing_in_redis(
    databases: Databases, settings: Settings, queue: Queue
) -> None:
    tell(databases, 3)
    queues.enqueue_drain(queue)

    work(databases, settings, queue)

    assert waiting(databases) == 0
    assert queue.connection.keys("rq:job:*") == []


def test_a_drain_that_could_not_do_all_enqueues_another(
    databases: Databases, settings: Settings, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huakai_worker.drain_job.dispatcher.drain", partial(dispatcher.drain, rows=2))
    tell(databases, 5)
    queues.enqueue_drain(queue)

    worker = work(databases, settings, queue)

    assert (waiting(databases), worker.jobs_done) == (0, 3)


def test_redis_may_forget_everything(databases: Databases, settings: Settings, queue: Queue) -> None:
    tell(databases, 2)
    queues.enqueue_drain(queue)
    queue.connection.flushall()
    idle(databases, 1)

    assert poller.enqueue_due(databases, queue) == 1
    work(databases, settings, queue)

    assert waiting(databases) == 0


@pytest.mark.parametrize(
    "name", ["os.system", "huakai_worker.drain_job._enqueue_again", "subprocess.call", "", "drain"]
)
def test_only_the_drain_is_ever_called(
    databases: Databases, settings: Settings, redis: Redis, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[object] = []
    monkeypatch.setattr("os.system", called.append)
    stranger = Queue(queues.QUEUE, connection=redis, serializer=JSONSerializer)
    job = Job.create("os.system", args=("touch /tmp/pwned",), connection=redis, serializer=JSONSerializer)
    job.func_name = name
    stranger.enqueue_job(job)

    work(databases, settings, queues.drain_queue(redis))

    assert called == []


def test_a_drain_queued_under_its_former_name_is_dropped_and_its_rows_wait_for_the_next(
    databases: Databases, settings: Settings, queue: Queue
) -> None:
    tell(databases)
    old = Job.create("os.system", connection=queue.connection, serializer=JSONSerializer)
    old.func_name = "huakai_worker.bell.drain"
    Queue(queues.QUEUE, connection=queue.connection, serializer=JSONSerializer).enqueue_job(old)

    work(databases, settings, queue)
    assert waiting(databases) == 1
    idle(databases, 1)
    assert poller.enqueue_due(databases, queue) == 1
    work(databases, settings, queue)

    assert waiting(databases) == 0


@pytest.mark.parametrize("job", [("huakai_worker.drain_job.drain", None, ["x"], {}), ("system", "os", [], {})])
def test_a_drain_job_carries_nothing(redis: Redis, job: tuple[object, ...]) -> None:
    made = queues.SafeJob(id="one", connection=redis, serializer=JSONSerializer)
    made.data = JSONSerializer.dumps(job)

    with pytest.raises(DeserializationError):
        _ = made.args


def test_callbacks_and_webhooks_are_ignored(
    databases: Databases, settings: Settings, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[object] = []
    monkeypatch.setattr("os.system", lambda *_: called.append(1))
    stranger = Queue(queues.QUEUE, connection=redis, serializer=JSONSerializer)
    stranger.enqueue(queues.DRAIN, on_success=Callback("os.system"), on_failure=Callback("os.system"))

    work(databases, settings, queues.drain_queue(redis))

    assert called == []
    assert "send_webhooks" in vars(queues.SafeJob)


@pytest.mark.parametrize(
    ("workers", "tenants", "queued", "enqueued"), [(0, 3, 0, 0), (2, 0, 0, 0), (2, 5, 0, 2), (4, 2, 0, 2), (3, 3, 2, 1)]
)
def test_no_more_drains_than_needed(
    databases: Databases, queue: Queue, workers: int, tenants: int, queued: int, enqueued: int
) -> None:
    idle(databases, workers)
    tell(databases, tenants)
    for _ in range(queued):
        queues.enqueue_drain(queue)

    assert poller.enqueue_due(databases, queue) == enqueued
    assert poller.enqueue_due(databases, queue) == 0


def test_busy_and_silent_workers_have_none_enqueued(databases: Databases, queue: Queue) -> None:
    HeartbeatWriter(databases, "worker", "busy").beat("drain")
    with databases.session(Login.WORKER) as session:
        old = clock.now() - timedelta(minutes=1)
        session.add(Heartbeat(name="gone", kind="worker", started_at=old, seen_at=old))
    tell(databases)

    assert poller.enqueue_due(databases, queue) == 0


def test_a_poller_goes_on_without_redis_and_still_fires_schedules(databases: Databases, settings: Settings) -> None:
    stop = threading.Event()
    away = replace(settings, redis_url="unix:///nowhere/at/all")
    tell(databases)
    idle(databases, 1)

    with scope.borrowed(away, Databases(settings)):
        thread = threading.Thread(target=poller.run, args=[stop])
        thread.start()
        try:
            _until(lambda: _ticks(databases))
        finally:
            stop.set()
            thread.join()

    assert waiting(databases) == 3, "the row, the new day and the heads of its chains"


def test_a_slot_fires_once_with_three_tickers(databases: Databases) -> None:
    fired: list[int] = []
    yearly = (Schedule("yearly", timedelta(days=365), lambda _session: fired.append(1)),)

    threads = [threading.Thread(target=schedules.fire_due, args=(databases, yearly)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert fired == [1]
    assert _ticks(databases) == ["yearly"]


def test_a_schedule_that_exits_is_asked_for_again_and_stops_no_other(databases: Databases) -> None:
    every = timedelta(days=365)
    both = Schedule("exits", every, lambda _session: sys.exit(1)), Schedule("goes on", every, lambda _session: None)

    assert schedules.fire_due(databases, both) == ["goes on"]
    assert waiting(databases) == 1


def test_the_clocks_own_jobs_run_and_take_old_things_away(databases: Databases) -> None:
    with databases.session(Login.WORKER) as session:
        session.add(Tick(job="old", slot=datetime(2020, 1, 1, tzinfo=UTC)))

    names = [schedule.name for schedule in schedules.SCHEDULES]
    assert schedules.fire_due(databases) == names
    assert set(_ticks(databases)) == set(names)
    assert schedules.fire_due(databases, schedules.SCHEDULES[:4]) == []


def test_a_worker_process_answers_and_stops_when_told(databases: Databases, urls: Urls, queue: Queue) -> None:
    program = "import sys; from huakai_worker import worker; sys.exit(worker.run())"
    process = subprocess.Popen([sys.executable, "-c", program], env=dict(servers.environment(urls)))
    try:
        _until(lambda: poller.idle_workers(databases))
        (tenant,) = tell(databases)
        queues.enqueue_drain(queue)
        _until(lambda: _attempted(databases, tenant))
    finally:
        process.terminate()

    assert process.wait(10) == 0


def test_a_stop_at_once_is_no_exit_of_a_job(databases: Databases, queue: Queue) -> None:
    worker = DrainWorker([queue], connection=queue.connection, job_class=queues.SafeJob, worker_ttl=TTL)
    worker._shutdown_requested_date = datetime(2020, 1, 1, tzinfo=UTC)

    with pytest.raises(Stopped):
        worker.request_force_stop(15, None)


def test_a_worker_without_redis_leaves_it_to_the_supervisor(databases: Databases, urls: Urls) -> None:
    program = "import sys; from huakai_worker import worker; sys.exit(worker.run())"
    env = {**servers.environment(urls), "REDIS_URL": "unix:///nowhere/at/all"}

    assert subprocess.run([sys.executable, "-c", program], env=env, check=False, capture_output=True).returncode == 1


def _attempted(databases: Databases, tenant: UUID) -> bool:
    with databases.session(Login.WORKER, tenant) as session:
        row = session.scalars(select(OutboxMessage)).one()
        return bool(row.done_at or row.attempts)


def _ticks(databases: Databases) -> list[str]:
    with databases.session(Login.WORKER) as session:
        return list(session.scalars(select(Tick.job)))


def _until(true: Callable[[], object], patience: float = 15.0) -> None:
    end = time.monotonic() + patience
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)
