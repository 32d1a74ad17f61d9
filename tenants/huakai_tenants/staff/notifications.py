"""Notifications to the heads of a room whose background check is due, or soon will be."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from huakai_platform.identity.memberships import in_force
from huakai_platform.identity.models import Membership
from huakai_platform.kernel import clock, notices, tenancy
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.i18n import Message, _
from huakai_tenants.staff import listing, posts
from huakai_tenants.staff.listing import Found
from huakai_tenants.staff.models import StaffMember

SOON = _("工号 {number} 的违法犯罪记录查询还有 {days} 天到期，请安排复查。")
DUE = _("工号 {number} 的违法犯罪记录查询已过期，请尽快复查。")
NEVER = _("工号 {number} 还没有违法犯罪记录查询，请尽快查询。")


def of_the_day(session: Session, day: date) -> None:
    """Tell the heads of each person once when the check soon ends, and once when it has ended or was never made."""
    plan = posts.plan(session)
    concerned = _concerned(session, day, listing.soon_check(plan, day))
    heads = _heads(session, day) if concerned else []
    for one in concerned:
        stage, said = _said(one, day, plan.check_months)
        notices.tell(
            session,
            heads,
            kind="background_check",
            text=said,
            href=f"/room/staff/{one.id}",
            dedup=f"check:{one.id}:{one.background_checked_on}:{stage}",
        )


def _said(one: Found, day: date, months: int) -> tuple[str, Message]:
    checked: date | None = one.background_checked_on
    if checked is None:
        return "due", Message(NEVER, number=one.number)
    if checked < clock.months_on(day, -months):
        return "due", Message(DUE, number=one.number)
    return "soon", Message(SOON, number=one.number, days=max(0, (clock.months_on(checked, months) - day).days))


def _concerned(session: Session, day: date, before: date) -> Sequence[Found]:
    checked = StaffMember.background_checked_on
    return session.execute(
        select(StaffMember.id, StaffMember.number, checked)
        .where(listing.in_service(day), or_(checked.is_(None), checked < before))
        .order_by(StaffMember.number)
    ).all()


def _heads(session: Session, day: date) -> Sequence[UUID]:
    wanted = select(Membership.account_id).where(
        Membership.site_id == tenancy.current(session), Membership.role == Role.SITE_HEAD, in_force(day)
    )
    return session.scalars(wanted.distinct()).all()
