"""Lets the counts of people out once a month, and counts whole months anew where somebody asks for it."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock, operations, outbox
from huakai_platform.kernel.events import FiguresDue
from huakai_platform.kernel.operations import Operation
from huakai_platform.oversight import facts, persons, release
from huakai_tenants.measures import headcount, workload
from huakai_worker.scope import Work


def announce(session: Session) -> None:
    """The clock's deed on every day: ask for the release of the last month, if it has counts and is not out."""
    month = release.month_due(clock.today())
    if month and release.counted(session, month) and not release.released(session, month):
        outbox.publish(session, FiguresDue(month.isoformat()), dedup=f"figures:{month.isoformat()}")


def release_month(work: Work, *, month: str) -> None:
    """Let a month out, once."""
    of = date.fromisoformat(month)
    if not release.released(work.session, of):
        release.release(work.session, of, work.settings.smallest_count)


def recount(work: Work, *, operation_id: str, site_id: str) -> None:
    """Count the operation's month of one site anew."""
    operation, site = UUID(operation_id), UUID(site_id)
    params = work.session.scalar(select(Operation.params).where(Operation.id == operation)) or {}
    month = date.fromisoformat(params["month"])
    facts.recompute(work.session, site, month, workload.counts)
    persons.recompute(work.session, site, month, headcount.counts)
    operations.finish_item(work.session, operation, site)
