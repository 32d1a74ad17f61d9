"""An export that somebody asked for, and the sealed workbook that it became."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKeyConstraint, Index, Integer, LargeBinary, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from huakai_platform.kernel.db import Base


class Export(Base):
    """What is to be exported, and for whom. How it stands is known from its operation, whose id it has.

    The workbook is sealed under a key that stands in its asker's notice alone; the row goes after seven days.
    """

    __tablename__ = "export"
    __table_args__ = (
        ForeignKeyConstraint(["id"], ["platform.operation.id"], name="export_id_fkey"),
        ForeignKeyConstraint(["account_id"], ["platform.account.id"], name="export_account_id_fkey"),
        ForeignKeyConstraint(["membership_id"], ["platform.membership.id"], name="export_membership_id_fkey"),
        Index("export_account_id_idx", "account_id", "asked_at", "id"),
        {"schema": "platform"},
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    account_id: Mapped[UUID]
    membership_id: Mapped[UUID]
    """The role in which it was asked for; its permission and its reach are read anew when it is made."""
    list: Mapped[str]
    """The name of the resource."""
    query: Mapped[str]
    """What stood behind the question mark of the list."""
    locale: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    rows_done: Mapped[int] = mapped_column(Integer, server_default="0")
    rows_total: Mapped[int | None] = mapped_column(Integer)
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    """How often a process has begun it since it last came to an end."""
    taken_by: Mapped[UUID | None]
    """The process that makes it, until this time; it says so anew with each chunk."""
    taken_until: Mapped[datetime | None]
    made_at: Mapped[datetime | None]
    role: Mapped[str | None]
    region_code: Mapped[str | None]
    """As whom and how far it was read."""
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    """Read only where the workbook itself is taken."""
    size: Mapped[int | None] = mapped_column(Integer)
    """Of the workbook, in bytes."""
