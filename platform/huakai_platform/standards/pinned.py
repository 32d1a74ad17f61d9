"""What the room of a session is held to: its edition and tier, read in one place."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock, tenancy
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.sites import Site

TRIED = "huakai.edition"


@dataclass(frozen=True, slots=True)
class Pinned:
    """The edition that a room works by, its tier, and since when it is open."""

    edition_id: UUID
    tier: str
    opened_on: date | None
    operating_since: date | None


def find(session: Session) -> Pinned | None:
    """Of the room that the session has entered; None while it has no edition."""
    row = session.execute(
        select(Site.edition_id, Site.tier, Site.opened_at, Site.operating_since).where(
            Site.id == tenancy.current(session)
        )
    ).one_or_none()
    edition_id = session.info.get(TRIED) or (row.edition_id if row else None)
    if row is None or edition_id is None:
        return None
    opened_on = row.opened_at.astimezone(clock.CHINA).date() if row.opened_at else None
    return Pinned(edition_id, row.tier, opened_on, row.operating_since)


def pinned(session: Session) -> Pinned:
    """Of the room that the session has entered. Raises NotFound while it has no edition."""
    if found := find(session):
        return found
    raise NotFound(_("本站点还没有采用任何一版标准。"))


@contextmanager
def under(session: Session, edition_id: UUID) -> Iterator[None]:
    """Look at the session's room as if it were held to another edition; nothing is written for it."""
    session.info[TRIED] = edition_id
    try:
        yield
    finally:
        del session.info[TRIED]
