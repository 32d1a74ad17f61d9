"""How many townships and communities there are to reach: in a region, and in each one below it."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from huakai_platform.regions.models import Region

SECONDS = 600.0
"""How long an answer may be kept: regions change by imports only, a few times a year."""


@dataclass(frozen=True)
class Extent:
    """Communities are 0 where none are loaded: then nobody knows how many there are."""

    townships: int = 0
    communities: int = 0


UNKNOWN = Extent()
Extents = Mapping[str, Extent]
_kept: dict[str, tuple[float, Extents]] = {}
_lock = threading.Lock()


def of(session: Session, code: str) -> Extents:
    """The extents of a region and of those right below it, at most ten minutes old."""
    with _lock:
        kept = _kept.get(code)
    if kept and time.monotonic() - kept[0] < SECONDS:
        return kept[1]
    found = _count(session, code)
    with _lock:
        _kept[code] = (time.monotonic(), found)
    return found


def forget() -> None:
    with _lock:
        _kept.clear()


def _count(session: Session, code: str) -> Extents:
    below = Region.ancestors[func.array_position(Region.ancestors, code) - 1]
    rows = session.execute(
        select(below, Region.level, func.count())
        .where(
            Region.ancestors.contains([code]), Region.valid_to.is_(None), Region.level.in_(["township", "community"])
        )
        .group_by(below, Region.level)
    ).all()
    places = {code, *(child for child, _level, _number in rows if child)}
    return {
        place: Extent(
            sum(number for child, level, number in rows if level == "township" and place in (code, child)),
            sum(number for child, level, number in rows if level == "community" and place in (code, child)),
        )
        for place in places
    }
