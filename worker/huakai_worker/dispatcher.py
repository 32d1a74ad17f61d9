"""Takes due rows of the outbox, tenant by tenant in turn, each with its effect in one transaction."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import cast
from uuid import UUID

import structlog
from sqlalchemy import Row, Table, bindparam, func, select, update
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.outbox import OutboxMessage
from huakai_worker import housekeeping, routes
from huakai_worker.pulse import Pulse
from huakai_worker.reasons import cut_off, describe, named, together
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

log = structlog.get_logger("huakai.worker")
Message = Row[UUID, str, dict[str, object], int]


@dataclass
class Drained:
    """What one bell got done; `more` when it stopped before the queue was empty."""

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
    pulse: Pulse | None = None,
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
                if pulse:
                    pulse.beat("drain")
                if not _settle(databases, settings, tenant_id, drained, pulse):
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


def _settle(databases: Databases, settings: Settings, tenant_id: UUID, drained: Drained, pulse: Pulse | None) -> bool:
    outcome = settle_one(databases, settings, tenant_id)
    if outcome is None:
        return False
    drained.done, drained.failed = drained.done + outcome, drained.failed + (not outcome)
    if pulse:
        pulse.done, pulse.failed = pulse.done + outcome, pulse.failed + (not outcome)
    return True


def settle_one(databases: Databases, settings: Settings, tenant_id: UUID) -> bool | None:
    """Do one due row of a tenant: True when done, False when it failed, None when nobody waits."""
    message: Message | None = None
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
    except Exception as error:
        if message is None or cut_off(error):
            raise
        return _settle_apart(databases, settings, tenant_id, message, error)


def _take(session: Session, tenant_id: UUID) -> Message | None:
    return session.connection().execute(TAKE, {"of_tenant": tenant_id}).one_or_none()


def _done(work: Work) -> None:
    work.session.connection().execute(DONE, {"of_tenant": work.tenant_id, "of_id": work.message_id, "at": clock.now()})


def _settle_apart(
    databases: Databases, settings: Settings, tenant_id: UUID, message: Message, error: Exception
) -> bool:
    """Do a row's jobs once more, each under a savepoint: what one of them cannot do takes nothing from the others.

    Nothing is done or counted when somebody else has tried the row meanwhile.
    """
    with databases.session(Login.WORKER, tenant_id) as session:
        if not _mine_still(session, message):
            return False
        work = Work(session, databases, settings, tenant_id, message.id)
        failure = _apart(work, message, error)
        if failure is None:
            _done(work)
            return True
        _fail(work, message, failure)
    return False


def _mine_still(session: Session, message: Message) -> bool:
    untouched = OutboxMessage.attempts == message.attempts, OutboxMessage.done_at.is_(None)
    held = select(OutboxMessage.id).where(OutboxMessage.id == message.id, *untouched)
    return session.scalar(held.with_for_update(skip_locked=True)) is not None


def _apart(work: Work, message: Message, error: Exception) -> Exception | None:
    """What failed, by job; a row of one job, or of none that is known, has failed already."""
    if isinstance(error, routes.NoRoute) or len(routes.jobs(message.topic)) == 1:
        return error
    failures = []
    for job in routes.jobs(message.topic):
        try:
            _under_savepoint(work, job, message)
        except Exception as failed:
            if cut_off(failed):
                raise
            failures.append(named(f"{job.__module__.rpartition('.')[2]}.{job.__name__}", failed))
    return together(failures) if failures else None


def _fail(work: Work, message: Message, error: Exception) -> None:
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
    if dead and (bury := routes.burial(message.topic)):
        _aside("burial", lambda: _under_savepoint(work, bury, message))


def _under_savepoint(work: Work, job: routes.Job, message: Message) -> None:
    with work.session.begin_nested():
        job(work, **message.payload)


def _aside(what: str, deed: Callable[[], object]) -> None:
    """Do what the rows do not depend on; its failure is told and stops none of them."""
    try:
        deed()
    except Exception as error:
        if cut_off(error):
            raise
        log.warning("failed", what=what, reason=describe(error))


def put_off(now: datetime, attempts: int) -> datetime:
    """2^n seconds, give or take a quarter, at most ten minutes."""
    return now + timedelta(seconds=min(LONGEST_WAIT, 2**attempts * random.uniform(0.75, 1.25)))
