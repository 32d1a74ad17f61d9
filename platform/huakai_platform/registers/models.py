"""Entries of the institution's registers and its uploads, and the columns that every entry has."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, DateTime, ForeignKeyConstraint, Index, Integer, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from huakai_platform.kernel.db import Base
from huakai_platform.kernel.ids import uuid7


class EntryColumns:
    """What is known of an entry beside what it says."""

    register: Mapped[str]
    number: Mapped[int] = mapped_column(Integer)
    """Running number of its register."""
    day: Mapped[date] = mapped_column(Date)
    edition_id: Mapped[UUID]
    """Under which edition it was last written."""
    created_by: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    changed_by: Mapped[UUID | None]
    """Who wrote what it says now, where that is not who created it."""
    changed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancelled_why: Mapped[str | None]
    reviewed_by: Mapped[UUID | None]
    reviewed_at: Mapped[datetime | None]
    """Both of what the entry says now: a change takes them away."""
    version: Mapped[int] = mapped_column(Integer)


class InstitutionEntry(EntryColumns, Base):
    """An entry of a register of the institution."""

    __tablename__ = "institution_entry"
    __table_args__ = (
        UniqueConstraint("institution_id", "register", "number", name="institution_entry_number_key"),
        ForeignKeyConstraint(
            ["institution_id"], ["platform.institution.id"], name="institution_entry_institution_id_fkey"
        ),
        ForeignKeyConstraint(["edition_id"], ["platform.edition.id"], name="institution_entry_edition_id_fkey"),
        Index("institution_entry_day_idx", "institution_id", "register", "day"),
        {"schema": "platform"},
    )

    institution_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid7)
    answers: Mapped[dict[str, Any]]
    """See `entries.Answers`."""


class InstitutionUpload(Base):
    """A filled-in sheet of a register of the institution; the file goes once it is applied or given up."""

    __tablename__ = "institution_upload"
    __table_args__ = (
        ForeignKeyConstraint(
            ["institution_id"], ["platform.institution.id"], name="institution_upload_institution_id_fkey"
        ),
        Index("institution_upload_register_idx", "institution_id", "register", "created_at"),
        {"schema": "platform"},
    )

    institution_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid7)
    register: Mapped[str]
    filename: Mapped[str]
    content: Mapped[bytes | None]
    state: Mapped[str]
    """`checked`, `applied` or `discarded`."""
    summary: Mapped[dict[str, Any]]
    """Counts only."""
    created_by: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None]
