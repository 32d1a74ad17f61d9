"""Activities of a room, their photos and effects, the themes of a year, and totals of past periods."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Date, DateTime, ForeignKeyConstraint, Index, Integer, Numeric, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from huakai_platform.kernel.db import Base
from huakai_platform.kernel.tenancy import TenantOwned

ACTIVITY = ["tenant.activity.tenant_id", "tenant.activity.id"]


class Activity(TenantOwned, Base):
    """One activity; its codes are those of the edition's kind `activity_themes`."""

    __tablename__ = "activity"
    __table_args__ = (
        UniqueConstraint("tenant_id", "held_on", "title", name="activity_tenant_id_held_on_title_key"),
        {"schema": "tenant"},
    )

    title: Mapped[str]
    held_on: Mapped[date] = mapped_column(Date)
    starts_at: Mapped[str | None]
    ends_at: Mapped[str | None]
    """Both as `HH:MM`."""
    state: Mapped[str]
    """`planned`, `held` or `cancelled`."""
    reason: Mapped[str | None]
    """Why it was cancelled."""
    direction: Mapped[str]
    """`out` (走出去) or `in` (走进来)."""
    venue: Mapped[str | None]
    """Which of the four places it went to; always given when it went out."""
    form: Mapped[str]
    theme: Mapped[str | None]
    programme: Mapped[str | None]
    audiences: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    flowers: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    place: Mapped[str | None]
    partner: Mapped[str | None]
    facilitators: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    """Ids of members of the staff."""
    guests: Mapped[str | None]
    """Who led it beside the staff."""
    sessions: Mapped[int | None] = mapped_column(Integer)
    sessions_estimated: Mapped[bool]
    attendances: Mapped[int | None] = mapped_column(Integer)
    attendances_estimated: Mapped[bool]
    people: Mapped[int | None] = mapped_column(Integer)
    people_estimated: Mapped[bool]
    checked_in: Mapped[int] = mapped_column(Integer, server_default="0")
    """How often somebody tapped that they came; nobody is told apart."""
    materials: Mapped[list[Any]]
    """What was used, each as `name` and `count`."""
    leads: Mapped[int | None] = mapped_column(Integer)
    """How many may need more help. The number never leaves the room."""
    reported_with: Mapped[UUID | None]
    """The other site that this activity belongs to as well."""
    counted: Mapped[bool]
    """Whether this site's numbers have it, or the other site's."""
    note: Mapped[str | None]
    created_by: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    version: Mapped[int] = mapped_column(Integer, server_default="1")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class ActivityPhoto(TenantOwned, Base):
    """A photo of an activity, written anew without what the camera knew."""

    __tablename__ = "activity_photo"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "activity_id"], ACTIVITY, name="activity_photo_tenant_id_activity_id_fkey"),
        Index("activity_photo_activity_id_idx", "tenant_id", "activity_id"),
        {"schema": "tenant"},
    )

    activity_id: Mapped[UUID]
    name: Mapped[str]
    size: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str]
    content: Mapped[bytes]
    added_by: Mapped[UUID]
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class ActivityEffect(TenantOwned, Base):
    """One question asked of a group before and after: means and how many answered, nobody's own answer."""

    __tablename__ = "activity_effect"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "activity_id"], ACTIVITY, name="activity_effect_tenant_id_activity_id_fkey"),
        UniqueConstraint("tenant_id", "activity_id", "question", name="activity_effect_tenant_id_question_key"),
        {"schema": "tenant"},
    )

    activity_id: Mapped[UUID]
    question: Mapped[str]
    better: Mapped[str]
    """`higher` or `lower`: which way a number improves."""
    people_before: Mapped[int] = mapped_column(Integer)
    people_after: Mapped[int] = mapped_column(Integer)
    mean_before: Mapped[Decimal] = mapped_column(Numeric(7, 2))
    mean_after: Mapped[Decimal] = mapped_column(Numeric(7, 2))
    recorded_by: Mapped[UUID]
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class ActivityPlan(TenantOwned, Base):
    """The theme of one month of a year."""

    __tablename__ = "activity_plan"
    __table_args__ = (
        UniqueConstraint("tenant_id", "year", "month", name="activity_plan_tenant_id_year_month_key"),
        {"schema": "tenant"},
    )

    year: Mapped[int] = mapped_column(Integer)
    month: Mapped[int] = mapped_column(Integer)
    theme: Mapped[str | None]
    """A theme of the edition; none where the room chose its own."""
    title: Mapped[str | None]
    """The room's own theme."""
    note: Mapped[str | None]
    version: Mapped[int] = mapped_column(Integer, server_default="1")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class ActivityTotal(TenantOwned, Base):
    """What a past period came to where no single records exist; never added to single records of the same days."""

    __tablename__ = "activity_total"
    __table_args__ = (
        UniqueConstraint("tenant_id", "from_on", name="activity_total_tenant_id_from_on_key"),
        {"schema": "tenant"},
    )

    from_on: Mapped[date] = mapped_column(Date)
    to_on: Mapped[date] = mapped_column(Date)
    sessions: Mapped[int] = mapped_column(Integer)
    attendances: Mapped[int | None] = mapped_column(Integer)
    people: Mapped[int | None] = mapped_column(Integer)
    estimated: Mapped[bool]
    sites: Mapped[int] = mapped_column(Integer)
    """How many sites the numbers are of."""
    source: Mapped[str]
    recorded_by: Mapped[UUID]
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
