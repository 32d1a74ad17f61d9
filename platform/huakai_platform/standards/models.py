"""Editions of the standard and their definitions."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKeyConstraint, Integer, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from huakai_platform.kernel.db import Base
from huakai_platform.kernel.ids import uuid7


class Edition(Base):
    """A published edition never changes: `digest` covers every definition."""

    __tablename__ = "edition"
    __table_args__ = (UniqueConstraint("number", name="edition_number_key"), {"schema": "platform"})

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid7)
    number: Mapped[int] = mapped_column(Integer)
    title: Mapped[dict[str, Any]]
    digest: Mapped[str]
    published_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class EditionDefinition(Base):
    __tablename__ = "edition_definition"
    __table_args__ = (
        ForeignKeyConstraint(["edition_id"], ["platform.edition.id"], name="edition_definition_edition_id_fkey"),
        {"schema": "platform"},
    )

    edition_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[dict[str, Any]]
    digest: Mapped[str]
