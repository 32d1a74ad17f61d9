"""What a person is told inside the product: one row a recipient, in the tenant it is about."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    DateTime,
    ForeignKeyConstraint,
    Index,
    Select,
    UniqueConstraint,
    delete,
    func,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Mapped, Session, mapped_column

from huakai_platform.kernel import clock, tenancy
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.db import Base, table
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.message_types import MessageType
from huakai_platform.kernel.tenancy import TenantOwned

PAGE_SIZE = 30
UNREAD = text("read_at IS NULL")


class Notice(TenantOwned, Base):
    """A line in somebody's list; under the nil tenant for people of the console."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("tenant_id", "account_id", "dedup", name="notice_tenant_id_account_id_dedup_key"),
        ForeignKeyConstraint(["account_id"], ["platform.account.id"], name="notice_account_id_fkey"),
        Index("notice_account_id_idx", "tenant_id", "account_id", "created_at"),
        Index("notice_unread_idx", "tenant_id", "account_id", postgresql_where=UNREAD),
        {"schema": "tenant"},
    )

    account_id: Mapped[UUID]
    dedup: Mapped[str]
    kind: Mapped[str]
    text: Mapped[str] = mapped_column(MessageType)
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


@dataclass(frozen=True)
class Listing:
    """One page of somebody's notices: the unread first, then the newest."""

    rows: Sequence[Notice]
    total: int
    page: int
    unread: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


def own(actor: Actor) -> Select[*tuple[Any, ...]]:
    """The actor's notices in the session's tenant, in no order, for a list that goes on by key."""
    columns = (Notice.id, Notice.kind, Notice.text, Notice.href, Notice.created_at, Notice.read_at)
    return select(*columns).where(Notice.account_id == actor.account_id)


def mine(session: Session, actor: Actor, *, unread: bool = False, page: int = 1) -> Listing:
    """The actor's own notices in the session's tenant, all or only the unread."""
    own = [Notice.account_id == actor.account_id]
    fresh = Notice.read_at.is_(None)
    every, new = session.execute(select(func.count(), func.count().filter(fresh)).where(*own)).one()
    total = new if unread else every
    page = min(page, max(1, -(-total // PAGE_SIZE)))
    wanted = select(Notice).where(*own, *([fresh] if unread else []))
    ordered = wanted.order_by(fresh.desc(), Notice.created_at.desc(), Notice.id.desc())
    return Listing(session.scalars(ordered.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)).all(), total, page, new)


def read(session: Session, actor: Actor, notice_id: UUID) -> str:
    """Mark one of the actor's own notices as read; where it points. Raises NotFound."""
    found = session.scalar(select(Notice).where(Notice.id == notice_id, Notice.account_id == actor.account_id))
    if found is None:
        raise NotFound(_("没有这条通知。"))
    found.read_at = found.read_at or clock.now()
    return found.href


def read_all(session: Session, actor: Actor) -> int:
    """Mark everything of the actor in this tenant as read; how many that were."""
    unread = update(Notice).where(Notice.account_id == actor.account_id, Notice.read_at.is_(None))
    return len(session.execute(unread.values(read_at=clock.now()).returning(Notice.id)).all())


def forget(session: Session, before: datetime) -> None:
    """Take away what was read before a moment, in the session's tenant."""
    session.execute(delete(Notice).where(Notice.read_at < before))
