"""The latest deeds of the story in the room's chain, linked as `audit.record` links them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from huakai_deploy.demo_history.writing import write
from huakai_platform.kernel import audit, clock, tenancy
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.audit import AuditEntry, AuditHead
from huakai_platform.kernel.db import table
from huakai_platform.kernel.ids import uuid7

KEPT = timedelta(days=45)
_HEAD = table(AuditHead)


@dataclass(frozen=True)
class Deed:
    """What a person of the room did at a time of the past."""

    at: datetime
    by: Actor
    deed: str
    kind: str
    object: UUID
    detail: Mapping[str, Any]


def tell(session: Session, deeds: Iterable[Deed]) -> None:
    """Append the deeds of the last weeks, the earliest first, under the lock of the chain."""
    tenant_id, now = tenancy.current(session), clock.now()
    head = session.execute(
        select(_HEAD.c.seq, _HEAD.c.hash).where(_HEAD.c.tenant_id == tenant_id).with_for_update()
    ).one()
    seq, grown = head.seq, head.hash
    rows: list[dict[str, Any]] = []
    for one in sorted((one for one in deeds if one.at > now - KEPT), key=lambda one: one.at):
        seq += 1
        entry = _entry(tenant_id, seq, one)
        previous, grown = grown, audit.digest(entry, grown)
        rows.append({**entry, "id": uuid7(), "previous": previous, "hash": grown})
    if rows:
        write(session, AuditEntry, rows)
        session.execute(update(_HEAD).where(_HEAD.c.tenant_id == tenant_id).values(seq=seq, hash=grown))


def _entry(tenant_id: UUID, seq: int, one: Deed) -> dict[str, Any]:
    return {
        "tenant_id": tenant_id,
        "seq": seq,
        "at": one.at.astimezone(UTC),
        "actor": one.by.account_id,
        "actor_name": one.by.name,
        "role": one.by.role.value if one.by.role else None,
        "deed": one.deed,
        "object_kind": one.kind,
        "object": str(one.object),
        "detail": dict(one.detail),
    }
