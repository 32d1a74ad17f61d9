"""The queue: a row written in the transaction that made the fact true."""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import DateTime, Index, Integer, UniqueConstraint, bindparam, func, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Mapped, Session, mapped_column

from huakai_platform.kernel import clock, tenancy
from huakai_platform.kernel.db import Base, table
from huakai_platform.kernel.events import Event
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.message_types import MessageType
from huakai_platform.kernel.tenancy import TenantOwned


class OutboxMessage(TenantOwned, Base):
    """One event on its way; done, waiting for `next_at`, or dead with its reason."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("tenant_id", "dedup", name="outbox_tenant_id_dedup_key"),
        Index("outbox_due_idx", "tenant_id", "next_at", postgresql_where=text("done_at IS NULL")),
        {"schema": "tenant"},
    )

    dedup: Mapped[str]
    topic: Mapped[str]
    payload: Mapped[dict[str, Any]]
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    next_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    done_at: Mapped[datetime | None]
    dead_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(MessageType)


_NEW = upsert(table(OutboxMessage)).values(
    next_at=func.coalesce(bindparam("at", type_=DateTime(timezone=True)), func.now())
)
"""The queue keeps the time of PostgreSQL, which also says what is due."""
_PUBLISH = _NEW.on_conflict_do_nothing(constraint="outbox_tenant_id_dedup_key")


def publish(session: Session, event: Event, *, dedup: str | None = None, at: datetime | None = None) -> UUID:
    """Tell the platform of a fact, once per `dedup` within the session's tenant; nobody is told before `at`."""
    row = _row(session, event, dedup, at)
    session.execute(_PUBLISH, row)
    return cast(UUID, row["id"])


_ASK_AGAIN = _NEW.on_conflict_do_update(
    constraint="outbox_tenant_id_dedup_key",
    set_={"done_at": None, "attempts": 0, "next_at": _NEW.excluded.next_at, "last_error": None},
    where=table(OutboxMessage).c.done_at.is_not(None),
)


def ask_again(session: Session, event: Event, *, dedup: str) -> None:
    """Publish what may be asked for often but lies in the queue once; one that waits or is dead stays as it is."""
    session.execute(_ASK_AGAIN, _row(session, event, dedup, None))


def _row(session: Session, event: Event, dedup: str | None, at: datetime | None) -> dict[str, Any]:
    row_id = uuid7()
    return {
        "tenant_id": tenancy.current(session),
        "id": row_id,
        "dedup": dedup or str(row_id),
        "topic": event.topic,
        "payload": event.payload(),
        "created_at": clock.now(),
        "at": at,
    }
