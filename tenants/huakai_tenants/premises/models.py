"""The spaces a site really has, and the photographs of what is in them."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Boolean, Date, DateTime, Index, Integer, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from huakai_platform.kernel.db import Base
from huakai_platform.kernel.tenancy import TenantOwned


class Space(TenantOwned, Base):
    """One zone or room; what it must be stands in the edition under `code`, unless it is the site's own."""

    __tablename__ = "space"
    __table_args__ = (UniqueConstraint("tenant_id", "code", name="space_tenant_id_code_key"), {"schema": "tenant"})

    code: Mapped[str]
    area: Mapped[Decimal | None] = mapped_column(Numeric(8, 1))
    state: Mapped[str]
    """`planned`, `ready` or `closed`."""
    surveyed_on: Mapped[date | None] = mapped_column(Date)
    """The day from which area and state are as they are; what was before is not kept."""
    name: Mapped[str | None]
    """What the site calls a space of its own."""
    counselling: Mapped[bool] = mapped_column(Boolean, server_default="false")
    """Whether people are counselled here, whatever else the space is for (domain F129)."""
    guided_by: Mapped[str | None]
    """The department that guides it: a code of the edition's list (domain F85)."""
    shared_with: Mapped[str | None]
    shared_when: Mapped[str | None]
    """With whom the space is shared, and at what times (domain F89, F101)."""
    contested: Mapped[bool] = mapped_column(Boolean, server_default="false")
    """Whether another site had the same function room first in the same place (domain F88)."""
    twin_reason: Mapped[str | None]
    """Why there is to be one here all the same."""
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    version: Mapped[int] = mapped_column(Integer, server_default="1")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class PremisesPhoto(TenantOwned, Base):
    """A dated photograph of a space, a piece of equipment or a document on the wall."""

    __tablename__ = "premises_photo"
    __table_args__ = (
        Index("premises_photo_shows_idx", "tenant_id", "shows", "taken_on"),
        {"schema": "tenant"},
    )

    subject: Mapped[str]
    """`space`, `equipment` or `wall_document`."""
    shows: Mapped[UUID]
    """The id of the row of that kind."""
    taken_on: Mapped[date] = mapped_column(Date)
    size: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str]
    content: Mapped[bytes]
    added_by: Mapped[UUID]
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
