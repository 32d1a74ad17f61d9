"""What a room's checklists of a month come to, as numbers."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import Date, DateTime, Select, bindparam, cast, func, or_, select
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock, tenancy
from huakai_platform.kernel.db import table
from huakai_tenants.checklists.models import ChecklistRun, OpenPoint


def counts(session: Session, month: date) -> dict[str, int]:
    """Count the runs that fall due in a month: due by today or done before, done, on time, overdue, core failures."""
    about = {"of_tenant": tenancy.current(session), "today": clock.today()}
    until = clock.month(month + timedelta(days=31))
    row = session.execute(_COUNTS, {**about, "since": month, "until": until}).one()
    return {name: int(number) for name, number in row._mapping.items()}


def _counts() -> Select[*tuple[Any, ...]]:
    runs = table(ChecklistRun).c
    today, done = bindparam("today", type_=Date()), runs.completed_at.is_not(None)
    completed_on = cast(func.timezone(str(clock.CHINA), runs.completed_at), Date)
    failures = func.sum(func.jsonb_array_length(runs.score["failed_core"]))
    return select(
        func.count().filter(done | (runs.due_on <= today)).label("checklists_due"),
        func.count().filter(done).label("checklists_done"),
        func.count().filter(completed_on <= runs.due_on).label("checklists_on_time"),
        func.count().filter(~done, runs.due_on < today).label("checklists_overdue"),
        func.coalesce(failures.filter(done), 0).label("core_failures"),
    ).where(
        runs.tenant_id == bindparam("of_tenant"),
        runs.due_on >= bindparam("since", type_=Date()),
        runs.due_on < bindparam("until", type_=Date()),
    )


def points(session: Session, month: date) -> dict[str, int]:
    """Count the points that are open at the end of a month, or today, and those of them that are past their day."""
    last = min(clock.today(), clock.month(month + timedelta(days=31)) - timedelta(days=1))
    row = session.execute(
        _POINTS, {"of_tenant": tenancy.current(session), "end": clock.end_of(last), "day": last}
    ).one()
    return {name: int(number) for name, number in row._mapping.items()}


def _points() -> Select[*tuple[Any, ...]]:
    points = table(OpenPoint).c
    end = bindparam("end", type_=DateTime(timezone=True))
    late = points.due_on < bindparam("day", type_=Date())
    return select(func.count().label("points_open"), func.count().filter(late).label("points_overdue")).where(
        points.tenant_id == bindparam("of_tenant"),
        points.opened_at < end,
        or_(points.closed_at.is_(None), points.closed_at >= end),
    )


_COUNTS, _POINTS = _counts(), _points()
