"""Telling the people of a room each morning what is late."""

from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from huakai_platform.kernel import notices
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.i18n import _
from huakai_tenants.checklists import points
from huakai_tenants.checklists.models import ChecklistRun, OpenPoint

LOOK_BACK = timedelta(days=31)


def of_the_day(session: Session, day: date) -> None:
    """Tell the head of overdue checklists once a day, and the owner of each overdue point once."""
    if number := overdue(session, day):
        said = _("有 {count} 张检查单已逾期，请尽快补做。", count=number)
        heads = points.people(session, [Role.SITE_HEAD])
        href = "/room/checklists?state=overdue"
        notices.tell(session, heads, kind="checklists_overdue", text=said, href=href, dedup=f"overdue:{day}")
    for point in session.execute(
        select(OpenPoint.id, OpenPoint.number, OpenPoint.owner_id, OpenPoint.due_on).where(
            OpenPoint.state == "open", OpenPoint.due_on < day, OpenPoint.owner_id.is_not(None)
        )
    ):
        said = _("待整改项 {number} 已超过期限。", number=point.number)
        about = {"href": f"/room/points/{point.id}", "dedup": f"point:{point.id}:{point.due_on}"}
        notices.tell(session, [point.owner_id], kind="point_overdue", text=said, **about)


def overdue(session: Session, day: date) -> int:
    """How many checklists of the last month are past their day and not complete."""
    late = select(func.count(ChecklistRun.code)).where(
        ChecklistRun.completed_at.is_(None), ChecklistRun.due_on < day, ChecklistRun.due_on >= day - LOOK_BACK
    )
    return session.scalar(late) or 0
