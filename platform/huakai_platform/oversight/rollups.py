"""Regions' numbers as sums of their sites' and children's, drained bottom up from the marks that changes leave."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, delete, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock, outbox
from huakai_platform.kernel.events import RegionStuck
from huakai_platform.kernel.sites import WORKING
from huakai_platform.oversight import rollup_sql
from huakai_platform.oversight.models import DirtyRegion, RegionRollup
from huakai_platform.regions.present import PRESENT
from huakai_platform.regions.service import COUNTRY, LEVELS

MOST = 2000
LOCK = 0x4855414B4149
"""Only one folds at a time; who finds it taken leaves the marks to the other."""

Difference = Row[str, Any, Any]


def fold(session: Session, *, most: int = MOST) -> int:
    """Recompute about `most` marked regions, deepest first, and mark what is above them; how many were folded.

    What is marked is read in the snapshot that reads the facts, so a mark is never taken without its fact; undone with
    the transaction, it is marked as before. Call again, in a new transaction, until it says 0.
    """
    if not session.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": LOCK}):
        return 0
    folded = 0
    while folded < most and (done := _fold_deepest(session, most - folded)):
        folded += done
    return folded


def rebuild(session: Session, month: date) -> int:
    """Compute a month anew from the facts alone, or `PRESENT` from the sites; how many regions have numbers."""
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
    session.execute(delete(RegionRollup).where(RegionRollup.month == month))
    session.execute(rollup_sql.MARK_ALL, {"month": month, "present": PRESENT, "now": clock.now()})
    folded = 0
    while done := _fold_deepest(session, MOST):
        folded += done
    return folded


def check(session: Session, month: date) -> Sequence[Difference]:
    """Regions whose rollup is not the sum of the facts below it, with both; what waits to be folded is left out."""
    return session.execute(rollup_sql.DIFFERENCES, {"month": month, **_AT_PRESENT}).all()


@dataclass(frozen=True)
class Glance:
    """What can be said of the rollups without looking at any site."""

    waiting: int
    since: datetime | None
    agrees: bool
    """Whether the country is the sum of what lies below it; not asked while something waits."""


def glance(session: Session, month: date) -> Glance:
    """Whether the rollups are up to date, in one statement whatever the number of sites."""
    row = session.execute(rollup_sql.GLANCE, {"month": month, "country": COUNTRY}).one()
    return Glance(row.waiting, row.since, bool(row.waiting) or row.country == row.below)


def waiting(session: Session) -> bool:
    """Whether anything is marked."""
    return bool(session.scalar(text("SELECT EXISTS (SELECT FROM oversight.dirty_region)")))


def fold_one(session: Session, region_code: str, month: date) -> None:
    """Sum up one region again that could not be summed up with the others, and mark what is above it."""
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
    session.add(DirtyRegion(region_code=region_code, month=month, marked_at=clock.now()))
    session.flush()
    _fold_marked(session, 1, (region_code, month))


def _fold_deepest(session: Session, most: int) -> int:
    try:
        with session.begin_nested():
            return _fold_marked(session, most)
    except DBAPIError as error:
        if error.connection_invalidated:
            raise
        return _fold_apart(session, most)


def _fold_apart(session: Session, most: int) -> int:
    """Each of the deepest regions under a savepoint: one that cannot be summed up loses its mark and goes into the
    queue, where it is tried again, shown with its reason and given up."""
    marked = session.execute(rollup_sql.DEEPEST, {"levels": list(LEVELS), "most": most}).all()
    for region_code, month in marked:
        try:
            with session.begin_nested():
                _fold_marked(session, 1, (region_code, month))
        except DBAPIError as error:
            if error.connection_invalidated:
                raise
            unmarked = DirtyRegion.region_code == region_code, DirtyRegion.month == month
            session.execute(delete(DirtyRegion).where(*unmarked))
            stuck = RegionStuck(region_code, month.isoformat())
            outbox.ask_again(session, stuck, dedup=f"stuck:{region_code}:{month}")
    return len(marked)


def _fold_marked(session: Session, most: int, only: tuple[str, date] | None = None) -> int:
    code, month = only or (None, None)
    arguments = {"levels": list(LEVELS), "most": most, "now": clock.now(), "code": code, "month": month}
    return session.scalar(rollup_sql.FOLD, arguments | _AT_PRESENT) or 0


_AT_PRESENT: dict[str, Any] = {"present": PRESENT, "working": sorted(WORKING)}
