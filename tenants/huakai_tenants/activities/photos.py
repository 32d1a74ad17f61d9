"""Photos of an activity. They stay in the room: nobody above reads them."""

import hashlib
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session, defer

from huakai_platform.kernel import audit, clock
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import FileRefused, NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.images import reencode
from huakai_platform.kernel.text import file_name
from huakai_tenants.activities import service
from huakai_tenants.activities.models import ActivityPhoto

MOST = 12


def attach(session: Session, actor: Actor, activity_id: UUID, name: str, content: bytes) -> None:
    """Keep a photo, written anew; the same photo twice once. Raises FileRefused."""
    kept = reencode(content)
    digest = hashlib.sha256(kept).hexdigest()
    service.get(session, activity_id, lock=True)
    present = session.scalars(select(ActivityPhoto.sha256).where(ActivityPhoto.activity_id == activity_id)).all()
    if digest in present:
        return
    if len(present) >= MOST:
        raise FileRefused(_("每次活动最多 {count} 张照片。", count=MOST))
    row = ActivityPhoto(
        id=uuid7(),
        activity_id=activity_id,
        name=_named(name),
        size=len(kept),
        sha256=digest,
        content=kept,
        added_by=actor.account_id,
        added_at=clock.now(),
    )
    session.add(row)
    session.flush()
    audit.record(session, actor, "activities.photo_added", "activity", activity_id, sha256=digest, size=row.size)


def of(session: Session, activity_id: UUID) -> Sequence[Row[*tuple[Any, ...]]]:
    """An activity's photos without their bytes."""
    wanted = select(ActivityPhoto.id, ActivityPhoto.name).where(ActivityPhoto.activity_id == activity_id)
    return session.execute(wanted.order_by(ActivityPhoto.added_at, ActivityPhoto.id)).all()


def get(session: Session, photo_id: UUID) -> ActivityPhoto:
    """A photo of this room. Raises NotFound."""
    wanted = select(ActivityPhoto).where(ActivityPhoto.id == photo_id).options(defer(ActivityPhoto.content))
    if found := session.scalar(wanted):
        return found
    raise NotFound(_("没有这个文件。"))


def remove(session: Session, actor: Actor, photo_id: UUID) -> UUID:
    """Take a photo away; gives its activity."""
    row = get(session, photo_id)
    activity_id, digest = row.activity_id, row.sha256
    session.delete(row)
    session.flush()
    audit.record(session, actor, "activities.photo_removed", "activity", activity_id, sha256=digest)
    return activity_id


def _named(given: str) -> str:
    """The given name without what cannot be seen, ending as what was kept is read."""
    plain = file_name(given)
    return f"{(plain.rpartition('.')[0] or plain)[-100:].strip() or 'photo'}.jpg"
