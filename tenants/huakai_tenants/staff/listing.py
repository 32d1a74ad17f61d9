"""The list of the people who work or worked at the room, and what the register lacks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, func, or_, select
from sqlalchemy.orm import Session

from huakai_platform.identity.memberships import in_force
from huakai_platform.identity.models import Account, Membership
from huakai_platform.kernel import clock, search, tenancy
from huakai_platform.kernel.i18n import Message, _
from huakai_tenants.staff.models import Qualification, StaffContact, StaffMember
from huakai_tenants.staff.posts import AB, Plan

PAGE = 50
MOST = 5_000
SORTS = {
    "number": StaffMember.number,
    "name": StaffMember.name,
    "post": StaffMember.post,
    "joined": StaffMember.joined_on,
    "checked": StaffMember.background_checked_on,
}
STATES: dict[str, Message] = {"active": _("在岗"), "left": _("已离岗"), "all": _("全部")}
CHECKS: dict[str, Message] = {"due": _("需要查询"), "soon": _("即将到期"), "ok": _("有效")}
SOON = 30
"""Days before its end from which something is said to run out soon."""
TRAINED: dict[str, Message] = {
    "covered": _("已达标"),
    "expiring": _("即将到期"),
    "expired": _("已失效"),
    "missing": _("未完成"),
}
Trained = Mapping[UUID, str]
"""How the training of each person in service stands, as who may know of training says it."""
Found = Row[*tuple[Any, ...]]


@dataclass(frozen=True)
class Filter:
    """What a list is narrowed to; the names are those of the address."""

    q: str | None = None
    post: str | None = None
    employment: str | None = None
    ab: str | None = None
    check: str | None = None
    training: str | None = None
    state: str = "active"
    sort: str = "number"
    page: int = 1


@dataclass(frozen=True)
class Listing:
    rows: Sequence[Found]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


@dataclass(frozen=True)
class Gap:
    """A post of which the room must have an A and a B and lacks one."""

    post: str
    ab: str


def list_page(session: Session, wanted: Filter, plan: Plan, on: date, trained: Trained) -> Listing:
    """One page of the register, in two statements."""
    kept = _narrowed(wanted, plan, on, trained)
    total = session.scalar(select(func.count()).select_from(StaffMember).where(*kept)) or 0
    rows = session.execute(_rows(wanted, kept).limit(PAGE).offset((wanted.page - 1) * PAGE)).all()
    return Listing(rows, total, wanted.page)


def unordered_query(wanted: Filter, plan: Plan, on: date) -> Select[*tuple[Any, ...]]:
    """What a list shows, in no order yet."""
    return _rows(wanted, _narrowed(wanted, plan, on, {})).order_by(None)


def all_rows(session: Session, wanted: Filter, plan: Plan, on: date, trained: Trained) -> Sequence[Found]:
    """All that a list shows, whatever its page."""
    whole = replace(wanted, page=1)
    return session.execute(_rows(whole, _narrowed(whole, plan, on, trained)).limit(MOST)).all()


def gaps(session: Session, plan: Plan) -> list[Gap]:
    """Which A and B the room of this tier lacks."""
    held = {
        (row.post, row.ab)
        for row in session.execute(
            select(StaffMember.post, StaffMember.ab).where(StaffMember.ab.is_not(None), in_service(clock.today()))
        )
    }
    return [
        Gap(post.code, ab)
        for post in plan.posts.values()
        for ab in AB
        if post.wanted and post.ab and (post.code, ab) not in held
    ]


def newcomers(session: Session) -> Sequence[Found]:
    """People who work in the room today and are not in its register."""
    enrolled = select(StaffMember.account_id).where(StaffMember.account_id.is_not(None))
    return session.execute(
        select(Account.id, Account.name, func.max(Membership.post).label("ab"), func.min(Membership.role).label("role"))
        .join(Membership, Membership.account_id == Account.id)
        .where(
            Membership.site_id == tenancy.current(session),
            in_force(clock.today()),
            Account.id.not_in(enrolled),
        )
        .group_by(Account.id, Account.name)
        .order_by(Account.name, Account.id)
    ).all()


def accounts(session: Session) -> list[tuple[UUID, str]]:
    """The sign-ins of the room's team."""
    rows = session.execute(
        select(Account.id, Account.name)
        .join(Membership, Membership.account_id == Account.id)
        .where(Membership.site_id == tenancy.current(session), Membership.ended_at.is_(None))
        .distinct()
        .order_by(Account.name, Account.id)
    )
    return [(row.id, row.name) for row in rows]


def in_service(on: date) -> ColumnElement[bool]:
    return or_(StaffMember.left_on.is_(None), StaffMember.left_on > on)


def oldest_check(plan: Plan, on: date) -> date:
    """A background check of this day or later is still good."""
    return clock.months_on(on, -plan.check_months)


def soon_check(plan: Plan, on: date) -> date:
    """A background check before this day is no longer good, or soon will not be."""
    return oldest_check(plan, on + timedelta(days=SOON))


def _narrowed(wanted: Filter, plan: Plan, on: date, trained: Trained) -> list[ColumnElement[bool]]:
    kept: list[ColumnElement[bool]] = []
    if wanted.state != "all":
        here = in_service(on)
        kept.append(here if wanted.state == "active" else ~here)
    if wanted.q:
        name, number = StaffMember.name, StaffMember.number
        kept.append(or_(search.says(name, wanted.q), search.says(number, wanted.q)))
    kept += [
        getattr(StaffMember, name) == getattr(wanted, name)
        for name in ("post", "employment", "ab")
        if getattr(wanted, name)
    ]
    if wanted.check:
        checked = StaffMember.background_checked_on
        good = func.coalesce(checked >= oldest_check(plan, on), False)
        kept.append(~good if wanted.check == "due" else good)
        if wanted.check == "soon":
            kept.append(checked < soon_check(plan, on))
    if wanted.training:
        kept.append(StaffMember.id.in_([member for member, state in trained.items() if state == wanted.training]))
    return kept


def _rows(wanted: Filter, kept: list[ColumnElement[bool]]) -> Select[*tuple[Any, ...]]:
    certificates = (
        select(func.count())
        .select_from(Qualification)
        .where(Qualification.tenant_id == StaffMember.tenant_id, Qualification.member_id == StaffMember.id)
        .scalar_subquery()
    )
    by = SORTS[wanted.sort.removeprefix("-")]
    order = by.desc().nulls_last() if wanted.sort.startswith("-") else by.asc().nulls_first()
    return (
        select(
            StaffMember.id,
            StaffMember.number,
            StaffMember.name,
            StaffMember.post,
            StaffMember.employment,
            StaffMember.ab,
            StaffMember.joined_on,
            StaffMember.left_on,
            StaffMember.background_checked_on,
            StaffContact.hint,
            certificates.label("certificates"),
        )
        .outerjoin(
            StaffContact,
            (StaffContact.tenant_id == StaffMember.tenant_id) & (StaffContact.member_id == StaffMember.id),
        )
        .where(*kept)
        .order_by(order, StaffMember.number)
    )
