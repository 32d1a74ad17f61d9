"""What is thrown away when its time is over."""

import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Delete, delete
from sqlalchemy.orm import Session

from huakai_platform.identity import freeing
from huakai_platform.identity.models import AccountSession, Throttle
from huakai_platform.kernel import clock, notices
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.i18n import _
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


def _sweep(gone: Callable[[datetime], Delete]) -> Callable[[Session], None]:
    return lambda session: _execute(session, gone(clock.now()))


def _execute(session: Session, gone: Delete) -> None:
    session.execute(gone)


SWEEPS: tuple[tuple[str, str, Callable[[Session], None]], ...] = (
    ("contacts", _("归还已离开人员的电话和邮箱"), freeing.sweep),
    (
        "sessions",
        _("清理过期的登录"),
        _sweep(lambda now: delete(AccountSession).where(AccountSession.expires_at < now)),
    ),
    (
        "keys",
        _("清理过期的幂等键"),
        _sweep(lambda now: delete(IdempotencyKey).where(IdempotencyKey.created_at < now - IDEMPOTENCY_KEYS)),
    ),
    ("throttles", _("清理登录限制记录"), _sweep(lambda now: delete(Throttle).where(Throttle.since < now - THROTTLES))),
    ("ticks", _("清理定时记录"), _sweep(lambda now: delete(Tick).where(Tick.slot < now - TICKS))),
    (
        "heartbeats",
        _("清理进程信号"),
        _sweep(lambda now: delete(Heartbeat).where(Heartbeat.seen_at < now - HEARTBEATS)),
    ),
)
"""The platform's own leavings, a table each: what cannot be thrown away keeps nothing else."""


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
