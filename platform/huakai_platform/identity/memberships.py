"""Who may enter where, in which role: offered, chosen, given and ended."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, column, exists, or_, select, table, update
from sqlalchemy.orm import Session

from huakai_platform.identity import known, sessions, turns
from huakai_platform.identity.deciding import Taken, holder_of, refuse_held
from huakai_platform.identity.models import Account, Institution, Membership
from huakai_platform.kernel import audit, clock, outbox
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from huakai_platform.kernel.events import RoleEnded
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.sites import Site, SiteState

REGION = table("region", column("code"), column("name"), column("level"), schema="platform")
GONE = (SiteState.CLOSED.value, SiteState.DECLINED.value)


@dataclass(frozen=True)
class Offer:
    """A membership as its person chooses it."""

    id: UUID
    role: Role
    institution_name: str
    site_id: UUID | None
    site_name: str | None
    region_name: str | None
    valid_until: date | None


@dataclass(frozen=True)
class Scope:
    """Where and how long a role reaches."""

    role: Role
    site_id: UUID | None = None
    region_code: str | None = None
    post: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None

    def check(self) -> None:
        """Raises Invalid with the fields that do not fit the role."""
        wrong: dict[str, list[str]] = {}
        if (self.role.plane == "room") != (self.site_id is not None):
            wrong["site"] = [_("站点角色须指定一个站点，其他角色不能指定站点")]
        if self.role is Role.REGIONAL_OFFICE and not self.region_code:
            wrong["region"] = [_("区域办公室须指定地区")]
        if self.role is Role.AUDITOR and not self.valid_until:
            wrong["valid_until"] = [_("审核员须有截止日期")]
        if self.region_code and self.role not in {Role.REGIONAL_OFFICE, Role.AUDITOR}:
            wrong["region"] = [_("这个角色不按地区划分")]
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            wrong["valid_until"] = [_("截止日期早于开始日期")]
        if wrong:
            raise Invalid(_("角色与范围不相符。"), wrong)


def in_force(today: date) -> ColumnElement[bool]:
    """A membership that is neither ended nor outside its dates."""
    return and_(
        Membership.ended_at.is_(None),
        or_(Membership.valid_from.is_(None), Membership.valid_from <= today),
        or_(Membership.valid_until.is_(None), Membership.valid_until >= today),
    )


def offered(session: Session, account_id: UUID) -> list[Offer]:
    """What the person may enter today; closed sites and memberships out of their dates are left out."""
    rows = session.execute(
        _offers().where(
            Membership.account_id == account_id,
            in_force(clock.today()),
            or_(Site.id.is_(None), Site.state.notin_(GONE)),
        )
    )
    return [
        Offer(row.id, Role(row.role), row.institution, row.site_id, row.site, row.region, row.valid_until)
        for row in rows
    ]


def choose(
    session: Session, actor: Actor, membership_id: UUID, *, check: Callable[[Role], None] = lambda role: None
) -> str:
    """Enter another of one's own memberships, unless `check` refuses its role; gives the new session token."""
    chosen = next((offer for offer in offered(session, actor.account_id) if offer.id == membership_id), None)
    if chosen is None:
        raise NotFound(_("没有这个身份。"))
    check(chosen.role)
    assert actor.session_id
    token = sessions.rotate(session, actor.session_id, membership_id=membership_id)
    audit.record(
        session, actor, "memberships.chosen", "membership", membership_id, role=chosen.role, site=chosen.site_id
    )
    return token


def of(session: Session, account_ids: Sequence[UUID], *, institution_id: UUID) -> list[Mapping[str, Any]]:
    """Every membership of some accounts at an institution, the ended ones last."""
    rows = session.execute(
        _offers()
        .add_columns(Membership.account_id, Membership.post, Membership.valid_from, Membership.ended_at)
        .where(Membership.account_id.in_(account_ids), Membership.institution_id == institution_id)
    )
    today = clock.today()
    return sorted(
        ({**row, "role": Role(row["role"]), "current": _current(row, today)} for row in map(dict, rows.mappings())),
        key=lambda row: (row["ended_at"] is not None, row["created_at"]),
    )


def give(session: Session, actor: Actor, account_id: UUID, scope: Scope) -> UUID:
    """Add a role to an account. Raises Taken for a role that the person, or a post that anybody, has on these days."""
    scope.check()
    refuse_beyond(actor, scope)
    _wait(session, actor, account_id, scope.site_id)
    place, dates = (scope.role.value, scope.site_id, scope.region_code), (scope.valid_from, scope.valid_until)
    roles = known.roles_of(session, account_id)
    if any((one.role, one.site_id, one.region_code) == place and one.meets(*dates) for one in roles):
        raise Taken("role", _("此人已有这个身份"), account_id)
    present = known.present_at(session, scope.site_id) if scope.site_id and scope.post else ()
    if holder := holder_of(scope.post, *dates, present):
        raise refuse_held(holder)
    row = Membership(
        id=uuid7(),
        account_id=account_id,
        institution_id=actor.institution_id,
        role=scope.role.value,
        site_id=scope.site_id,
        region_code=scope.region_code,
        post=scope.post,
        valid_from=scope.valid_from,
        valid_until=scope.valid_until,
        created_at=clock.now(),
    )
    session.add(row)
    session.flush()
    about = {"account": account_id, "role": scope.role, "site": scope.site_id, "region": scope.region_code}
    audit.record(session, actor, "memberships.given", "membership", row.id, **about, until=scope.valid_until)
    return row.id


def end(session: Session, actor: Actor, membership_id: UUID, *, account_id: UUID | None = None) -> None:
    """End a role at once; a room keeps a head and the institution an administrator.

    With the last role the person's number and address are free for others.
    """
    row = session.execute(
        select(Membership.id, Membership.account_id, Membership.role, Membership.site_id).where(
            Membership.id == membership_id,
            Membership.account_id == (account_id or Membership.account_id),
            Membership.ended_at.is_(None),
            reach(actor),
        )
    ).one_or_none()
    if row is None:
        raise NotFound(_("没有这个身份。"))
    if row.id == actor.membership_id:
        raise Conflict(_("不能结束自己正在使用的身份。"))
    role = Role(row.role)
    if role is Role.INSTITUTION_ADMIN or (role is Role.SITE_HEAD and actor.role is Role.SITE_HEAD):
        refuse_last(session, actor, role, row.site_id, leaving=Membership.id == membership_id)
    session.execute(update(Membership).where(Membership.id == membership_id).values(ended_at=clock.now()))
    outbox.publish(session, RoleEnded(row.account_id))
    about = {"account": row.account_id, "role": role, "site": row.site_id}
    audit.record(session, actor, "memberships.ended", "membership", membership_id, **about)


def reach(actor: Actor) -> ColumnElement[bool]:
    """The memberships that an actor may manage: the institution's, or those of the one room."""
    if actor.role is Role.INSTITUTION_ADMIN:
        return Membership.institution_id == actor.institution_id
    if actor.role is Role.SITE_HEAD:
        return and_(Membership.institution_id == actor.institution_id, Membership.site_id == actor.site_id)
    raise Forbidden(_("您的身份没有这项权限。"))


def elsewhere(session: Session, account_id: UUID, **place: UUID | None) -> bool:
    """Whether an account has, or will have, a role at another `site_id` or `institution_id` than the one named."""
    other = [getattr(Membership, name).is_distinct_from(value) for name, value in place.items()]
    lasting = or_(Membership.valid_until.is_(None), Membership.valid_until >= clock.today())
    found = exists().where(Membership.account_id == account_id, Membership.ended_at.is_(None), lasting, *other)
    return bool(session.scalar(select(found)))


def refuse_shared(session: Session, actor: Actor, account_id: UUID) -> None:
    """Nobody governs an account by which its person works at another institution."""
    if elsewhere(session, account_id, institution_id=actor.institution_id):
        raise Forbidden(_("此人在其他机构还有身份，不能管理其账号。"))


def refuse_beyond(actor: Actor, scope: Scope) -> None:
    """A head gives roles of the own room only; the institution's administrator any."""
    if actor.role is Role.INSTITUTION_ADMIN:
        return
    if actor.role is not Role.SITE_HEAD or scope.role.plane != "room" or scope.site_id != actor.site_id:
        raise Forbidden(_("只能管理本站点的成员。"))


def refuse_last(
    session: Session, actor: Actor, role: Role, site_id: UUID | None, *, leaving: ColumnElement[bool]
) -> None:
    """Raises Conflict when nobody able to sign in would hold the role after `leaving`; two at once wait in line."""
    able = and_(Account.id == Membership.account_id, Account.disabled_at.is_(None), Account.password_hash.is_not(None))
    held = session.execute(
        select(Membership.id, leaving.label("leaves"))
        .join(Account, able)
        .where(
            Membership.institution_id == actor.institution_id,
            Membership.role == role.value,
            Membership.site_id.is_not_distinct_from(site_id),
            in_force(clock.today()),
        )
        .order_by(Membership.id)
        .with_for_update(of=Membership)
    ).all()
    if any(row.leaves for row in held) and all(row.leaves for row in held):
        raise Conflict(
            _("这是最后一位机构管理员，不能移除。")
            if role is Role.INSTITUTION_ADMIN
            else _("这是最后一位站点负责人，不能移除。")
        )


def _wait(session: Session, actor: Actor, account_id: UUID, site_id: UUID | None) -> None:
    """Two who give the same role or post at once do so one after the other."""
    if site_id and actor.role is Role.INSTITUTION_ADMIN:
        turns.hold_site(session, site_id)
    turns.take(session, [("account", account_id), ("site", site_id)])


def _offers() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Membership.id,
            Membership.role,
            Membership.site_id,
            Membership.region_code,
            Membership.valid_until,
            Membership.created_at,
            Institution.name.label("institution"),
            Site.name.label("site"),
            Site.code.label("site_code"),
            Site.state.label("site_state"),
            REGION.c.name.label("region"),
        )
        .join(Institution, Institution.id == Membership.institution_id)
        .outerjoin(Site, Site.id == Membership.site_id)
        .outerjoin(REGION, REGION.c.code == Membership.region_code)
        .order_by(Membership.created_at, Membership.id)
    )


def _current(row: Mapping[str, Any], today: date) -> bool:
    begun = row["valid_from"] is None or row["valid_from"] <= today
    return row["ended_at"] is None and begun and (row["valid_until"] is None or row["valid_until"] >= today)
