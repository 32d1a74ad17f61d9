"""What may be seen of the queue across tenants: counts, reasons and heartbeats, never a payload."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, column, func, select
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock
from huakai_platform.kernel.message_types import MessageType
from huakai_platform.kernel.plumbing import Heartbeat
from huakai_platform.kernel.sites import Site
from huakai_platform.kernel.tenancy import PLATFORM

ALIVE = timedelta(seconds=30)


@dataclass(frozen=True)
class QueueState:
    """Rows that wait, those of them that are due, since when the oldest is, and the dead."""

    waiting: int
    due: int
    oldest_due: datetime | None
    dead: int

    @property
    def lag(self) -> float:
        """Seconds that the oldest due row has waited."""
        return max(0.0, (clock.now() - self.oldest_due).total_seconds()) if self.oldest_due else 0.0


@dataclass(frozen=True)
class Troubled:
    """A row that failed at least once: dead, or waiting for its next attempt."""

    tenant_id: UUID
    id: UUID
    topic: str
    attempts: int
    created_at: datetime
    next_at: datetime
    dead_at: datetime | None
    last_error: str | None
    site_name: str | None = None

    @property
    def of_platform(self) -> bool:
        return self.tenant_id == PLATFORM


FIELDS = (
    "tenant_id",
    "id",
    "topic",
    "attempts",
    "created_at",
    "next_at",
    "dead_at",
    column("last_error", MessageType()),
)


def state(session: Session) -> QueueState:
    counted = func.tenant.queue_state().table_valued("waiting", "due", "oldest_due", "dead")
    row = session.execute(select(counted)).one()
    return QueueState(row.waiting, row.due, row.oldest_due, row.dead)


def troubled(session: Session, *, most: int = 100, dead_only: bool = False) -> list[Troubled]:
    """The failed rows, the dead first, each with the name of its site."""
    found = func.tenant.troubled_messages(most).table_valued(*FIELDS)
    wanted = select(found, Site.name).outerjoin(Site, Site.id == found.c.tenant_id)
    rows = session.execute(wanted.where(found.c.dead_at.is_not(None)) if dead_only else wanted).all()
    return sorted((Troubled(*row) for row in rows), key=_by_urgency)


def heartbeats(session: Session, *, within: timedelta = timedelta(hours=1)) -> list[Row[*tuple[Any, ...]]]:
    """The processes seen lately, the freshest first."""
    return list(
        session.execute(
            select(
                Heartbeat.name,
                Heartbeat.kind,
                Heartbeat.started_at,
                Heartbeat.seen_at,
                Heartbeat.doing,
                Heartbeat.done,
                Heartbeat.failed,
            )
            .where(Heartbeat.seen_at > clock.now() - within)
            .order_by(Heartbeat.seen_at.desc())
        ).all()
    )


def workers_alive(session: Session) -> int:
    fresh = clock.now() - ALIVE
    alive = session.scalar(select(func.count()).where(Heartbeat.kind == "worker", Heartbeat.seen_at > fresh))
    return alive or 0


def _by_urgency(row: Troubled) -> tuple[bool, datetime]:
    return (row.dead_at is None, row.next_at)
