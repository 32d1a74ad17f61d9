"""Facts of sites and rollups of regions: numbers, never persons."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, DateTime, ForeignKeyConstraint, Index, Integer, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from huakai_platform.kernel.db import Base
from huakai_platform.kernel.ids import uuid7


class SiteFact(Base):
    """A site's numbers of one month, recomputed from its own rows, never incremented."""

    __tablename__ = "site_fact"
    __table_args__ = (Index("site_fact_region_code_idx", "region_code", "month"), {"schema": "oversight"})

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    month: Mapped[date] = mapped_column(Date, primary_key=True)
    region_code: Mapped[str]
    metrics: Mapped[dict[str, Any]]
    computed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class RegionRollup(Base):
    """The sum over a region's children and over the sites that hang on it directly."""

    __tablename__ = "region_rollup"
    __table_args__ = (Index("region_rollup_parent_code_idx", "parent_code", "month"), {"schema": "oversight"})

    region_code: Mapped[str] = mapped_column(primary_key=True)
    month: Mapped[date] = mapped_column(Date, primary_key=True)
    parent_code: Mapped[str | None]
    level: Mapped[str]
    metrics: Mapped[dict[str, Any]]
    computed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class DirtyRegion(Base):
    """A region whose rollup of a month is behind its children; every mark is a row of its own, so none waits."""

    __tablename__ = "dirty_region"
    __table_args__ = ({"schema": "oversight"},)

    region_code: Mapped[str] = mapped_column(primary_key=True)
    month: Mapped[date] = mapped_column(Date, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid7)
    marked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class PersonFact(Base):
    """A site's counts of people in one month. Only jobs read it: what others see has passed through a release."""

    __tablename__ = "person_fact"
    __table_args__ = ({"schema": "oversight"},)

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    month: Mapped[date] = mapped_column(Date, primary_key=True)
    region_code: Mapped[str]
    metrics: Mapped[dict[str, Any]]
    computed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class FigureRelease(Base):
    """The counts of people of one month, protected and let out together; never changed afterwards."""

    __tablename__ = "figure_release"
    __table_args__ = ({"schema": "oversight"},)

    month: Mapped[date] = mapped_column(Date, primary_key=True)
    threshold: Mapped[int] = mapped_column(Integer)
    digest: Mapped[str]
    released_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class ReleasedFigure(Base):
    """What a release says of one place; a place that is not there is protected."""

    __tablename__ = "released_figure"
    __table_args__ = ({"schema": "oversight"},)

    month: Mapped[date] = mapped_column(Date, primary_key=True)
    place: Mapped[str] = mapped_column(primary_key=True)
    """A region's code, or a site's id."""
    sites: Mapped[int] = mapped_column(Integer)
    metrics: Mapped[dict[str, Any]]


class RegionTotal(Base):
    """What the activities of a region came to in a past period, where no single records exist."""

    __tablename__ = "region_total"
    __table_args__ = (
        ForeignKeyConstraint(["institution_id"], ["platform.institution.id"], name="region_total_institution_id_fkey"),
        {"schema": "oversight"},
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid7)
    institution_id: Mapped[UUID] = mapped_column(Uuid)
    region_code: Mapped[str]
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
    withdrawn_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """Since when it counts no more."""


class SiteFunction(Base):
    """A function room that a site has or plans; what is gone stays as `gone`, so that it keeps its place in the row."""

    __tablename__ = "site_function"
    __table_args__ = (Index("site_function_place_code_idx", "place_code", "code"), {"schema": "oversight"})

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    institution_id: Mapped[UUID]
    place_code: Mapped[str]
    host: Mapped[str | None]
    state: Mapped[str]
    """`planned`, `ready` or `gone`."""
    reason: Mapped[str | None]
    """Why there is another one of the kind in the same place."""
    since: Mapped[datetime] = mapped_column(DateTime(timezone=True))
