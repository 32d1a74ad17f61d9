"""A site's run through one checklist of its edition, answered item by item."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, DateTime, ForeignKeyConstraint, Index, Integer, UniqueConstraint
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
