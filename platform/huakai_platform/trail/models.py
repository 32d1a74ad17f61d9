"""What is handed outside every day, so that a trail cut short is found."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Date, DateTime, Index, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from huakai_platform.kernel.db import Base


class ReportedHead(Base):
    """The head of one tenant's chain as its own daily job reported it; the nil tenant is the platform's chain."""

    __tablename__ = "reported_head"
    __table_args__ = (Index("reported_head_day_idx", "day", "tenant_id"), {"schema": "oversight"})

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes]
    reported_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class SignedHeads(Base):
    """All heads of a day in one document under an Ed25519 signature; never changed."""

    __tablename__ = "signed_heads"
    __table_args__ = ({"schema": "oversight"},)

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    document: Mapped[dict[str, Any]]
    signature: Mapped[bytes]
    public_key: Mapped[bytes]
    signed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
