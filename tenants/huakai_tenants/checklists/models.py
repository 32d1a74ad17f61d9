"""A site's run through one checklist of its edition, answered item by item."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, DateTime, ForeignKeyConstraint, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from huakai_platform.kernel.db import Base
from huakai_platform.kernel.tenancy import TenantOwned


class ChecklistRun(TenantOwned, Base):
    """One due checklist; it keeps the edition that it began with."""

    __tablename__ = "checklist_run"
    __table_args__ = (
        UniqueConstraint("tenant_id", "code", "period_start", name="checklist_run_tenant_id_code_period_start_key"),
        ForeignKeyConstraint(["edition_id"], ["platform.edition.id"], name="checklist_run_edition_id_fkey"),
        Index("checklist_run_due_on_idx", "tenant_id", "due_on"),
        Index("checklist_run_open_idx", "tenant_id", "due_on", postgresql_where=text("completed_at IS NULL")),
        {"schema": "tenant"},
    )

    edition_id: Mapped[UUID]
    code: Mapped[str]
    period_start: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date] = mapped_column(Date)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    completed_at: Mapped[datetime | None]
    completed_by: Mapped[UUID | None]
    score: Mapped[dict[str, Any] | None]
    """Points, possible points and failed core items at completion."""


class ChecklistAnswer(TenantOwned, Base):
    """The answer to one item; `version` finds out when two people answer at once."""

    __tablename__ = "checklist_answer"
    __table_args__ = (
        UniqueConstraint("tenant_id", "run_id", "item", name="checklist_answer_tenant_id_run_id_item_key"),
        ForeignKeyConstraint(
            ["tenant_id", "run_id"],
            ["tenant.checklist_run.tenant_id", "tenant.checklist_run.id"],
            name="checklist_answer_tenant_id_run_id_fkey",
        ),
        {"schema": "tenant"},
    )

    run_id: Mapped[UUID]
    item: Mapped[str]
    value: Mapped[dict[str, Any]]
    """`{"v": …}`: the checked value in JSON."""
    note: Mapped[str | None]
    answered_by: Mapped[UUID]
    answered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    version: Mapped[int] = mapped_column(Integer)


class Attachment(TenantOwned, Base):
    """A photo or document given as evidence for an item; photos are re-encoded."""

    __tablename__ = "attachment"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "run_id"],
            ["tenant.checklist_run.tenant_id", "tenant.checklist_run.id"],
            name="attachment_tenant_id_run_id_fkey",
        ),
        Index("attachment_run_id_idx", "tenant_id", "run_id"),
        {"schema": "tenant"},
    )

    run_id: Mapped[UUID]
    item: Mapped[str]
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str]
    content: Mapped[bytes]
    added_by: Mapped[UUID]
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class ChecklistReopening(TenantOwned, Base):
    """A completed run that was opened again: why, by whom, and what its score had been."""

    __tablename__ = "checklist_reopening"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "run_id"],
            ["tenant.checklist_run.tenant_id", "tenant.checklist_run.id"],
            name="checklist_reopening_tenant_id_run_id_fkey",
        ),
        Index("checklist_reopening_run_id_idx", "tenant_id", "run_id"),
        {"schema": "tenant"},
    )

    run_id: Mapped[UUID]
    reason: Mapped[str]
    completed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    completed_by: Mapped[UUID]
    score: Mapped[dict[str, Any]]
    reopened_by: Mapped[UUID]
    reopened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class OpenPoint(TenantOwned, Base):
    """Something that is not as the standard wants it, followed until it is: mostly a failed core item of a run."""

    __tablename__ = "open_point"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number", name="open_point_tenant_id_number_key"),
        UniqueConstraint("tenant_id", "run_id", "item", name="open_point_tenant_id_run_id_item_key"),
        ForeignKeyConstraint(
            ["tenant_id", "run_id"],
            ["tenant.checklist_run.tenant_id", "tenant.checklist_run.id"],
            name="open_point_tenant_id_run_id_fkey",
        ),
        ForeignKeyConstraint(["owner_id"], ["platform.account.id"], name="open_point_owner_id_fkey"),
        Index("open_point_state_idx", "tenant_id", "state", "due_on"),
        {"schema": "tenant"},
    )

    number: Mapped[int] = mapped_column(Integer)
    """Running number of the room."""
    run_id: Mapped[UUID]
    item: Mapped[str]
    core: Mapped[bool]
    owner_id: Mapped[UUID | None]
    """The account that sees to it."""
    due_on: Mapped[date] = mapped_column(Date)
    state: Mapped[str]
    """`open`, `fixed` (waits for somebody else's look) or `closed`."""
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    fixed_at: Mapped[datetime | None]
    fixed_by: Mapped[UUID | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[UUID | None]
    version: Mapped[int] = mapped_column(Integer, server_default="1")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class PointEntry(TenantOwned, Base):
    """A line in an open point's history; never changed."""

    __tablename__ = "point_entry"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "point_id"],
            ["tenant.open_point.tenant_id", "tenant.open_point.id"],
            name="point_entry_tenant_id_point_id_fkey",
        ),
        ForeignKeyConstraint(["owner_id"], ["platform.account.id"], name="point_entry_owner_id_fkey"),
        Index("point_entry_point_id_idx", "tenant_id", "point_id"),
        {"schema": "tenant"},
    )

    point_id: Mapped[UUID]
    deed: Mapped[str]
    """`opened`, `assigned`, `postponed`, `noted`, `fixed`, `returned`, `closed`, `proved` …"""
    text: Mapped[str | None]
    owner_id: Mapped[UUID | None]
    due_on: Mapped[date | None] = mapped_column(Date)
    by: Mapped[UUID | None]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class PointFile(TenantOwned, Base):
    """A photo or document that came with a line of an open point's history; never changed."""

    __tablename__ = "point_file"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "point_id"],
            ["tenant.open_point.tenant_id", "tenant.open_point.id"],
            name="point_file_tenant_id_point_id_fkey",
        ),
        ForeignKeyConstraint(
            ["tenant_id", "entry_id"],
            ["tenant.point_entry.tenant_id", "tenant.point_entry.id"],
            name="point_file_tenant_id_entry_id_fkey",
        ),
        Index("point_file_point_id_idx", "tenant_id", "point_id"),
        Index("point_file_entry_id_idx", "tenant_id", "entry_id"),
        {"schema": "tenant"},
    )

    point_id: Mapped[UUID]
    entry_id: Mapped[UUID]
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str]
    content: Mapped[bytes]
    added_by: Mapped[UUID]
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
