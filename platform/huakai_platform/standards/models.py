"""Editions of the standard and their definitions."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKeyConstraint, Integer, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import JSONB
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


class EditionDraft(Base):
    """The next edition while it is written; what it changes against its base is in `draft_definition`."""

    __tablename__ = "edition_draft"
    __table_args__ = (
        ForeignKeyConstraint(["base_id"], ["platform.edition.id"], name="edition_draft_base_id_fkey"),
        ForeignKeyConstraint(["edition_id"], ["platform.edition.id"], name="edition_draft_edition_id_fkey"),
        {"schema": "platform"},
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid7)
    base_id: Mapped[UUID]
    title: Mapped[dict[str, Any]]
    state: Mapped[str]
    """One of `drafts.State`."""
    reason: Mapped[str | None]
    """Why it was sent back or given up."""
    created_by: Mapped[UUID]
    created_at: Mapped[datetime]
    submitted_by: Mapped[UUID | None]
    submitted_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    edition_id: Mapped[UUID | None]
    """What it was published as."""


class DraftDefinition(Base):
    """One definition as a draft has it; without a body it is retired."""

    __tablename__ = "draft_definition"
    __table_args__ = (
        ForeignKeyConstraint(["draft_id"], ["platform.edition_draft.id"], name="draft_definition_draft_id_fkey"),
        {"schema": "platform"},
    )

    draft_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    version: Mapped[int] = mapped_column(Integer)
    changed_by: Mapped[UUID]
    changed_at: Mapped[datetime]
