"""Releases of an edition with their waves and sites, and the sites that are held on theirs."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Date, DateTime, ForeignKeyConstraint, Index, Integer, Numeric, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from huakai_platform.kernel.db import Base
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.message_types import MessageType


class State(StrEnum):
    """Where a release stands; whether all its sites were reached is counted from them, never stored."""

    PLANNED = "planned"
    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"


class Reached(StrEnum):
    """Where a site stands in a release."""

    WAITING = "waiting"
    MOVED = "moved"
    FAILED = "failed"
    HELD = "held"
    """Left out because it was pinned."""
    BACK = "back"
    """Moved and taken back."""


class Release(Base):
    __tablename__ = "edition_release"
    __table_args__ = (
        ForeignKeyConstraint(["edition_id"], ["platform.edition.id"], name="edition_release_edition_id_fkey"),
        ForeignKeyConstraint(["check_id"], ["platform.operation.id"], name="edition_release_check_id_fkey"),
        Index("edition_release_institution_id_idx", "institution_id", "created_at"),
        {"schema": "platform"},
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid7)
    institution_id: Mapped[UUID]
    edition_id: Mapped[UUID]
    title: Mapped[str]
    note: Mapped[str | None]
    """What the sites are told to do, in the institution's words."""
    act_by: Mapped[date | None] = mapped_column(Date)
    """The day by which a site is to live up to what is new."""
    most_failures: Mapped[int | None] = mapped_column(Integer)
    """With more failed sites than these the release stops by itself."""
    most_drop: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    """A site whose score would fall by more percentage points than these is not moved, and the release stops."""
    chosen: Mapped[dict[str, Any]]
    """How its sites were chosen: region, tiers, age, an earlier wave, or by hand."""
    state: Mapped[str]
    """One of `State`."""
    stopped_why: Mapped[str | None] = mapped_column(MessageType)
    check_id: Mapped[UUID | None]
    """The operation of its latest dry run."""
    created_by: Mapped[UUID]
    created_at: Mapped[datetime]
    launched_by: Mapped[UUID | None]
    launched_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(Integer, server_default="1")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Wave(Base):
    __tablename__ = "edition_release_wave"
    __table_args__ = (
        ForeignKeyConstraint(
            ["release_id"], ["platform.edition_release.id"], name="edition_release_wave_release_id_fkey"
        ),
        ForeignKeyConstraint(
            ["operation_id"], ["platform.operation.id"], name="edition_release_wave_operation_id_fkey"
        ),
        {"schema": "platform"},
    )

    release_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    starts_on: Mapped[date] = mapped_column(Date)
    operation_id: Mapped[UUID | None]
    """The operation that moves, or last moved, its sites."""


class ReleaseSite(Base):
    """A site of a release: what the dry run found for it, and how far it came; counts and scores, never content."""

    __tablename__ = "edition_release_site"
    __table_args__ = (
        ForeignKeyConstraint(
            ["release_id", "wave"],
            ["platform.edition_release_wave.release_id", "platform.edition_release_wave.number"],
            name="edition_release_site_wave_fkey",
        ),
        ForeignKeyConstraint(["site_id"], ["platform.site.id"], name="edition_release_site_site_id_fkey"),
        ForeignKeyConstraint(
            ["from_edition_id"], ["platform.edition.id"], name="edition_release_site_from_edition_id_fkey"
        ),
        Index("edition_release_site_site_id_idx", "site_id"),
        Index("edition_release_site_wave_idx", "release_id", "wave", "state"),
        {"schema": "platform"},
    )

    release_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    site_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    wave: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(server_default=Reached.WAITING)
    """One of `Reached`."""
    trial: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """What the dry run found; see `trials.Trial`."""
    from_edition_id: Mapped[UUID | None]
    before: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    after: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    """Score in percent when it was moved, under the edition before and under this one."""
    error: Mapped[str | None] = mapped_column(MessageType)
    moved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    confirmed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When the room said that it has read what changed."""


class EditionPin(Base):
    """A site is held on its edition until a day; releases pass it by."""

    __tablename__ = "edition_pin"
    __table_args__ = (
        ForeignKeyConstraint(["site_id"], ["platform.site.id"], name="edition_pin_site_id_fkey"),
        Index("edition_pin_site_id_key", "site_id", unique=True, postgresql_where=text("ended_at IS NULL")),
        {"schema": "platform"},
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid7)
    site_id: Mapped[UUID]
    reason: Mapped[str]
    until: Mapped[date] = mapped_column(Date)
    """The last day on which it is held."""
    created_by: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_by: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]
