"""Rows of the outbox: each done once with its effect, failures put off and buried, nobody starved."""

import threading
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import select, text, update

from huakai_deploy.local import Urls
from huakai_platform.kernel import clock, outbox
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.errors import Conflict
from huakai_platform.kernel.events import ChecklistCompleted
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.outbox import OutboxMessage
from huakai_platform.kernel.plumbing import Heartbeat
from huakai_worker import dispatcher, housekeeping, routes
from huakai_worker.heartbeat import HeartbeatWriter
from huakai_worker.jobs import operations
from huakai_worker.reasons import describe
from huakai_worker.scope import Work

ROW = "INSERT INTO tenant.space (tenant_id, id, code, state, created_at) VALUES (:tenant, :id, :code, 'x', :now)"


class Diary:
    """What the jobs of a test have done, and how the next one is to fail."""

    def __init__(self) -> None:
        self.seen: list[tuple[UUID, str]] = []
        self.error: BaseException | None = None
        self.lock = threading.Lock()

    def job(self, work: Work, *, run_id: str, month: str) -> None:
        with self.lock:
            self.seen.append((work.tenant_id, run_id))
        values = {"tenant": work.tenant_id, "id": uuid7(), "code": run_id, "now": clock.now()}
        work.session.execute(text(ROW), values)
        if self.error:
            raise self.error


@pytest.fixture
def diary(monkeypatch: pytest.MonkeyPatch) -> Diary:
    diary = Diary()
    monkeypatch.setattr(routes, "ROUTES", {**routes.ROUTES, ChecklistCompleted: (diary.job,)})
    return diary


@pytest.fixture
def tenants(databases: Databases) -> list[UUID]:
    return [uuid7() for _ in range(3)]


def tell(databases: Databases, tenant_id: UUID, times: int = 1) -> None:
    with databases.session(Login.TENANT, tenant_id) as session:
        for _ in range(times):
            outbox.publish(session, ChecklistCompleted(uuid7(), "2026-11"))


def row(databases: Databases, tenant_id: UUID) -> OutboxMessage:
    with databases.session(Login.WORKER, tenant_id) as session:
        return session.scalars(select(OutboxMessage)).one()


def effects(databases: Databases, tenant_id: UUID) -> list[str]:
    with databases.session(Login.WORKER, tenant_id) as session:
        return list(
            session.execute(text("SELECT code FROM tenant.space WHERE tenant_id = :t"), {"t": tenant_id}).scalars()
        )


def test_effect_and_done_are_one_transaction(
    databases: Databases, settings: Settings, diary: Diary, tenants: list[UUID]
) -> None:
    tell(databases, tenants[0])

    drained = dispatcher.drain(databases, settings)

    assert (drained.done, drained.failed, drained.more) == (1, 0, False)
    assert row(databases, tenants[0]).done_at is not None
    assert len(effects(databases, tenants[0])) == 1


def test_a_kill_between_effect_and_done_leaves_neither(
    databases: Databases, settings: Settings, diary: Diary, tenants: list[UUID]
) -> None:
    tell(databases, tenants[0])
    diary.error = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        dispatcher.drain(databases, settings)
    assert effects(databases, tenants[0]) == []
    assert row(databases, tenants[0]).attempts == 0

    diary.error = None
    dispatcher.drain(databases, settings)

    assert len(effects(databases, tenants[0])) == 1


def test_a_lost_connection_is_nobodys_failed_attempt(
    databases: Databases, settings: Settings, urls: Urls, tenants: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(databases, tenants[0])

    def cut(work: Work, **_payload: object) -> None:
        own = work.session.scalar(text("SELECT pg_backend_pid()"))
        with psycopg.connect(urls.superuser) as server:
            server.execute("SELECT pg_terminate_backend(%s)", [own])
        work.session.execute(text("SELECT 1"))

    monkeypatch.setattr(routes, "ROUTES", {ChecklistCompleted: (cut,)})
    with pytest.raises(Exception, match="terminat"):
        dispatcher.drain(databases, settings)

    assert row(databases, tenants[0]).attempts == 0


def test_a_failure_waits_longer_each_time_and_says_why_without_values(
    databases: Databases, settings: Settings, diary: Diary, tenants: list[UUID]
) -> None:
    tell(databases, tenants[0])
    diary.error = ValueError("张三 13800000000")

    drained = dispatcher.drain(databases, settings)

    failed = row(databases, tenants[0])
    assert (drained.failed, failed.attempts, failed.last_error) == (1, 1, "ValueError")
    assert failed.next_at > clock.now()
    assert effects(databases, tenants[0]) == []
    waits = [(dispatcher.put_off(clock.now(), n) - clock.now()).total_seconds() for n in (1, 5, 30)]
    assert waits == sorted(waits)
    assert waits[2] <= dispatcher.LONGEST_WAIT


def test_a_refusal_keeps_its_message_and_a_database_error_its_state(databases: Databases) -> None:
    assert describe(Conflict("站点已关闭")) == "Conflict: 站点已关闭"
    with databases.engine(Login.WORKER).connect() as connection, pytest.raises(Exception, match="zero") as caught:
        connection.execute(text("SELECT 1 / 0"))
    assert describe(caught.value) == "DataError 22012"


def test_poison_dies_after_ten_attempts_and_can_be_sent_again(
    databases: Databases, settings: Settings, diary: Diary, tenants: list[UUID]
) -> None:
    tell(databases, tenants[0])
    diary.error = Conflict("坏")
    for _ in range(dispatcher.DEAD_AFTER):
        with databases.session(Login.WORKER, tenants[0]) as session:
            session.execute(update(OutboxMessage).values(next_at=clock.now()))
        dispatcher.drain(databases, settings)
    dead = row(databases, tenants[0])
    assert (dead.attempts, dead.last_error) == (10, "Conflict: 坏")
    assert dead.dead_at
    assert dispatcher.drain(databases, settings).rows == 0

    diary.error = None
    with databases.session(Login.WORKER, tenants[0]) as session:
        assert operations.revive(session, dead.id)
    dispatcher.drain(databases, settings)

    assert row(databases, tenants[0]).done_at
    assert len(effects(databases, tenants[0])) == 1


def test_a_job_that_fails_takes_nothing_from_the_others_of_its_row(
    databases: Databases, settings: Settings, diary: Diary, tenants: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(work: Work, **_payload: object) -> None:
        values = {"tenant": work.tenant_id, "id": uuid7(), "code": "half done", "now": clock.now()}
        work.session.execute(text(ROW), values)
        work.session.execute(text("SELECT 1 / 0"))

    monkeypatch.setattr(routes, "ROUTES", {ChecklistCompleted: (stumble, diary.job)})
    tell(databases, tenants[0])

    drained = dispatcher.drain(databases, settings)

    assert (drained.done, drained.failed) == (0, 1)
    assert effects(databases, tenants[0]) == [diary.seen[0][1]]
    failed = row(databases, tenants[0])
    assert (failed.attempts, failed.done_at) == (1, None)
    assert failed.last_error == "test_dispatcher.stumble：DataError 22012"


def test_a_dead_letter_handler_that_fails_keeps_no_row_alive(
    databases: Databases, settings: Settings, diary: Diary, tenants: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(work: Work, **_payload: object) -> None:
        work.session.execute(text("SELECT 1 / 0"))

    monkeypatch.setattr(routes, "DEAD_LETTER_HANDLERS", {ChecklistCompleted: stumble})
    diary.error = Conflict("坏")
    tell(databases, tenants[0])
    with databases.session(Login.WORKER, tenants[0]) as session:
        session.execute(update(OutboxMessage).values(attempts=dispatcher.DEAD_AFTER - 1))

    dispatcher.drain(databases, settings)

    assert row(databases, tenants[0]).dead_at


def test_what_is_tidied_and_summed_on_the_way_stops_no_row(
    databases: Databases, settings: Settings, diary: Diary, tenants: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*_any: object) -> None:
        with databases.session(Login.WORKER) as session:
            session.execute(text("SELECT 1 / 0"))

    monkeypatch.setattr(housekeeping, "tidy", stumble)
    monkeypatch.setattr(dispatcher, "PAUSE", 0.0)
    for tenant in tenants:
        tell(databases, tenant)

    assert dispatcher.drain(databases, settings, between=stumble).done == 3


def test_an_unknown_topic_is_a_failure_not_a_loss(
    databases: Databases, settings: Settings, tenants: list[UUID]
) -> None:
    with databases.session(Login.WORKER, tenants[0]) as session:
        outbox.publish(session, ChecklistCompleted(uuid7(), "2026-11"))
        session.execute(update(OutboxMessage).values(topic="NeverHeardOf"))

    dispatcher.drain(databases, settings)

    assert row(databases, tenants[0]).last_error == "NoRoute"


def test_two_drains_at_once_do_each_row_once(
    databases: Databases, settings: Settings, diary: Diary, tenants: list[UUID]
) -> None:
    for tenant in tenants:
        tell(databases, tenant, 20)

    threads = [threading.Thread(target=dispatcher.drain, args=(databases, settings)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(diary.seen) == len(set(diary.seen)) == 60


def test_a_locked_row_is_passed_over(
    databases: Databases, settings: Settings, diary: Diary, tenants: list[UUID]
) -> None:
    tell(databases, tenants[0], 2)
    with databases.session(Login.WORKER, tenants[0]) as session:
        session.scalars(select(OutboxMessage).order_by(OutboxMessage.next_at).limit(1).with_for_update()).one()
        dispatcher.drain(databases, settings)

    assert len(diary.seen) == 1


def test_a_neighbour_is_not_starved_by_an_import(
    databases: Databases, settings: Settings, diary: Diary, tenants: list[UUID]
) -> None:
    tell(databases, tenants[0], 150)
    tell(databases, tenants[1], 2)

    dispatcher.drain(databases, settings, rows=40)

    assert [tenant for tenant, _run in diary.seen].count(tenants[1]) == 2


def test_a_drain_ends_after_its_rows_and_says_that_more_is_left(
    databases: Databases, settings: Settings, diary: Diary, tenants: list[UUID]
) -> None:
    tell(databases, tenants[0], 5)

    drained = dispatcher.drain(databases, settings, rows=3)

    assert (drained.done, drained.more) == (3, True)
    assert dispatcher.drain(databases, settings, stop=lambda: True).rows == 0


def test_a_drain_leaves_a_sign_of_life(
    databases: Databases, settings: Settings, diary: Diary, tenants: list[UUID]
) -> None:
    tell(databases, tenants[0])
    heartbeat = HeartbeatWriter(databases, "worker", "w1")

    dispatcher.drain(databases, settings, heartbeat=heartbeat)
    heartbeat.beat(None)

    with databases.session(Login.WORKER) as session:
        beat = session.scalars(select(Heartbeat)).one()
    assert (beat.name, beat.done, beat.failed, beat.doing) == ("w1", 1, 0, None)


def test_rows_done_a_week_ago_are_thrown_away(
    databases: Databases, settings: Settings, diary: Diary, tenants: list[UUID]
) -> None:
    tell(databases, tenants[0])
    dispatcher.drain(databases, settings)
    with databases.session(Login.TENANT, tenants[0]) as session:
        outbox.publish(session, ChecklistCompleted(uuid7(), "2026-12"), dedup="waits")

    with databases.session(Login.WORKER, tenants[0]) as session:
        housekeeping.drop_done(session, clock.now() + timedelta(days=1))

    assert row(databases, tenants[0]).dedup == "waits"
