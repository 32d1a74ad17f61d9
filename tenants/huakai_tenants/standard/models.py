"""What a room was told of its standard."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Date, DateTime, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from huakai_platform.kernel.db import Base
from huakai_platform.kernel.tenancy import TenantOwned


class EditionChange(TenantOwned, Base):
    """The room came from one edition to another; it confirms once that it has read what changed."""

    __tablename__ = "edition_change"
    __table_args__ = (
        ForeignKeyConstraint(["from_edition_id"], ["platform.edition.id"], name="edition_change_from_edition_id_fkey"),
        ForeignKeyConstraint(["to_edition_id"], ["platform.edition.id"], name="edition_change_to_edition_id_fkey"),
        UniqueConstraint("tenant_id", "release", "to_edition_id", name="edition_change_release_key"),
        Index("edition_change_changed_at_idx", "tenant_id", "changed_at"),
        {"schema": "tenant"},
    )

    release: Mapped[UUID]
    """The release that did it, as the platform knows it."""
    from_edition_id: Mapped[UUID]
    to_edition_id: Mapped[UUID]
    note: Mapped[str | None]
    act_by: Mapped[date | None] = mapped_column(Date)
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    confirmed_by: Mapped[UUID | None]
    confirmed_at: Mapped[datetime | None]
