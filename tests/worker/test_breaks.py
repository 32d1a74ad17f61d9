"""Rows whose jobs break off: too quiet for the database, too long for the drain job, or leaving with an exit."""

import asyncio
import signal
import sys
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import psycopg
import pytest
from rq.timeouts import JobTimeoutException
from sqlalchemy import event, func, select, text, update
from sqlalchemy.orm import Session

from huakai_deploy.local import Urls
from huakai_platform.kernel import outbox
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.events import ChecklistCompleted
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.outbox import OutboxMessage
from huakai_worker import dispatcher, routes, schedules
from huakai_worker.jobs import clockwork
from huakai_worker.reasons import Stopped
from huakai_worker.schedules import Schedule
from huakai_worker.scope import Work
from tests.support.make import Make

Deed = Callable[[Work], object]


class Row:
    """One row of a tenant, with jobs of a test's own that keep a list of what ran."""

    def __init__(self, databases: Databases, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        self.databases, self.settings, self.monkeypatch = databases, settings, monkeypatch
        self.tenant, self.ran = uuid7(), list[str]()
        with databases.session(Login.TENANT, self.tenant) as session:
            outbox.publish(session, ChecklistCompleted(uuid7(), "2026-11"))

    def does(self, *deeds: Deed) -> None:
        self.monkeypatch.setattr(routes, "ROUTES", {ChecklistCompleted: tuple(map(self._job, deeds))})

    def has_dead_letter_handler(self, deed: Deed) -> None:
        self.monkeypatch.setattr(routes, "DEAD_LETTER_HANDLERS", {ChecklistCompleted: self._job(deed)})
        with self.databases.session(Login.WORKER, self.tenant) as session:
            session.execute(update(OutboxMessage).values(attempts=dispatcher.DEAD_AFTER - 1))

    def _job(self, deed: Deed) -> routes.Job:
        def job(work: Work, **_payload: object) -> None:
            self.ran.append(deed.__name__)
            deed(work)

        job.__name__ = deed.__name__
        return job

    def settle(self) -> bool | None:
        return dispatcher.settle_one(self.databases, self.settings, self.tenant)

    @property
    def now(self) -> OutboxMessage:
        with self.databases.session(Login.WORKER, self.tenant) as session:
            return session.scalars(select(OutboxMessage)).one()

    @property
    def count(self) -> tuple[int, str | None]:
        return self.now.attempts, self.now.last_error


@pytest.fixture
def row(databases: Databases, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Row:
    return Row(databases, settings, monkeypatch)


@pytest.fixture
def quiet(urls: Urls) -> Deed:
    def quiet(work: Work) -> None:
        """Be idle for so long that the database ends the transaction; no less, lest its reason come with the answer
        before it and be taken for a mere notice."""
        own = work.session.scalar(select(func.pg_backend_pid()))
        work.session.execute(text("SET LOCAL idle_in_transaction_session_timeout = '100ms'"))
        with psycopg.connect(urls.superuser, autocommit=True) as server:
            while server.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", [own]).fetchone():
                pass
        work.session.execute(text("SELECT 1"))

    return quiet


@pytest.fixture
def alarm() -> Iterator[Callable[[], None]]:
    """An alarm that goes off once, soon, as the drain job's does after its fifteen minutes."""

    def go_off(*_signal: object) -> None:
        raise JobTimeoutException

    before = signal.signal(signal.SIGALRM, go_off)
    yield lambda: signal.setitimer(signal.ITIMER_REAL, 0.05) and None
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def fine(_work: Work) -> None:
    """Nothing is wrong."""


def wrong(_work: Work) -> None:
    raise ValueError


def hang(_work: Work) -> None:
    raise JobTimeoutException


def leave(_work: Work) -> None:
    sys.exit(3)


def test_a_transaction_that_was_too_quiet_is_a_failed_attempt(row: Row, quiet: Deed) -> None:
    row.does(quiet)

    assert row.settle() is False

    attempts, reason = row.count
    assert attempts == 1
    assert reason
    assert reason.endswith(" 25P03")


@pytest.mark.parametrize("before", [(), (fine,)])
def test_a_quiet_job_among_several_is_named_and_not_done_again(row: Row, quiet: Deed, before: tuple[Deed, ...]) -> None:
    row.does(*before, quiet, fine)

    assert row.settle() is False

    attempts, reason = row.count
    assert (attempts, row.ran.count("quiet")) == (1, 1)
    assert reason
    assert reason.startswith("test_breaks.quiet：")
    assert reason.endswith(" 25P03")


def test_a_job_that_is_quiet_only_when_done_apart_is_counted_with_what_failed_before(row: Row, quiet: Deed) -> None:
    row.does(wrong, quiet, fine)

    assert row.settle() is False

    attempts, reason = row.count
    assert (attempts, row.ran) == (1, ["wrong", "wrong", "quiet"])
    assert reason
    assert "test_breaks.wrong：ValueError" in reason
    assert "test_breaks.quiet：" in reason


def test_a_row_whose_dead_letter_handler_breaks_off_dies_without_it(row: Row, quiet: Deed) -> None:
    row.does(wrong)
    row.has_dead_letter_handler(quiet)

    assert row.settle() is False

    assert row.now.dead_at
    assert row.ran == ["wrong", "quiet"]


def test_a_row_whose_dead_letter_handler_hangs_dies_without_it(row: Row) -> None:
    row.does(wrong)
    row.has_dead_letter_handler(hang)

    assert row.settle() is False

    assert row.now.dead_at


def test_a_hang_among_several_jobs_is_counted_by_name_and_nothing_is_begun_after_it(row: Row) -> None:
    row.does(fine, hang, fine)

    assert row.settle() is False

    assert row.count == (1, "test_breaks.hang：JobTimeoutException")
    assert row.ran == ["fine", "hang"]


def test_a_hang_when_done_apart_is_the_last_thing_done(row: Row) -> None:
    row.does(wrong, hang, fine)

    assert row.settle() is False

    attempts, reason = row.count
    assert (attempts, row.ran) == (1, ["wrong", "wrong", "hang"])
    assert reason
    assert "test_breaks.hang：JobTimeoutException" in reason


def test_an_alarm_in_the_middle_of_a_statement_is_counted_once_the_statement_lets_go(
    row: Row, alarm: Callable[[], None]
) -> None:
    def slow(work: Work) -> None:
        alarm()
        work.session.execute(text("SELECT pg_sleep(0.5)"))

    row.does(slow, fine)

    assert row.settle() is False

    attempts, reason = row.count
    assert (attempts, row.ran) == (1, ["slow"])
    assert reason
    assert reason.startswith("test_breaks.slow：")


def test_an_exit_is_a_failure_like_any_other(row: Row) -> None:
    row.does(leave)

    assert row.settle() is False

    assert row.count == (1, "SystemExit")
    assert row.settle() is None, "it waits its time, and the next row is first"


def test_an_exit_takes_nothing_from_the_other_jobs_of_its_row(row: Row) -> None:
    row.does(leave, fine)

    assert row.settle() is False

    assert row.count == (1, "test_breaks.leave：SystemExit")
    assert row.ran == ["leave", "leave", "fine"]


def test_what_is_neither_error_nor_exit_is_counted_and_raised_again(row: Row) -> None:
    def give_way(_work: Work) -> None:
        raise asyncio.CancelledError

    row.does(give_way)

    with pytest.raises(asyncio.CancelledError):
        row.settle()

    assert row.count == (1, "CancelledError")


def test_a_worker_that_is_to_stop_at_once_counts_nothing(row: Row) -> None:
    def stop(_work: Work) -> None:
        raise Stopped

    def stop_in_a_site(work: Work) -> None:
        work.each([row.tenant], lambda _session, _site: stop(work))

    for jobs in ((stop,), (stop, fine), (wrong, stop), (stop_in_a_site,)):
        row.does(*jobs)
        with pytest.raises(Stopped):
            row.settle()

    assert row.count == (0, None)


def test_a_rows_transaction_is_not_idle_while_its_sites_are_done(row: Row, make: Make) -> None:
    sites, said, heard = [make.site().id for _ in range(3)], list[str](), list[int]()

    def each(work: Work) -> None:
        def hear(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            said.append(statement)

        event.listen(work.session.connection(), "before_cursor_execute", hear)
        work.each(sites, lambda _session, _site: heard.append(len(said)))

    row.does(each)

    assert row.settle() is True
    assert heard == [0, 1, 2]


def test_a_hang_or_an_exit_in_one_site(row: Row, make: Make) -> None:
    first, second = make.site(), make.site()
    done: list[UUID] = []

    def do(failing: Deed) -> Deed:
        def each(work: Work) -> None:
            def deed(_session: Session, site_id: UUID) -> None:
                done.append(site_id)
                if site_id == first.id:
                    failing(work)

            work.each([first.id, second.id], deed)

        return each

    row.does(do(hang))
    row.settle()
    assert (row.count, done) == ((1, "JobTimeoutException"), [first.id])

    with row.databases.session(Login.WORKER, row.tenant) as session:
        session.execute(update(OutboxMessage).values(next_at=func.now(), attempts=0))
    done.clear()
    row.does(do(leave))
    row.settle()
    assert done == [first.id, second.id]
    attempts, reason = row.count
    assert attempts == 1
    assert reason
    assert reason.endswith("：SystemExit")


def test_a_lost_connection_is_nobodys_failure_of_a_schedule_done_again(
    row: Row, urls: Urls, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(session: Session) -> None:
        own = session.scalar(select(func.pg_backend_pid()))
        with psycopg.connect(urls.superuser) as server:
            server.execute("SELECT pg_terminate_backend(%s)", [own])
        session.execute(text("SELECT 1"))

    monkeypatch.setattr(schedules, "find", lambda _name: Schedule("cut", schedules.SCHEDULES[0].every, cut))

    def again(work: Work) -> None:
        clockwork.again(work, name="cut")

    row.does(again)
    with pytest.raises(Exception, match="terminat"):
        row.settle()

    assert row.count == (0, None)
