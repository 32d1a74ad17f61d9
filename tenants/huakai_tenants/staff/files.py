"""Scans that prove a qualification or a training record."""

import hashlib
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session, defer

from huakai_platform.kernel import audit, clock, tenancy
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import FileRefused, NotFound
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.images import check_size, reencode
from huakai_platform.kernel.text import file_name
from huakai_tenants.staff import service
from huakai_tenants.staff.models import StaffFile

MOST_FILES = 6
PDF = "application/pdf"
QUALIFICATION = "qualification"
REASONS: dict[str, Message] = {
    "wrong": _("传错了文件"),
    "unclear": _("看不清"),
    "replaced": _("已有更新的扫描件"),
}
"""Why a scan is taken away."""


def attach(
    session: Session, actor: Actor, member_id: UUID, proves: UUID, name: str, content: bytes, *, kind: str
) -> None:
    """Keep a scan of a person's `qualification` or `training` record; the same scan twice once. Raises FileRefused."""
    check_size(content)
    media_type = PDF if content[:5] == b"%PDF-" else "image/jpeg"
    kept = content if media_type == PDF else reencode(content)
    digest = hashlib.sha256(kept).hexdigest()
    service.get(session, member_id, lock=True)
    present = session.scalars(select(StaffFile.sha256).where(StaffFile.proves == proves)).all()
    if digest in present:
        return
    if len(present) >= MOST_FILES:
        raise FileRefused(_("每份证书最多 {count} 个文件。", count=MOST_FILES))
    row = StaffFile(
        tenant_id=tenancy.current(session),
        id=uuid7(),
        member_id=member_id,
        kind=kind,
        proves=proves,
        name=_named(name, "pdf" if media_type == PDF else "jpg"),
        media_type=media_type,
        size=len(kept),
        sha256=digest,
        content=kept,
        added_by=actor.account_id,
        added_at=clock.now(),
    )
    session.add(row)
    session.flush()
    audit.record(session, actor, "staff.file_added", "staff_member", member_id, sha256=digest, size=row.size)


def of(session: Session, member_id: UUID, kind: str) -> dict[UUID, list[Row[*tuple[Any, ...]]]]:
    """A person's scans without their bytes, by what they prove."""
    rows: Sequence[Row[*tuple[Any, ...]]] = session.execute(
        select(StaffFile.id, StaffFile.proves, StaffFile.name, StaffFile.media_type, StaffFile.size)
        .where(StaffFile.member_id == member_id, StaffFile.kind == kind)
        .order_by(StaffFile.added_at, StaffFile.id)
    ).all()
    found: dict[UUID, list[Row[*tuple[Any, ...]]]] = {}
    for row in rows:
        found.setdefault(row.proves, []).append(row)
    return found


def get(session: Session, file_id: UUID) -> StaffFile:
    """A scan of this room, not yet looked at. Raises NotFound."""
    if found := session.scalar(select(StaffFile).where(StaffFile.id == file_id).options(defer(StaffFile.content))):
        return found
    raise NotFound(_("没有这个文件。"))


def read(session: Session, actor: Actor, file_id: UUID) -> StaffFile:
    """A scan with its bytes; recorded, as it shows a person's data. Raises NotFound."""
    row = get(session, file_id)
    audit.record(session, actor, "staff.file_read", "staff_member", row.member_id, sha256=row.sha256)
    return row


def remove(session: Session, actor: Actor, file_id: UUID, reason: str) -> UUID:
    """Take a scan away; why stands in the trail. Gives the person's id."""
    row = get(session, file_id)
    member_id, digest = row.member_id, row.sha256
    session.delete(row)
    session.flush()
    about = {"sha256": digest, "reason": reason}
    audit.record(session, actor, "staff.file_removed", "staff_member", member_id, **about)
    return member_id


def _named(given: str, ending: str) -> str:
    """The given name without what cannot be seen, ending as what was kept is read."""
    plain = file_name(given)
    return f"{(plain.rpartition('.')[0] or plain)[-100:].strip() or 'scan'}.{ending}"
