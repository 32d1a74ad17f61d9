"""Lets the counts of people of a month out: protected, written once, never changed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import exists, func, insert, select, text
from sqlalchemy.orm import Session

from huakai_platform.kernel import audit, clock
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.canonical import digest
from huakai_platform.kernel.db import table
from huakai_platform.kernel.errors import Conflict
from huakai_platform.kernel.i18n import _
from huakai_platform.oversight import census
from huakai_platform.oversight.facts import AFTERTHOUGHTS
from huakai_platform.oversight.models import FigureRelease, PersonFact, ReleasedFigure
from huakai_platform.oversight.protection import Cell, Shown, protect

LOCK = 0x4855414B414A
"""Only one releases at a time, so that each sees all that went before."""


def month_due(today: date) -> date | None:
    """The month to release on a day: the one before, once nothing of it is counted anew any more."""
    return clock.months_on(clock.month(today), -1) if today.day > AFTERTHOUGHTS else None


def released(session: Session, month: date) -> bool:
    return session.get(FigureRelease, month) is not None


def counted(session: Session, month: date) -> bool:
    """Whether any site has counts of people of a month."""
    return bool(session.scalar(select(exists().where(PersonFact.month == month))))


def release(session: Session, month: date, threshold: int, actor: Actor | None = None) -> FigureRelease:
    """Protect a month against all that went before and let it out.

    Raises Conflict for one that is not over, has no counts, is out, or is older than one that is.
    """
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
    earlier = session.scalars(select(FigureRelease.month).order_by(FigureRelease.month)).all()
    _refuse(month, earlier)
    if not counted(session, month):
        raise Conflict(_("{month} 没有人数数据。", month=f"{month:%Y-%m}"))
    country, known = census.of(session, month, threshold, earlier)
    shown = protect(country, census.METRICS, threshold, known)
    rows = _rows(month, country, shown)
    made = FigureRelease(month=month, threshold=threshold, digest=_digest(rows), released_at=clock.now())
    session.add(made)
    session.flush()
    if rows:
        session.execute(insert(table(ReleasedFigure)), rows)
    about = {"threshold": threshold, "places": len(rows), "digest": made.digest}
    audit.record(session, actor, "figures.released", "release", f"{month:%Y-%m}", **about)
    return made


def _refuse(month: date, earlier: Sequence[date]) -> None:
    last = month_due(clock.today()) or clock.months_on(clock.month(clock.today()), -2)
    if month > last:
        raise Conflict(_("{month} 还不能发布：每月数字在次月 8 日以后定下来。", month=f"{month:%Y-%m}"))
    if earlier and month <= earlier[-1]:
        raise Conflict(_("{month} 已经发布，或早于已发布的月份，不能再发布。", month=f"{month:%Y-%m}"))


def _rows(month: date, country: Cell, shown: Shown) -> list[dict[str, object]]:
    sites = {cell.place: cell.sites for cell in _all(country)}
    return [{"month": month, "place": place, "sites": sites[place], "metrics": shown[place]} for place in sorted(shown)]


def _all(cell: Cell) -> Iterable[Cell]:
    yield cell
    for child in cell.children:
        yield from _all(child)


def _digest(rows: Sequence[Mapping[str, object]]) -> str:
    return digest([{**row, "month": str(row["month"])} for row in rows])


def places(session: Session, month: date) -> int:
    """How many places a released month tells of."""
    return session.scalar(select(func.count()).where(ReleasedFigure.month == month)) or 0
