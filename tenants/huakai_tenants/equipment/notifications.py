"""Notifications to the heads of a room of equipment that is to be looked at, and of warranties that soon end."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from huakai_platform.identity.memberships import in_force
from huakai_platform.identity.models import Membership
from huakai_platform.kernel import notices, tenancy
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.i18n import Message, _
from huakai_tenants.equipment import listing
from huakai_tenants.equipment.models import EquipmentItem
from huakai_tenants.equipment.plan import Plan, held

DUE = _("有 {count} 件设备该检查了。")
ENDING = _("设备 {number} 的保修还有 {days} 天到期。")


def of_the_day(session: Session, day: date) -> None:
    """Tell the heads once a week how many items are due for a check, and once of each warranty that soon ends."""
    plan = held(session)
    if plan is None:
        return
    count, ending = _due(session, plan, day), _ending(session, day)
    heads = _heads(session, day) if count or ending else []
    if count:
        year, week, _weekday = day.isocalendar()
        notices.tell(
            session,
            heads,
            kind="equipment_due",
            text=Message(DUE, count=count),
            href="/room/equipment?wants=check",
            dedup=f"equipment:{year}-{week}",
        )
    for item_id, number, until in ending:
        notices.tell(
            session,
            heads,
            kind="warranty_ending",
            text=Message(ENDING, number=number, days=(until - day).days),
            href=f"/room/equipment/{item_id}",
            dedup=f"warranty:{item_id}:{until}",
        )


def _due(session: Session, plan: Plan, day: date) -> int:
    wanted = select(func.count()).select_from(EquipmentItem).where(listing.due(plan, day))
    return session.scalar(wanted) or 0


def _ending(session: Session, day: date) -> list[tuple[UUID, str, date]]:
    rows = session.execute(
        select(EquipmentItem.id, EquipmentItem.number, EquipmentItem.warranty_until)
        .where(
            EquipmentItem.state != "scrapped",
            EquipmentItem.warranty_until.between(day, day + timedelta(days=listing.SOON)),
        )
        .order_by(EquipmentItem.number)
    )
    return [(row.id, row.number, row.warranty_until) for row in rows]


def _heads(session: Session, day: date) -> Sequence[UUID]:
    wanted = select(Membership.account_id).where(
        Membership.site_id == tenancy.current(session), Membership.role == Role.SITE_HEAD, in_force(day)
    )
    return session.scalars(wanted.distinct()).all()
