"""Training records of a room's staff."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Date, DateTime, ForeignKeyConstraint, Index, Integer, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from huakai_platform.kernel.db import Base
from huakai_platform.kernel.tenancy import TenantOwned
from huakai_tenants.staff.models import MEMBER


class TrainingRecord(TenantOwned, Base):
    """One member's attendance of a course of the curriculum; its certificate stands in the same row."""

    __tablename__ = "training_record"
    __table_args__ = (
        UniqueConstraint(
            "tenant_id", "member_id", "course", "held_on", name="training_record_tenant_id_member_id_course_key"
        ),
        ForeignKeyConstraint(["tenant_id", "member_id"], MEMBER, name="training_record_tenant_id_member_id_fkey"),
        Index("training_record_expires_on_idx", "tenant_id", "expires_on"),
        {"schema": "tenant"},
    )

    member_id: Mapped[UUID]
    course: Mapped[str]
    """A course of the edition's curricula."""
    held_on: Mapped[date] = mapped_column(Date)
    hours: Mapped[Decimal] = mapped_column(Numeric(5, 1))
    result: Mapped[str]
    """`passed`, `failed` or `attended` (a course without a test)."""
    score: Mapped[int | None] = mapped_column(Integer)
    certificate_number: Mapped[str | None]
    issued_on: Mapped[date | None] = mapped_column(Date)
    expires_on: Mapped[date | None] = mapped_column(Date)
    note: Mapped[str | None]
    recorded_by: Mapped[UUID]
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    version: Mapped[int] = mapped_column(Integer, server_default="1")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012
