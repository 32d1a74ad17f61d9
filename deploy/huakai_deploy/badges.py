"""The counts that stand beside the menu's entries: one statement a page, whatever there is."""

from typing import Any

from sqlalchemy import ScalarSelect, Select, func, literal, select
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.notices import Notice
from huakai_platform.oversight.models import RegionRollup
from huakai_platform.regions.service import COUNTRY
from huakai_tenants.checklists.models import ChecklistRun

MOST = 100
"""Nobody counts further; `99+` is shown."""


def counts(session: Session, actor: Actor) -> dict[str, int]:
    """The actor's unread notices, and the overdue checklists: of the room, or of the region as last summed up."""
    overdue = _overdue_here() if actor.site_id else _overdue_below(actor.region_code or COUNTRY)
    row = session.execute(select(_unread(actor).label("notices"), overdue.label("overdue"))).one()
    return {"notices": row.notices or 0, "overdue": row.overdue or 0}


def _unread(actor: Actor) -> ScalarSelect[int]:
    own = select(Notice.id).where(Notice.account_id == actor.account_id, Notice.read_at.is_(None))
    return _counted(own)


def _overdue_here() -> ScalarSelect[int]:
    late = select(ChecklistRun.id).where(ChecklistRun.due_on < clock.today(), ChecklistRun.completed_at.is_(None))
    return _counted(late)


def _overdue_below(region: str) -> ScalarSelect[Any]:
    return (
        select(RegionRollup.metrics["checklists_overdue"].as_integer())
        .where(RegionRollup.region_code == region, RegionRollup.month == clock.month(clock.today()))
        .scalar_subquery()
    )


def _counted(rows: Select[Any]) -> ScalarSelect[int]:
    return select(func.count()).select_from(rows.limit(literal(MOST)).subquery()).scalar_subquery()
