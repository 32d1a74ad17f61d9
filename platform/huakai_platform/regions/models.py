"""One row a region, with its dates and its successor."""

from datetime import date

from sqlalchemy import Date, ForeignKeyConstraint, Index
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from huakai_platform.kernel.db import Base


class Region(Base):
    """A statistical division; the tree is made by `parent_code`, never by slicing the code."""

    __tablename__ = "region"
    __table_args__ = (
        ForeignKeyConstraint(["parent_code"], ["platform.region.code"], name="region_parent_code_fkey"),
        ForeignKeyConstraint(["successor_code"], ["platform.region.code"], name="region_successor_code_fkey"),
        Index("region_parent_code_idx", "parent_code", "code"),
        Index("region_name_idx", "name", "code"),
        Index("region_initials_idx", "initials", "code"),
        Index("region_grams_idx", "grams", postgresql_using="gin"),
        Index("region_ancestors_idx", "ancestors", postgresql_using="gin"),
        {"schema": "platform"},
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    level: Mapped[str]
    """country, province, prefecture, county, township or community."""
    parent_code: Mapped[str | None]
    ancestors: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    """Itself and every region above it, the country last."""
    initials: Mapped[str]
    grams: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    successor_code: Mapped[str | None]
