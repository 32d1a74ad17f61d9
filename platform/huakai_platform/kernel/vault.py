"""Sealed values of a tenant and the wrapped key that opens them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from huakai_platform.kernel.db import Base
from huakai_platform.kernel.tenancy import TenantOwned


class WrappedKey(TenantOwned, Base):
    """A generation of the tenant's data key, wrapped by the master key."""

    __tablename__ = "data_key"
    __table_args__ = (
        UniqueConstraint("tenant_id", "generation", name="data_key_tenant_id_generation_key"),
        {"schema": "confidential"},
    )

    generation: Mapped[int] = mapped_column(Integer)
    wrapped: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Contact(TenantOwned, Base):
    """A sealed telephone number of a person who works at the room."""

    __tablename__ = "contact"
    __table_args__ = (
        UniqueConstraint("tenant_id", "account_id", name="contact_tenant_id_account_id_key"),
        {"schema": "confidential"},
    )

    account_id: Mapped[UUID]
    generation: Mapped[int] = mapped_column(Integer)
    phone_sealed: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
