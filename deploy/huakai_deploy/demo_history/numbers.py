"""The numbers that the story of a room comes to, counted by the platform's own machinery."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from huakai_deploy.demo_history.rooms import Place, opened_on
from huakai_deploy.demo_history.writing import LAZILY
from huakai_platform.compliance import standing
from huakai_platform.drift import standing as drift
from huakai_platform.kernel import clock
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases, table
from huakai_platform.kernel.sites import Site
from huakai_platform.oversight import facts, persons, release, rollups
from huakai_platform.oversight.models import FigureRelease
from huakai_tenants.measures import compliance, deviations, headcount, workload

MONTHS, PEOPLE = 12, 6
"""For how many months work is counted, and people."""


def count(session: Session, place: Place, today: date) -> None:
    """Let the site have been open since its first day, and count every month since; marks it as told."""
    session.execute(LAZILY)
    day = opened_on(place, today)
    opened = clock.end_of(day) - timedelta(hours=15)
    session.execute(update(table(Site)).where(table(Site).c.id == place.id).values(opened_at=opened))
    this = clock.month(today)
    months = [clock.months_on(this, -back) for back in range(MONTHS - 1, -1, -1)]
    for month in months:
        if month >= clock.month(day):
            facts.recompute(session, place.id, month, workload.counts)
    for month in months[-PEOPLE:]:
        persons.recompute(session, place.id, month, headcount.counts)
    standing.recompute(session, place.id, today, compliance.measure)
    drift.recompute(session, place.id, today, deviations.look)


def sum_up(databases: Databases) -> None:
    """Carry the numbers up the regions, as the worker does with what it finds marked."""
    folded = 1
    while folded:
        with databases.session(Login.WORKER) as session:
            folded = rollups.fold(session)


def let_out(databases: Databases, settings: Settings, today: date) -> None:
    """Release the people of the months that are over and counted, the earliest first."""
    last = release.month_due(today) or clock.months_on(clock.month(today), -2)
    for back in range(PEOPLE - 2, -1, -1):
        month = clock.months_on(last, -back)
        with databases.session(Login.WORKER) as session:
            newest = session.scalar(select(FigureRelease.month).order_by(FigureRelease.month.desc()).limit(1))
            if release.counted(session, month) and (newest is None or newest < month):
                release.release(session, month, settings.smallest_count)


def told(session: Session, ids: list[UUID]) -> set[UUID]:
    """The sites whose story is written: they were open before they were entered."""
    rows = session.scalars(select(Site.id).where(Site.id.in_(ids), Site.opened_at < Site.created_at))
    return set(rows)
