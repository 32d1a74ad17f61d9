"""What a person is told inside the product: one row a recipient, in the tenant it is about."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Mapped, Session, mapped_column

from huakai_platform.kernel import clock, tenancy
from huakai_platform.kernel.db import Base, table
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.tenancy import TenantOwned
from huakai_platform.kernel.told import Told


class Notice(TenantOwned, Base):
    """A line in somebody's list; under the nil tenant for people of the console."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("tenant_id", "account_id", "dedup", name="notice_tenant_id_account_id_dedup_key"),
        ForeignKeyConstraint(["account_id"], ["platform.account.id"], name="notice_account_id_fkey"),
        Index("notice_account_id_idx", "tenant_id", "account_id", "created_at"),
        {"schema": "tenant"},
    )

    account_id: Mapped[UUID]
    dedup: Mapped[str]
    kind: Mapped[str]
    text: Mapped[str] = mapped_column(Told)
    href: Mapped[str]
    """A path of this product, where the thing is."""
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    read_at: Mapped[datetime | None]


_TELL = upsert(table(Notice)).on_conflict_do_nothing(constraint="notice_tenant_id_account_id_dedup_key")


def tell(
    session: Session, accounts: Iterable[UUID], *, kind: str, text: str, href: str, dedup: str | None = None
) -> None:
    """Tell people something within the session's tenant, each once per `dedup`; texts carry no content of a case."""
    now, tenant_id = clock.now(), tenancy.current(session)
    rows = [
        {
            "tenant_id": tenant_id,
            "id": (row_id := uuid7()),
            "account_id": account_id,
            "dedup": dedup or str(row_id),
            "kind": kind,
            "text": text,
            "href": href,
            "created_at": now,
        }
        for account_id in accounts
    ]
    if rows:
        session.execute(_TELL, rows)
