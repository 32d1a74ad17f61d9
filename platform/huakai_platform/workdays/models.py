"""The holiday table: the days that differ from Monday to Friday, and the years that are known."""

from datetime import date, datetime

from sqlalchemy import Boolean, Date, DateTime, Integer
from sqlalchemy.orm import Mapped, mapped_column

from huakai_platform.kernel.db import Base


class WorkDay(Base):
    """A day that is worked although it lies on a weekend, or free although it does not."""

    __tablename__ = "work_day"
    __table_args__ = ({"schema": "platform"},)

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    is_work: Mapped[bool] = mapped_column(Boolean)
    note: Mapped[str | None]
    """The name of the holiday, as the notice has it."""


class WorkYear(Base):
    """A year whose holidays are in the table; without it every Monday to Friday counts, with a warning."""

    __tablename__ = "work_year"
    __table_args__ = ({"schema": "platform"},)

    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    source: Mapped[str]
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
