"""What every measure must know of its room."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock, tenancy
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.sites import Site

MONTHS_BACK = 12


@dataclass(frozen=True, slots=True)
class Room:
    edition_id: UUID
    tier: str
    opened_on: date | None


@dataclass(frozen=True, slots=True)
class Window:
    """The span that counted metrics look back on, both days included."""

    since: date
    until: date


def here(session: Session) -> Room:
    """The room that the session has entered. Raises NotFound while it has no edition."""
    row = session.execute(
        select(Site.edition_id, Site.tier, Site.opened_at).where(Site.id == tenancy.current(session))
    ).one_or_none()
    if row is None or row.edition_id is None:
        raise NotFound(_("本站点尚未开通。"))
    return Room(row.edition_id, row.tier, row.opened_at.astimezone(clock.CHINA).date() if row.opened_at else None)


def window(room: Room, day: date) -> Window:
    """Twelve months up to a day, or since the opening where that was later."""
    year = clock.months_on(day, -MONTHS_BACK) + timedelta(days=1)
    return Window(min(day, max(year, room.opened_on or year)), day)
