"""Entries of a room's registers: those that may be looked into from above, and those that are sealed."""

from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from huakai_platform.kernel.db import Base
from huakai_platform.kernel.tenancy import TenantOwned
from huakai_platform.registers.models import EntryColumns


class RegisterEntry(TenantOwned, EntryColumns, Base):
    """An entry of a register that holds nothing confidential."""

    __tablename__ = "register_entry"
    __table_args__ = (
        UniqueConstraint("tenant_id", "register", "number", name="register_entry_number_key"),
        ForeignKeyConstraint(["edition_id"], ["platform.edition.id"], name="register_entry_edition_id_fkey"),
        Index("register_entry_day_idx", "tenant_id", "register", "day"),
        {"schema": "tenant"},
    )

    answers: Mapped[dict[str, Any]]
    """See `entries.Answers`."""


class SealedEntry(TenantOwned, EntryColumns, Base):
    """An entry of a confidential register: what it says is sealed under the room's key."""

    __tablename__ = "sealed_entry"
    __table_args__ = (
        UniqueConstraint("tenant_id", "register", "number", name="sealed_entry_number_key"),
        ForeignKeyConstraint(["edition_id"], ["platform.edition.id"], name="sealed_entry_edition_id_fkey"),
        Index("sealed_entry_day_idx", "tenant_id", "register", "day"),
        {"schema": "confidential"},
    )

    generation: Mapped[int] = mapped_column(Integer)
    sealed: Mapped[bytes]
