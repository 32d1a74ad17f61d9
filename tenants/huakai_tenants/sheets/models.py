"""An uploaded list between its dry run and its being applied."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from huakai_platform.kernel.db import Base
from huakai_platform.kernel.tenancy import TenantOwned


class SheetImport(TenantOwned, Base):
    """The file itself is sealed, as it may name persons, and taken away once it is applied or given up."""

    __tablename__ = "sheet_import"
    __table_args__ = (Index("sheet_import_created_at_idx", "tenant_id", "created_at"), {"schema": "confidential"})

    kind: Mapped[str]
    """Whose list it is, as `staff` or `training`."""
    filename: Mapped[str]
    sha256: Mapped[str]
    generation: Mapped[int] = mapped_column(Integer)
    sealed: Mapped[bytes | None]
    state: Mapped[str]
    """`checked`, `applied` or `discarded`."""
    summary: Mapped[dict[str, Any]]
    """Counts only."""
    created_by: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None]
