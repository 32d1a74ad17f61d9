"""What a room's checklists of a month come to, as numbers."""

from datetime import date, timedelta

from sqlalchemy import Date, cast, func, select
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock
from huakai_tenants.checklists.models import ChecklistRun


def counts(session: Session, month: date) -> dict[str, int]:
    """Count the runs that fall due in a month: due by today or done before, done, on time, overdue, core failures."""
    today, next_month = clock.today(), clock.month(month + timedelta(days=31))
    done = ChecklistRun.completed_at.is_not(None)
    completed_on = cast(func.timezone(str(clock.CHINA), ChecklistRun.completed_at), Date)
    failures = func.sum(func.jsonb_array_length(ChecklistRun.score["failed_core"]))
    row = session.execute(
        select(
            func.count().filter(done | (ChecklistRun.due_on <= today)).label("checklists_due"),
            func.count().filter(done).label("checklists_done"),
            func.count().filter(completed_on <= ChecklistRun.due_on).label("checklists_on_time"),
            func.count().filter(~done, ChecklistRun.due_on < today).label("checklists_overdue"),
            func.coalesce(failures.filter(done), 0).label("core_failures"),
        ).where(ChecklistRun.due_on >= month, ChecklistRun.due_on < next_month)
    ).one()
    return {name: int(number) for name, number in row._mapping.items()}
