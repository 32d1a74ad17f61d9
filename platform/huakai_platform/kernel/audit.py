"""The audit trail's writing end: one hash chain a tenant, written in the transaction of the deed."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Index, UniqueConstraint, bindparam, insert, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Mapped, Session, mapped_column

from huakai_platform.kernel import clock, tenancy
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.db import Base, table
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.tenancy import TenantOwned

FIRST = bytes(32)
"""What the first entry of a chain follows."""


class AuditHead(TenantOwned, Base):
    """The end of a tenant's chain; its row is the lock under which the chain grows. `id` is the tenant's own."""

    __tablename__ = "audit_head"
    __table_args__ = ({"schema": "tenant"},)

    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes]


class AuditEntry(TenantOwned, Base):
    """One deed: who, what, on which object. Never content: `detail` holds codes, counts and digests."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        UniqueConstraint("tenant_id", "seq", name="audit_entry_tenant_id_seq_key"),
        Index("audit_entry_at_idx", "tenant_id", "at"),
        Index("audit_entry_object_idx", "tenant_id", "object"),
        Index("audit_entry_actor_idx", "tenant_id", "actor"),
        {"schema": "tenant"},
    )

    seq: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    actor: Mapped[UUID | None]
    """The account; nobody where the platform itself acted."""
    actor_name: Mapped[str]
    role: Mapped[str | None]
    deed: Mapped[str]
    """`things.verb`, as `staff.contact_read`."""
    object_kind: Mapped[str]
    object: Mapped[str]
    detail: Mapped[dict[str, Any]]
    previous: Mapped[bytes]
    hash: Mapped[bytes]


_HEAD, _ENTRY = table(AuditHead), table(AuditEntry)
_NEXT = (
    upsert(_HEAD)
    .values(seq=1, hash=FIRST)
    .on_conflict_do_update(constraint="audit_head_pkey", set_={"seq": _HEAD.c.seq + 1})
    .returning(_HEAD.c.seq, _HEAD.c.hash)
)
_GROW = update(_HEAD).where(_HEAD.c.tenant_id == bindparam("of_tenant"))


def record(
    session: Session, actor: Actor | None, deed: str, object_kind: str, object_id: UUID | str, **detail: Any
) -> None:
    """Append a deed to the chain of the session's tenant; the last thing a service does, as it locks the chain.

    `detail` holds codes, counts, dates and digests: neither names nor content.
    """
    tenant_id = tenancy.current(session)
    head = session.execute(_NEXT, {"tenant_id": tenant_id, "id": tenant_id}).one()
    entry: dict[str, Any] = {
        "tenant_id": tenant_id,
        "seq": head.seq,
        "at": clock.now(),
        "actor": actor.account_id if actor else None,
        "actor_name": actor.name if actor else "",
        "role": actor.role.value if actor and actor.role else None,
        "deed": deed,
        "object_kind": object_kind,
        "object": str(object_id),
        "detail": _plain(detail),
    }
    grown = digest(entry, head.hash)
    session.execute(insert(_ENTRY), {**entry, "id": uuid7(), "previous": head.hash, "hash": grown})
    session.execute(_GROW, {"of_tenant": tenant_id, "hash": grown})


def digest(entry: Any, previous: bytes) -> bytes:
    """SHA-256 over the entry before and this one as canonical JSON; what `huakai audit verify` recomputes."""
    said = {name: entry[name] for name in SEALED}
    said["tenant_id"], said["at"] = (
        str(entry["tenant_id"]),
        entry["at"].astimezone(UTC).isoformat(timespec="microseconds"),
    )
    said["actor"] = str(entry["actor"]) if entry["actor"] else None
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(previous + text.encode()).digest()


def _plain(value: Any) -> Any:
    """Only what comes back from the table as it went in; a fraction becomes text."""
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(one) for one in (sorted(value) if isinstance(value, set | frozenset) else value)]
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, float | Decimal | UUID):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, str) else value


SEALED = (
    "tenant_id",
    "seq",
    "at",
    "actor",
    "actor_name",
    "role",
    "deed",
    "object_kind",
    "object",
    "detail",
)
