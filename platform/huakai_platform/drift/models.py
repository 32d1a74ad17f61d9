"""Where each site departs from its edition, and the exemptions that were given it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, DateTime, ForeignKeyConstraint, Index, Integer, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from huakai_platform.kernel.db import Base
from huakai_platform.kernel.ids import uuid7


class DriftStanding(Base):
    """A site's latest departures, found by its own rows inside its own tenant; codes and counts, never persons."""

    __tablename__ = "drift_standing"
    __table_args__ = (
        Index("drift_standing_core_idx", "core", "unexplained", "tenant_id"),
        Index("drift_standing_unexplained_idx", "unexplained", "core", "tenant_id"),
        Index("drift_standing_waived_idx", "waived", "core", "tenant_id"),
        Index("drift_standing_allowed_idx", "allowed", "core", "tenant_id"),
        Index(
            "drift_standing_findings_idx",
            "findings",
            postgresql_using="gin",
            postgresql_ops={"findings": "jsonb_path_ops"},
        ),
        {"schema": "oversight"},
    )

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    region_code: Mapped[str]
    edition_id: Mapped[UUID]
    as_of: Mapped[date] = mapped_column(Date)
    conforming: Mapped[int] = mapped_column(Integer)
    allowed: Mapped[int] = mapped_column(Integer)
    waived: Mapped[int] = mapped_column(Integer)
    unexplained: Mapped[int] = mapped_column(Integer)
    core: Mapped[int] = mapped_column(Integer)
    """Of the unexplained ones those on core requirements."""
    findings: Mapped[list[Any]]
    """`{kind, code, wrong, core, class, since}` of everything that is not simply conforming."""
    computed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Waiver(Base):
    """One requirement that one site need not meet until a day; it ends by itself."""

    __tablename__ = "waiver"
    __table_args__ = (
        ForeignKeyConstraint(["site_id"], ["platform.site.id"], name="waiver_site_id_fkey"),
        Index("waiver_site_id_idx", "site_id", "state"),
        Index("waiver_live_idx", "site_id", "kind", "code", unique=True, postgresql_where=text("state = 'asked'")),
        {"schema": "platform"},
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid7)
    site_id: Mapped[UUID]
    kind: Mapped[str]
    code: Mapped[str]
    reason: Mapped[str]
    ends_on: Mapped[date] = mapped_column(Date)
    """The last day on which it holds."""
    state: Mapped[str]
    """`asked`, `approved`, `declined` or `withdrawn`."""
    asked_by: Mapped[UUID]
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    answer: Mapped[str | None]
    """Why it was declined or withdrawn."""
