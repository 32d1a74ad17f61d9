"""What hangs on the wall of a site."""

from datetime import datetime

from sqlalchemy import DateTime, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from huakai_platform.kernel.db import Base
from huakai_platform.kernel.tenancy import TenantOwned


class WallDocument(TenantOwned, Base):
    """A rule or notice that was shown to hang there; what it must say stands in the edition under `code`."""

    __tablename__ = "wall_document"
    __table_args__ = (
        UniqueConstraint("tenant_id", "code", name="wall_document_tenant_id_code_key"),
        {"schema": "tenant"},
    )

    code: Mapped[str]
    note: Mapped[str | None]
    """Where it hangs."""
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
