"""What the room of a session is held to: its edition and tier, read in one place."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock, tenancy
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.sites import WORKING, Site

TRIED, HELD = "huakai.edition", "huakai.pinned"


@dataclass(frozen=True, slots=True)
class Pinned:
    """The edition that a room works by, its tier, and since when it is open."""

    edition_id: UUID
    tier: str
    opened_on: date | None
    operating_since: date | None
    works: bool = True
    """Whether the room works now; it may be held to an edition before it opens and after it closed."""


def find(session: Session) -> Pinned | None:
    """Of the room that the session has entered, read once in a transaction; None while it has no edition."""
    held = _held(session)
    tried = session.info.get(TRIED)
    return replace(held, edition_id=tried) if held and tried else held


def pinned(session: Session) -> Pinned:
    """Of the room that the session has entered. Raises NotFound while it has no edition."""
    if found := find(session):
        return found
    raise NotFound(_("本站点还没有采用任何一版标准。"))


def forget(session: Session) -> None:
    """Read the room anew the next time: what it is held to was changed in this transaction."""
    session.info.pop(HELD, None)


@contextmanager
def under(session: Session, edition_id: UUID) -> Iterator[None]:
    """Look at the session's room as if it were held to another edition; nothing is written for it."""
    session.info[TRIED] = edition_id
    try:
        yield
    finally:
        del session.info[TRIED]


def _held(session: Session) -> Pinned | None:
    known = session.info.get(HELD)
    if known is None or known[0] is not session.get_transaction():
        found = _read(session)
        known = session.info[HELD] = (session.get_transaction(), found)
    return known[1]


def _read(session: Session) -> Pinned | None:
    row = session.execute(
        select(Site.edition_id, Site.tier, Site.opened_at, Site.operating_since, Site.state).where(
            Site.id == tenancy.current(session)
        )
    ).one_or_none()
    if row is None or row.edition_id is None:
        return None
    opened_on = row.opened_at.astimezone(clock.CHINA).date() if row.opened_at else None
    return Pinned(row.edition_id, row.tier, opened_on, row.operating_since, row.state in WORKING)
