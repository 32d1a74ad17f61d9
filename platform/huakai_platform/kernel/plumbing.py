"""Small local tables: the clock's slots, heartbeats and writes already done."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, Integer, SmallInteger, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from huakai_platform.kernel.db import Base


class Tick(Base):
    """A slot of a clock job; the key makes it fire once, whoever writes it."""

    __tablename__ = "tick"
    __table_args__ = ({"schema": "platform"},)

    job: Mapped[str] = mapped_column(primary_key=True)
    slot: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)


class Heartbeat(Base):
    """A worker, poller (its kind is `ringer`) or web process that lives."""

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
    """That a write was done and how it was answered, kept in the transaction of the write; never what was answered.

    A key belongs to an account in one room (`site_id`; the nil id at the institution) and to the token of a program
    (`token_id`; the nil id for a browser).
    """

    __tablename__ = "idempotency_key"
    __table_args__ = ({"schema": "platform"},)

    account_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    site_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    token_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[bytes]
    status: Mapped[int | None] = mapped_column(SmallInteger)
    location: Mapped[str | None]
    etag: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
