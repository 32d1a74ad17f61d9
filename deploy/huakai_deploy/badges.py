"""The counts that stand beside the menu's entries: one statement a page, whatever there is."""

from typing import Any

from sqlalchemy import ScalarSelect, Select, bindparam, func, literal, select
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock, tenancy
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.db import table
from huakai_platform.kernel.notices import Notice
from huakai_platform.oversight.models import RegionRollup
from huakai_platform.regions.service import COUNTRY
from huakai_tenants.checklists.models import ChecklistRun

MOST = 100
"""Nobody counts further; `99+` is shown."""
NOTICE, RUN, ROLLUP = table(Notice).c, table(ChecklistRun).c, table(RegionRollup).c


def counts(session: Session, actor: Actor) -> dict[str, int]:
    """The actor's unread notices, and the overdue checklists: of the room, or of the region as last summed up."""
    today, here = clock.today(), {"tenant": tenancy.current(session), "account": actor.account_id}
    if actor.site_id:
        row = session.connection().execute(HERE, {**here, "today": today}).one()
    else:
        of = {"region": actor.region_code or COUNTRY, "month": clock.month(today)}
        row = session.connection().execute(BELOW, {**here, **of}).one()
    return {"notices": row.notices or 0, "overdue": row.overdue or 0}


def _counted(rows: Select[Any]) -> ScalarSelect[int]:
    return select(func.count()).select_from(rows.limit(literal(MOST)).subquery()).scalar_subquery()


_UNREAD = _counted(
    select(NOTICE.id).where(
        NOTICE.tenant_id == bindparam("tenant"), NOTICE.account_id == bindparam("account"), NOTICE.read_at.is_(None)
    )
)
_LATE = _counted(
    select(RUN.id).where(
        RUN.tenant_id == bindparam("tenant"), RUN.due_on < bindparam("today"), RUN.completed_at.is_(None)
    )
)
_SUMMED = (
    select(ROLLUP.metrics["checklists_overdue"].as_integer())
    .where(ROLLUP.region_code == bindparam("region"), ROLLUP.month == bindparam("month"))
    .scalar_subquery()
)
HERE = select(_UNREAD.label("notices"), _LATE.label("overdue"))
BELOW = select(_UNREAD.label("notices"), _SUMMED.label("overdue"))
