"""Registers on their way in, drafts of single sites, and the history of every site."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKeyConstraint, Index, Integer, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from huakai_platform.kernel.db import Base
from huakai_platform.kernel.ids import uuid7


class SiteEvent(Base):
    """One step of a site along its life cycle, with its reason."""

    __tablename__ = "site_event"
    __table_args__ = (
        ForeignKeyConstraint(["site_id"], ["platform.site.id"], name="site_event_site_id_fkey"),
        Index("site_event_site_id_idx", "site_id", "at"),
        {"schema": "platform"},
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid7)
    site_id: Mapped[UUID]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    account_id: Mapped[UUID | None]
    from_state: Mapped[str | None]
    to_state: Mapped[str]
    reason: Mapped[str | None]
    details: Mapped[dict[str, Any] | None]


class SiteIntake(Base):
    """Names and telephones of the A and B persons, from the register until the site is opened; then deleted."""

    __tablename__ = "site_intake"
    __table_args__ = (
        ForeignKeyConstraint(["site_id"], ["platform.site.id"], name="site_intake_site_id_fkey"),
        {"schema": "platform"},
    )

    site_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    people: Mapped[dict[str, Any]]
    """`{"A": {"name", "phone"}, "B": {...}}`; a post may be absent."""


class SiteDraft(Base):
    """What the wizard for a single site has been told so far; only its author sees it."""

    __tablename__ = "site_draft"
    __table_args__ = (
        ForeignKeyConstraint(["account_id"], ["platform.account.id"], name="site_draft_account_id_fkey"),
        Index("site_draft_account_id_idx", "account_id"),
        {"schema": "platform"},
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid7)
    account_id: Mapped[UUID]
    institution_id: Mapped[UUID]
    step: Mapped[int] = mapped_column(Integer)
    answers: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class RegisterImport(Base):
    """An uploaded register: its file, its columns, and what the dry run found."""

    __tablename__ = "register_import"
    __table_args__ = (
        ForeignKeyConstraint(
            ["institution_id"], ["platform.institution.id"], name="register_import_institution_id_fkey"
        ),
        {"schema": "platform"},
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid7)
    institution_id: Mapped[UUID]
    account_id: Mapped[UUID | None]
    filename: Mapped[str]
    sha256: Mapped[str]
    content: Mapped[bytes | None]
    """The uploaded bytes; removed when the import has ended."""
    mapping: Mapped[dict[str, Any]]
    summary: Mapped[dict[str, Any]]
    """Rows by verdict."""
    overrides: Mapped[dict[str, Any]]
    """Row number → reason why a possible duplicate is a site of its own."""
    state: Mapped[str]
    """`checked`, `applied` or `discarded`."""
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    applied_at: Mapped[datetime | None]
