"""Where each site stands, the assessments that were sealed, and who entered which site to look."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Date, DateTime, ForeignKeyConstraint, Index, Integer, Numeric, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from huakai_platform.kernel.db import Base
from huakai_platform.kernel.ids import uuid7


class ComplianceStanding(Base):
    """A site's latest score, recomputed from its own rows inside its own tenant; numbers, never persons."""

    __tablename__ = "compliance_standing"
    __table_args__ = (
        Index("compliance_standing_region_code_idx", "region_code", "tenant_id"),
        Index("compliance_standing_risk_idx", "risk", "tenant_id"),
        Index("compliance_standing_percent_idx", "percent", "tenant_id"),
        Index("compliance_standing_grade_idx", "grade", "risk", "tenant_id"),
        Index("compliance_standing_age_set_idx", "age_set", "risk", "tenant_id"),
        {"schema": "oversight"},
    )

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    region_code: Mapped[str]
    edition_id: Mapped[UUID]
    as_of: Mapped[date] = mapped_column(Date)
    age_set: Mapped[str]
    points: Mapped[Decimal] = mapped_column(Numeric(6, 2))
    possible: Mapped[Decimal] = mapped_column(Numeric(6, 2))
    """Points of the indicators that could be measured; the rest do not count."""
    percent: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    grade: Mapped[str | None]
    capped: Mapped[bool] = mapped_column(Boolean)
    failed_core: Mapped[list[Any]]
    """Codes of the core indicators that failed."""
    risk: Mapped[int] = mapped_column(Integer)
    """0 to 100, higher is worse: where to look first."""
    risks: Mapped[dict[str, Any]]
    """What the risk is made of."""
    computed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Assessment(Base):
    """A sealed bundle: everything that a score was made of; never changed."""

    __tablename__ = "assessment"
    __table_args__ = (Index("assessment_tenant_id_idx", "tenant_id", "as_of"), {"schema": "oversight"})

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid7)
    edition_id: Mapped[UUID]
    as_of: Mapped[date] = mapped_column(Date)
    age_set: Mapped[str]
    percent: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    grade: Mapped[str | None]
    digest: Mapped[str]
    bundle: Mapped[bytes]
    """The file itself, byte for byte."""
    sealed_by: Mapped[UUID]
    sealed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class OversightVisit(Base):
    """Somebody from above entered a site, read-only; written before anything of it is shown, and shown to the site."""

    __tablename__ = "oversight_visit"
    __table_args__ = (
        ForeignKeyConstraint(["site_id"], ["platform.site.id"], name="oversight_visit_site_id_fkey"),
        ForeignKeyConstraint(["account_id"], ["platform.account.id"], name="oversight_visit_account_id_fkey"),
        Index("oversight_visit_site_id_idx", "site_id", "at"),
        Index("oversight_visit_account_id_idx", "account_id", "at"),
        {"schema": "platform"},
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid7)
    site_id: Mapped[UUID]
    account_id: Mapped[UUID]
    role: Mapped[str]
    looked_at: Mapped[str]
    """The page or evidence that was opened, as its code."""
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
