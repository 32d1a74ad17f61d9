"""What changed for a room when it came to another edition, and its word that it has read so."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from huakai_platform.kernel import audit, clock, outbox, tenancy
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.db import table
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.events import EditionConfirmed
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.ids import uuid7
from huakai_platform.standards import service as standards
from huakai_platform.standards import tiers
from huakai_platform.standards.difference import Change
from huakai_platform.standards.models import Edition
from huakai_platform.standards.pinned import pinned
from huakai_platform.standards.service import Bodies
from huakai_tenants.standard.models import EditionChange

MOST = 50

_TELL = upsert(table(EditionChange))
_AGAIN = _TELL.on_conflict_do_update(
    constraint="edition_change_release_key",
    set_={name: _TELL.excluded[name] for name in ("changed_at", "confirmed_by", "confirmed_at")},
)


@dataclass(frozen=True)
class Changed:
    """One change of edition with what is different for the room's tier."""

    row: EditionChange
    before: Edition
    after: Edition
    changes: tuple[Change, ...]
    bodies: Bodies
    """Of both editions, for the names of things."""

    @property
    def counts(self) -> dict[str, int]:
        return tiers.tally(self.changes)


def tell(session: Session, release_id: UUID, left: UUID, came: UUID, note: str | None, act_by: date | None) -> None:
    """Write down that the session's room came to another edition; it waits to be confirmed."""
    row = {
        "tenant_id": tenancy.current(session),
        "id": uuid7(),
        "release": release_id,
        "from_edition_id": left,
        "to_edition_id": came,
        "note": note,
        "act_by": act_by,
        "changed_at": clock.now(),
    }
    session.execute(_AGAIN, {**row, "confirmed_by": None, "confirmed_at": None})


def waiting(session: Session) -> Changed | None:
    """The latest change of the room, unless it has been confirmed."""
    latest = session.scalar(select(EditionChange).order_by(EditionChange.changed_at.desc()).limit(1))
    return _changed(session, latest) if latest and latest.confirmed_at is None else None


def history(session: Session) -> list[Changed]:
    """The latest changes, the newest first."""
    rows = session.scalars(select(EditionChange).order_by(EditionChange.changed_at.desc()).limit(MOST)).all()
    return [_changed(session, row) for row in rows]


def get(session: Session, change_id: UUID) -> Changed:
    """One change of the room; raises NotFound."""
    return _changed(session, _row(session, change_id))


def confirm(session: Session, actor: Actor, change_id: UUID) -> None:
    """Say for the room that a change has been read; again changes nothing. Raises NotFound."""
    row = _row(session, change_id, lock=True)
    if row.confirmed_at is not None:
        return
    row.confirmed_by, row.confirmed_at = actor.account_id, clock.now()
    session.flush()
    outbox.publish(session, EditionConfirmed(row.release))
    audit.record(session, actor, "editions.confirmed", "edition_change", change_id, edition=row.to_edition_id)


def _row(session: Session, change_id: UUID, *, lock: bool = False) -> EditionChange:
    wanted = select(EditionChange).where(EditionChange.id == change_id)
    if found := session.scalar(wanted.with_for_update() if lock else wanted):
        return found
    raise NotFound(_("没有这次标准变化。"))


def _changed(session: Session, row: EditionChange) -> Changed:
    tier = pinned(session).tier
    sides = (row.from_edition_id, row.to_edition_id)
    bodies = {key: body for edition_id in sides for key, body in standards.bodies(session, edition_id).items()}
    before, after = (standards.edition(session, edition_id) for edition_id in sides)
    return Changed(row, before, after, tiers.changes(session, *sides, tier), bodies)
