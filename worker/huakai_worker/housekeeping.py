"""What is thrown away when its time is over."""

import random
import time
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from huakai_platform.identity.models import AccountSession, Throttle
from huakai_platform.kernel import clock, notices
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.outbox import OutboxMessage
from huakai_platform.kernel.plumbing import Heartbeat, IdempotencyKey, Tick

DONE_ROWS = timedelta(days=7)
IDEMPOTENCY_KEYS = timedelta(hours=48)
TICKS = timedelta(days=35)
THROTTLES = timedelta(days=2)
HEARTBEATS = timedelta(hours=1)
READ_NOTICES = timedelta(days=180)
PAUSE = 3600.0

_tidied: dict[UUID, float] = {}


def sweep(session: Session) -> None:
    """Take away the platform's own leavings."""
    now = clock.now()
    session.execute(delete(AccountSession).where(AccountSession.expires_at < now))
    session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < now - IDEMPOTENCY_KEYS))
    session.execute(delete(Throttle).where(Throttle.since < now - THROTTLES))
    session.execute(delete(Tick).where(Tick.slot < now - TICKS))
    session.execute(delete(Heartbeat).where(Heartbeat.seen_at < now - HEARTBEATS))


def tidy(databases: Databases, tenant_id: UUID) -> None:
    """Take away a visited tenant's done rows and old notices, about once an hour, not all tenants at once."""
    now = time.monotonic()
    if now - _tidied.setdefault(tenant_id, now - PAUSE * random.random()) < PAUSE:
        return
    _tidied[tenant_id] = now
    with databases.session(Login.WORKER, tenant_id) as session:
        drop_done(session, clock.now() - DONE_ROWS)
        notices.forget(session, clock.now() - READ_NOTICES)


def drop_done(session: Session, before: datetime) -> None:
    """Rows keep the order of time in their ids, so the key finds the old ones."""
    oldest_kept = UUID(int=int(before.timestamp() * 1000) << 80)
    session.execute(delete(OutboxMessage).where(OutboxMessage.id < oldest_kept, OutboxMessage.done_at < before))
