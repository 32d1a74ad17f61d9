"""The spaces a site really has."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Date, DateTime, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from huakai_platform.kernel.db import Base
from huakai_platform.kernel.tenancy import TenantOwned


class Space(TenantOwned, Base):
    """One zone or room; what it must be stands in the edition under `code`."""

    __tablename__ = "space"
    __table_args__ = (UniqueConstraint("tenant_id", "code", name="space_tenant_id_code_key"), {"schema": "tenant"})

    code: Mapped[str]
    area: Mapped[Decimal | None] = mapped_column(Numeric(8, 1))
    state: Mapped[str]
    """`planned`, `ready` or `closed`."""
    surveyed_on: Mapped[date | None] = mapped_column(Date)
    """The day from which area and state are as they are; what was before is not kept."""
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
