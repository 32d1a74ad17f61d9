"""Takes due rows of the outbox, tenant by tenant in turn, each with its effect in one transaction."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import cast
from uuid import UUID

import structlog
from sqlalchemy import Row, Table, bindparam, func, select, text, update
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.i18n import Message as Sentence
from huakai_platform.kernel.outbox import OutboxMessage
from huakai_worker import housekeeping, routes
from huakai_worker.heartbeat import HeartbeatWriter
from huakai_worker.reasons import FAILURES, describe, named, nobodys, out_of_time, spent, together
from huakai_worker.scope import Work

ROWS, SECONDS = 200, 20.0
ROUND, VISIT = 100, 20
PAUSE = 1.0
DEAD_AFTER = 10
LONGEST_WAIT = 600.0

TABLE = cast(Table, OutboxMessage.__table__)
OUTBOX = TABLE.c
TAKE = (
    select(OUTBOX.id, OUTBOX.topic, OUTBOX.payload, OUTBOX.attempts)
    .where(
        OUTBOX.tenant_id == bindparam("of_tenant"),
        OUTBOX.done_at.is_(None),
        OUTBOX.dead_at.is_(None),
        OUTBOX.next_at <= func.now(),
    )
    .order_by(OUTBOX.next_at, OUTBOX.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
DONE = (
    update(TABLE)
    .where(OUTBOX.tenant_id == bindparam("of_tenant"), OUTBOX.id == bindparam("of_id"))
    .values(done_at=bindparam("at"))
)
PATIENTLY = text("SET LOCAL lock_timeout = 0")

log = structlog.get_logger("huakai.worker")
Message = Row[UUID, str, dict[str, object], int]


@dataclass
class Drained:
    """What one drain got done; `more` when it stopped before the queue was empty."""

    done: int = 0
    failed: int = 0
    more: bool = False

    @property
    def rows(self) -> int:
        return self.done + self.failed


def drain(
    databases: Databases,
    settings: Settings,
    *,
    rows: int = ROWS,
    seconds: float = SECONDS,
    heartbeat: HeartbeatWriter | None = None,
    stop: Callable[[], bool] = lambda: False,
    between: Callable[[], object] = lambda: None,
) -> Drained:
    """Settle due rows until none is left, `rows` are done, `seconds` have passed or `stop` says so.

    `between` is done about once a second, between two rounds over the tenants that wait.
    """
    drained, begun = Drained(), time.monotonic()
    end, paused = begun + seconds, begun

    def enough() -> bool:
        return drained.rows >= rows or time.monotonic() >= end or stop()

    while tenants := due_tenants(databases, ROUND):
        before = drained.rows
        random.shuffle(tenants)
        for tenant_id in tenants:
            was = drained.rows
            for _visit in range(max(1, VISIT // len(tenants))):
                if enough():
                    drained.more = True
                    return drained
                if heartbeat:
                    heartbeat.beat("drain")
                if not _settle(databases, settings, tenant_id, drained, heartbeat):
                    break
            _aside("tidying", partial(housekeeping.tidy, databases, tenant_id))
            if drained.rows == was > before:
                break  # somebody else was here meanwhile: ask anew who waits
        if time.monotonic() - paused >= PAUSE:
            _aside("between", between)
            paused = time.monotonic()
        if drained.rows == before:
            break
    return drained


def due_tenants(databases: Databases, most: int) -> list[UUID]:
    """The tenants that have waited longest for a row that is due."""
    with databases.session(Login.WORKER) as session:
        due = func.tenant.due_tenants(most).table_valued("tenant_id")
        return list(session.scalars(select(due.c.tenant_id)))


def _settle(
    databases: Databases, settings: Settings, tenant_id: UUID, drained: Drained, heartbeat: HeartbeatWriter | None
) -> bool:
    outcome = settle_one(databases, settings, tenant_id)
    if outcome is None:
        return False
    drained.done, drained.failed = drained.done + outcome, drained.failed + (not outcome)
    if heartbeat:
        heartbeat.done, heartbeat.failed = heartbeat.done + outcome, heartbeat.failed + (not outcome)
    return True


def settle_one(databases: Databases, settings: Settings, tenant_id: UUID) -> bool | None:
    """Do one due row of a tenant: True when done, False when it failed, None when nobody waits.

    Whatever a job raises is counted, so that no row comes first for ever; only what is nobody's failure is not. What is
    neither an error nor an exit is raised again once it is counted.
    """
    message: Message | None = None
    job: routes.Job | None = None
    try:
        with databases.session(Login.WORKER, tenant_id) as session:
            message = _take(session, tenant_id)
            if message is None:
                return None
            work = Work(session, databases, settings, tenant_id, message.id)
            for job in routes.jobs(message.topic):
                job(work, **message.payload)
            _done(work)
        return True
    except BaseException as error:
        if message is None or nobodys(error):
            raise
        trial = Trial(databases, settings, tenant_id, message)
        if isinstance(error, FAILURES) and job and trial.several and not spent(error):
            return _settle_apart(trial)
        _count(trial, together([_by_name(job, error)]) if job and trial.several else error, patient=out_of_time(error))
        if not isinstance(error, FAILURES):
            raise
        return False


@dataclass(frozen=True)
class Trial:
    """A row whose first attempt failed, and whose transaction is gone."""

    databases: Databases
    settings: Settings
    tenant_id: UUID
    message: Message

    @property
    def several(self) -> bool:
        return len(routes.jobs(self.message.topic)) > 1

    @contextmanager
    def again(self, *, patient: bool = False) -> Iterator[Work | None]:
        """The row in a new transaction; None when somebody else has tried it meanwhile.

        A patient one waits for the statement that the alarm broke off, which may hold the row to its end.
        """
        with self.databases.session(Login.WORKER, self.tenant_id) as session:
            mine = _mine_still(session, self.message, patient=patient)
            yield Work(session, self.databases, self.settings, self.tenant_id, self.message.id) if mine else None


def _take(session: Session, tenant_id: UUID) -> Message | None:
    return session.connection().execute(TAKE, {"of_tenant": tenant_id}).one_or_none()


def _done(work: Work) -> None:
    work.session.connection().execute(DONE, {"of_tenant": work.tenant_id, "of_id": work.message_id, "at": clock.now()})


def _settle_apart(trial: Trial) -> bool:
    """Do a row's jobs once more, each under a savepoint: what one of them cannot do takes nothing from the others.

    Nothing is done or counted when somebody else has tried the row meanwhile.
    """
    failures: list[Sentence] = []
    try:
        with trial.again() as work:
            if work is None:
                return False
            _apart(work, trial.message, failures)
            if failures:
                _fail(work, trial.message, together(failures))
            else:
                _done(work)
        return not failures
    except FAILURES as error:
        if nobodys(error):
            raise
        _count(trial, together(failures) if failures else error, patient=out_of_time(error))
        return False


def _mine_still(session: Session, message: Message, *, patient: bool) -> bool:
    if patient:
        session.execute(PATIENTLY)
    untouched = OutboxMessage.attempts == message.attempts, OutboxMessage.done_at.is_(None)
    held = select(OutboxMessage.id).where(OutboxMessage.id == message.id, *untouched)
    return session.scalar(held.with_for_update(skip_locked=not patient)) is not None


def _apart(work: Work, message: Message, failures: list[Sentence]) -> None:
    """Do every job and note what failed, by job; nothing is begun after a failure that took the time of all."""
    for job in routes.jobs(message.topic):
        try:
            _under_savepoint(work, job, message)
        except FAILURES as error:
            if nobodys(error):
                raise
            failures.append(_by_name(job, error))
            if spent(error):
                raise


def _by_name(job: routes.Job, error: BaseException) -> Sentence:
    return named(f"{job.__module__.rpartition('.')[2]}.{job.__name__}", error)


def _count(trial: Trial, error: BaseException, *, patient: bool) -> None:
    """Count a failure in a transaction of its own; without the dead row's handler when that breaks it."""
    for handle in (True, False):
        try:
            with trial.again(patient=patient) as work:
                if work:
                    _fail(work, trial.message, error, handle=handle)
            return
        except FAILURES as failed:
            if nobodys(failed) or not handle:
                raise


def _fail(work: Work, message: Message, error: BaseException, *, handle: bool = True) -> None:
    """Count the attempt and put the row off, or to rest."""
    attempts, now, reason = message.attempts + 1, clock.now(), describe(error)
    dead = attempts >= DEAD_AFTER
    log.warning("job failed", topic=message.topic, tenant=str(work.tenant_id), attempts=attempts, reason=reason)
    counted = update(OutboxMessage).where(OutboxMessage.id == message.id)
    work.session.execute(
        counted.values(
            attempts=attempts, next_at=put_off(now, attempts), last_error=reason, dead_at=now if dead else None
        )
    )
    if dead and handle and (handler := routes.dead_letter_handler(message.topic)):
        _aside("dead letter handler", lambda: _under_savepoint(work, handler, message))


def _under_savepoint(work: Work, job: routes.Job, message: Message) -> None:
    with work.session.begin_nested():
        job(work, **message.payload)


def _aside(what: str, deed: Callable[[], object]) -> None:
    """Do what the rows do not depend on; its failure is told and stops none of them, but for the end of all time."""
    try:
        deed()
    except FAILURES as error:
        if nobodys(error) or out_of_time(error):
            raise
        log.warning("failed", what=what, reason=describe(error))


def put_off(now: datetime, attempts: int) -> datetime:
    """2^n seconds, give or take a quarter, at most ten minutes."""
    return now + timedelta(seconds=min(LONGEST_WAIT, 2**attempts * random.uniform(0.75, 1.25)))
