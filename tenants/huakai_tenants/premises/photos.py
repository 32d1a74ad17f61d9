"""Dated photographs of what a room has: taken in, shown, taken away for a reason."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, defer

from huakai_platform.kernel import audit, clock, outbox, tenancy
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import FileRefused, Invalid, NotFound
from huakai_platform.kernel.events import NumbersChanged
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.images import reencode
from huakai_tenants.premises.models import PremisesPhoto

SUBJECTS: dict[str, Message] = {"space": _("空间"), "equipment": _("设备"), "wall_document": _("上墙文件")}
MOST_FILES = 60
REASONS: dict[str, Message] = {
    "wrong": _("传错了照片"),
    "unclear": _("看不清"),
    "people": _("照到了不该照的人或内容"),
}
"""Why a photograph is taken away."""


@dataclass(frozen=True)
class Latest:
    """The newest photograph of something."""

    id: UUID
    taken_on: date


def attach(
    session: Session, actor: Actor, subject: str, shows: UUID, content: bytes, *, taken_on: date | None = None
) -> UUID:
    """Keep a photograph of a row of the room, the same one once. Raises FileRefused, or Invalid for a day to come."""
    day = taken_on or clock.today()
    if day > clock.today():
        raise Invalid(_("填写的内容有误。"), {"taken_on": [_("不能晚于今天")]})
    kept = reencode(content)
    digest = hashlib.sha256(kept).hexdigest()
    present = {row.sha256: row for row in of(session, subject, shows)}
    if known := present.get(digest):
        return _again(known, day)
    if len(present) >= MOST_FILES:
        raise FileRefused(_("最多保留 {count} 张照片，请先删除不用的。", count=MOST_FILES))
    row = PremisesPhoto(
        tenant_id=tenancy.current(session),
        id=uuid7(),
        subject=subject,
        shows=shows,
        taken_on=day,
        size=len(kept),
        sha256=digest,
        content=kept,
        added_by=actor.account_id,
        added_at=clock.now(),
    )
    session.add(row)
    session.flush()
    outbox.publish(session, NumbersChanged(clock.month(clock.today()).isoformat()))
    about = {"subject": subject, "shows": str(shows), "sha256": digest, "taken_on": day.isoformat()}
    audit.record(session, actor, "photos.added", "photo", row.id, **about)
    return row.id


def _again(known: Row[*tuple[Any, ...]], day: date) -> UUID:
    """The same photograph of the same day is there already; of another day it shows nothing new."""
    if known.taken_on != day:
        raise FileRefused(_("这张照片已经上传过，请重新拍摄。"))
    found: UUID = known.id
    return found


def of(session: Session, subject: str, shows: UUID) -> Sequence[Row[*tuple[Any, ...]]]:
    """Photographs without their bytes, the newest first."""
    return session.execute(
        select(PremisesPhoto.id, PremisesPhoto.taken_on, PremisesPhoto.sha256, PremisesPhoto.added_at)
        .where(PremisesPhoto.subject == subject, PremisesPhoto.shows == shows)
        .order_by(PremisesPhoto.taken_on.desc(), PremisesPhoto.added_at.desc())
    ).all()


def latest(
    session: Session, subject: str, shows: Iterable[UUID] | None = None, *, by: date | None = None
) -> Mapping[UUID, Latest]:
    """The newest photograph of each row of a kind that was kept at the end of a day; in one statement."""
    newest = (
        select(PremisesPhoto.shows, PremisesPhoto.id, PremisesPhoto.taken_on)
        .ext(distinct_on(PremisesPhoto.tenant_id, PremisesPhoto.shows))
        .where(PremisesPhoto.subject == subject)
        .order_by(
            PremisesPhoto.tenant_id,
            PremisesPhoto.shows,
            PremisesPhoto.taken_on.desc(),
            PremisesPhoto.added_at.desc(),
        )
    )
    if shows is not None:
        newest = newest.where(PremisesPhoto.shows.in_(list(shows)))
    if by is not None:
        newest = newest.where(PremisesPhoto.taken_on <= by, PremisesPhoto.added_at < clock.end_of(by))
    return {row.shows: Latest(row.id, row.taken_on) for row in session.execute(newest)}


def get(session: Session, photo_id: UUID) -> PremisesPhoto:
    """A photograph of this room, not yet looked at. Raises NotFound."""
    wanted = select(PremisesPhoto).where(PremisesPhoto.id == photo_id)
    if found := session.scalar(wanted.options(defer(PremisesPhoto.content))):
        return found
    raise NotFound(_("没有这张照片。"))


def content(session: Session, photo_id: UUID) -> bytes:
    """The JPEG. Raises NotFound."""
    found = session.scalar(select(PremisesPhoto.content).where(PremisesPhoto.id == photo_id))
    if found is None:
        raise NotFound(_("没有这张照片。"))
    return found


def remove(session: Session, actor: Actor, photo_id: UUID, reason: str) -> tuple[str, UUID]:
    """Take a photograph away; why stands in the trail. Gives the kind and id of what it showed."""
    row = get(session, photo_id)
    subject, shows, digest = row.subject, row.shows, row.sha256
    session.delete(row)
    session.flush()
    outbox.publish(session, NumbersChanged(clock.month(clock.today()).isoformat()))
    about = {"subject": subject, "shows": str(shows), "sha256": digest, "reason": reason}
    audit.record(session, actor, "photos.removed", "photo", photo_id, **about)
    return subject, shows
