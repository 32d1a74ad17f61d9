"""What is done with a member of the register: written down, changed, gone, back again."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_platform.kernel import audit, clock, outbox
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import Conflict, Invalid, NotFound, StaleVersion
from huakai_platform.kernel.events import NumbersChanged
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.ids import uuid7
from huakai_tenants.staff import enrolling, listing, posts
from huakai_tenants.staff.models import StaffMember

NAMES = ("number", "name", "post", "employment", "ab", "account_id", "joined_on", "background_checked_on", "note")
"""What a form may change."""


def get(session: Session, member_id: UUID, *, lock: bool = False) -> StaffMember:
    """A member of this room's register, gone or not; raises NotFound."""
    wanted = select(StaffMember).where(StaffMember.id == member_id)
    member = session.scalar(wanted.with_for_update() if lock else wanted)
    if member is None:
        raise NotFound(_("没有这个人员。"))
    return member


def add(session: Session, actor: Actor, values: Mapping[str, Any]) -> StaffMember:
    """Write a new member down; without a number the next free one is given. Raises Invalid."""
    given = {name: values.get(name) for name in NAMES}
    given["number"] = given["number"] or enrolling.next_numbers(session, 1)[0]
    member = StaffMember(id=uuid7(), created_at=clock.now(), **given)
    _check(session, member)
    session.add(member)
    session.flush()
    _counted(session, member.joined_on)
    audit.record(session, actor, "staff.added", "staff_member", member.id, post=member.post, ab=member.ab)
    _only_one(session, member)
    return member


def change(session: Session, actor: Actor, member_id: UUID, values: Mapping[str, Any], *, version: int) -> StaffMember:
    """Change what the form holds; raises StaleVersion when `version` is not the present one, or Invalid."""
    member = get(session, member_id, lock=True)
    given = {name: values.get(name) for name in NAMES} | {"number": values.get("number") or member.number}
    changed = sorted(name for name in NAMES if getattr(member, name) != given[name])
    if not changed:
        return member
    if member.version != version:
        differences = [(name, getattr(member, name), given[name]) for name in changed]
        raise StaleVersion(_("刚才有人修改过这个人员的资料，请核对后再保存。"), member.version, differences)
    first = min(member.joined_on, given["joined_on"])
    with session.no_autoflush:
        for name in changed:
            setattr(member, name, given[name])
        _check(session, member)
    session.flush()
    _counted(session, first)
    audit.record(session, actor, "staff.changed", "staff_member", member.id, fields=changed)
    _only_one(session, member)
    return member


def leave(session: Session, actor: Actor, member_id: UUID, on: date) -> None:
    """The last day of a member; the records stay. Raises Invalid, or Conflict when gone already."""
    member = get(session, member_id, lock=True)
    if member.left_on:
        raise Conflict(_("这个人员已经离岗。"))
    if not member.joined_on <= on <= clock.today():
        raise Invalid(_("填写的内容有误。"), {"left_on": [_("应在到岗日期与今天之间")]})
    member.left_on = on
    session.flush()
    _counted(session, on)
    audit.record(session, actor, "staff.left", "staff_member", member.id, on=on.isoformat())


def come_back(session: Session, actor: Actor, member_id: UUID) -> None:
    """Take a member up again; the A or B role is kept only when nobody else has it meanwhile."""
    member = get(session, member_id, lock=True)
    if member.left_on is None:
        raise Conflict(_("这个人员在岗。"))
    gone = member.left_on
    with session.no_autoflush:
        if _holder(session, member):
            member.ab = None
        member.left_on = None
    session.flush()
    _counted(session, gone)
    audit.record(session, actor, "staff.returned", "staff_member", member.id, ab=member.ab)
    _only_one(session, member)


def _check(session: Session, member: StaffMember) -> None:
    """Hold a member against the edition and the other members; raises Invalid with every field that is wrong."""
    wrong: dict[str, list[str]] = {}
    plan = posts.plan(session)
    post = plan.posts.get(member.post)
    others = select(StaffMember.id).where(StaffMember.id != member.id)
    if post is None:
        wrong["post"] = [_("请从列出的选项中选择")]
    elif member.ab and not post.ab:
        wrong["ab"] = [_("这个岗位不分 A/B 角")]
    elif holder := _holder(session, member):
        wrong["ab"] = [_("{name} 已是这个岗位的{ab}", name=holder, ab=posts.AB[member.ab or "A"])]
    if session.scalar(others.where(StaffMember.number == member.number).limit(1)):
        wrong["number"] = [_("这个工号已被使用")]
    if member.account_id:
        if member.account_id not in listing.logins(session):
            wrong["account_id"] = [_("这个账号不属于本站点的团队")]
        elif session.scalar(others.where(StaffMember.account_id == member.account_id).limit(1)):
            wrong["account_id"] = [_("这个账号已属于另一个人员")]
    if member.background_checked_on and member.background_checked_on > clock.today():
        wrong["background_checked_on"] = [_("不能晚于今天")]
    if wrong:
        raise Invalid(_("填写的内容有误。"), wrong)


def _holder(session: Session, member: StaffMember) -> str | None:
    """Who else has the member's A or B role in the post now."""
    if member.ab is None:
        return None
    return session.scalar(
        select(StaffMember.name)
        .where(
            StaffMember.post == member.post,
            StaffMember.ab == member.ab,
            StaffMember.id != member.id,
            listing.in_service(clock.today()),
        )
        .limit(1)
    )


def _only_one(session: Session, member: StaffMember) -> None:
    """Asked once more under the lock of the chain: of two who give the same role at once, the second is refused."""
    if member.left_on is None and _holder(session, member):
        raise Invalid(_("填写的内容有误。"), {"ab": [_("刚才已有人担任这个角色，请核对。")]})


def _counted(session: Session, first: date) -> None:
    """The present month counts anew, and the month in which the change begins."""
    for month in sorted({clock.month(first), clock.month(clock.today())}):
        outbox.publish(session, NumbersChanged(month.isoformat()))
