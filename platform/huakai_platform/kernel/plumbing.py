"""Small local tables: the clock's slots, heartbeats and answers already given."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Integer, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from huakai_platform.kernel.db import Base


class Tick(Base):
    """A slot of a clock job; the key makes it fire once, whoever writes it."""

    __tablename__ = "tick"
    __table_args__ = ({"schema": "platform"},)

    job: Mapped[str] = mapped_column(primary_key=True)
    slot: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)


class Heartbeat(Base):
    """A worker, ringer or web process that lives."""

    __tablename__ = "heartbeat"
    __table_args__ = ({"schema": "platform"},)

    name: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    started_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    doing: Mapped[str | None]
    done: Mapped[int] = mapped_column(Integer, server_default="0")
    failed: Mapped[int] = mapped_column(Integer, server_default="0")


class IdempotencyKey(Base):
    """The answer a write has given, kept in the transaction of the write."""

    __tablename__ = "idempotency_key"
    __table_args__ = ({"schema": "platform"},)

    account_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[bytes]
    answer: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
