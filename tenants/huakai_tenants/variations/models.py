"""One small difference between a room and its edition."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from huakai_platform.kernel.db import Base
from huakai_platform.kernel.tenancy import TenantOwned

IN_FORCE = text("until IS NULL")


class Variation(TenantOwned, Base):
    """A difference from `since` to `until`; a change ends it and begins another, so that old runs keep theirs."""

    __tablename__ = "variation"
    __table_args__ = (
        Index("variation_spot_idx", "tenant_id", "kind", "spot", unique=True, postgresql_where=IN_FORCE),
        {"schema": "tenant"},
    )

    kind: Mapped[str]
    """`item`, `threshold`, `name` or `opening`."""
    spot: Mapped[str]
    """`daily/own_1`, the code of a threshold, `spaces/individual_room`, `week`."""
    value: Mapped[dict[str, Any]]
    since: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    until: Mapped[datetime | None]
    by: Mapped[UUID]
    ended_by: Mapped[UUID | None]
