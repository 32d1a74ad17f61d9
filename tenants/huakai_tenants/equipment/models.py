"""The equipment that a site really has, and what was done with it."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Date, DateTime, ForeignKeyConstraint, Index, Integer, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from huakai_platform.kernel.db import Base
from huakai_platform.kernel.tenancy import TenantOwned


class EquipmentItem(TenantOwned, Base):
    """One thing, or some of the same bought together; what there must be stands in the edition under `kind`."""

    __tablename__ = "equipment_item"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number", name="equipment_item_tenant_id_number_key"),
        ForeignKeyConstraint(
            ["tenant_id", "space_id"],
            ["tenant.space.tenant_id", "tenant.space.id"],
            name="equipment_item_tenant_id_space_id_fkey",
        ),
        Index("equipment_item_kind_idx", "tenant_id", "kind"),
        Index("equipment_item_space_id_idx", "tenant_id", "space_id"),
        {"schema": "tenant"},
    )

    number: Mapped[str]
    """The readable number on the label."""
    kind: Mapped[str]
    """A code of the edition's list, or `other`."""
    name: Mapped[str | None]
    """Make and model."""
    serial: Mapped[str | None]
    space_id: Mapped[UUID | None]
    quantity: Mapped[int] = mapped_column(Integer)
    bought_on: Mapped[date | None] = mapped_column(Date)
    price: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    """Yuan for all of them together."""
    funds: Mapped[str | None]
    """Where the money came from: a code of `service.FUNDS`."""
    warranty_until: Mapped[date | None] = mapped_column(Date)
    state: Mapped[str]
    """`in_use`, `in_repair` or `scrapped`."""
    faulty: Mapped[bool] = mapped_column(Boolean)
    """What the last check found."""
    checked_on: Mapped[date | None] = mapped_column(Date)
    scrapped_on: Mapped[date | None] = mapped_column(Date)
    note: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    version: Mapped[int] = mapped_column(Integer, server_default="1")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class EquipmentEvent(TenantOwned, Base):
    """One line of an item's history; it is never changed."""

    __tablename__ = "equipment_event"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "item_id"],
            ["tenant.equipment_item.tenant_id", "tenant.equipment_item.id"],
            name="equipment_event_tenant_id_item_id_fkey",
        ),
        Index("equipment_event_item_id_idx", "tenant_id", "item_id", "at"),
        {"schema": "tenant"},
    )

    item_id: Mapped[UUID]
    deed: Mapped[str]
    """A code of `history.DEEDS`."""
    held_on: Mapped[date] = mapped_column(Date)
    """The day on which it was done, as against when it was written down."""
    note: Mapped[str | None]
    says: Mapped[dict[str, Any]]
    """Of a change the fields, of a scrapping the reason."""
    by: Mapped[UUID]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
