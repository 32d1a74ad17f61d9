"""The list of the people who work or worked at the room, and what the register lacks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, or_, select
from sqlalchemy.orm import Session

from huakai_platform.identity.memberships import in_force
from huakai_platform.identity.models import Account, Membership
from huakai_platform.kernel import clock, tenancy
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.fields import Choice, Code, Date, Id, Int, Phone, Text
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.resources.fields import Field, Filter, Resource, Rows, both
from huakai_platform.resources.lists import contains, equals
from huakai_tenants.staff.fields import NUMBER, Email
from huakai_tenants.staff.models import Qualification, StaffContact, StaffMember
from huakai_tenants.staff.posts import AB, EMPLOYMENTS, Plan, plan

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


TONES: dict[str, str] = {"covered": "ok", "expiring": "warn", "expired": "bad", "missing": "warn"}
NO_ROLE = "none"
"""By this word a sheet takes the A or B away."""
TAKEN, SHEET = frozenset({"form", "body", "sheet"}), frozenset({"sheet"})
SHOWN, PAPER, API = frozenset({"list", "export", "print"}), frozenset({"export", "print"}), frozenset({"row"})
SEALED = _("加密保存。空白表示不改动。")


@dataclass(frozen=True)
class Room:
    """What the words and questions of a room's staff depend on."""

    plan: Plan
    today: date
    trained: Trained = field(default_factory=dict)
    logins: Mapping[str, str] = field(default_factory=dict)
    """The sign-ins of the room's team, where somebody chooses among them."""

    def titles(self) -> Mapping[str, Mapping[str, str]]:
        return {code: post.title for code, post in self.plan.posts.items()}


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One person of the register, without any contact but a masked number."""

    id: UUID
    number: str
    name: str
    post: str
    employment: str
    ab: str | None
    joined_on: date
    left_on: date | None
    background_checked_on: date | None
    hint: str | None
    certificates: int
    account_id: UUID | None
    note: str | None
    version: int

    def training(self, room: Room) -> str | None:
        return room.trained.get(self.id)

    def check(self, room: Room) -> str | None:
        """How the background check of somebody in service stands: `due`, `soon` or `ok`."""
        if self.left_on and self.left_on <= room.today:
            return None
        done = self.background_checked_on
        if done is None or done < oldest_check(room.plan, room.today):
            return "due"
        return "soon" if done < soon_check(room.plan, room.today) else "ok"


@dataclass(frozen=True)
class Gap:
    """A post of which the room must have an A and a B and lacks one."""

    post: str
    ab: str


def room(session: Session, _actor: Actor) -> Room:
    """The room to those who know nothing of its training."""
    return Room(plan(session), clock.today())


def hiring(session: Session, actor: Actor) -> Room:
    """The room to those who write somebody down."""
    return replace(room(session, actor), logins={str(account): name for account, name in logins(session).items()})


def gaps(session: Session, wanted: Plan) -> list[Gap]:
    """Which A and B the room of this tier lacks."""
    held = {
        (row.post, row.ab)
        for row in session.execute(
            select(StaffMember.post, StaffMember.ab).where(StaffMember.ab.is_not(None), in_service(clock.today()))
        )
    }
    return [
        Gap(post.code, ab)
        for post in wanted.posts.values()
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


def logins(session: Session) -> dict[UUID, str]:
    """The sign-ins of the room's team."""
    rows = session.execute(
        select(Account.id, Account.name)
        .join(Membership, Membership.account_id == Account.id)
        .where(Membership.site_id == tenancy.current(session), Membership.ended_at.is_(None))
        .distinct()
        .order_by(Account.name, Account.id)
    )
    return {row.id: row.name for row in rows}


def in_service(on: date) -> ColumnElement[bool]:
    return or_(StaffMember.left_on.is_(None), StaffMember.left_on > on)


def oldest_check(wanted: Plan, on: date) -> date:
    """A background check of this day or later is still good."""
    return clock.months_on(on, -wanted.check_months)


def soon_check(wanted: Plan, on: date) -> date:
    """A background check before this day is no longer good, or soon will not be."""
    return oldest_check(wanted, on + timedelta(days=SOON))


def state(asked: str, room: Room) -> ColumnElement[bool] | None:
    if asked == "all":
        return None
    return in_service(room.today) if asked == "active" else ~in_service(room.today)


def checked(asked: str, room: Room) -> ColumnElement[bool]:
    day = StaffMember.background_checked_on
    good = func.coalesce(day >= oldest_check(room.plan, room.today), False)
    if asked == "due":
        return ~good
    return good & (day < soon_check(room.plan, room.today)) if asked == "soon" else good


def trained(asked: str, room: Room) -> ColumnElement[bool]:
    return StaffMember.id.in_([member for member, stands in room.trained.items() if stands == asked])


def employments(_room: Room) -> Mapping[str, Message]:
    return EMPLOYMENTS


def roles(_room: Room) -> Mapping[str, Message]:
    return AB | {NO_ROLE: _("不担任")}


def rows() -> Rows[MemberRow]:
    certificates = (
        select(func.count())
        .select_from(Qualification)
        .where(Qualification.tenant_id == StaffMember.tenant_id, Qualification.member_id == StaffMember.id)
        .scalar_subquery()
    )
    query = select(
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
        StaffMember.account_id,
        StaffMember.note,
        StaffMember.version,
    ).outerjoin(
        StaffContact,
        (StaffContact.tenant_id == StaffMember.tenant_id) & (StaffContact.member_id == StaffMember.id),
    )
    return Rows(MemberRow, query)


STAFF = Resource[Room, MemberRow](
    name="staff",
    title=_("人员"),
    rows=rows,
    scope=lambda _actor, _parent: (),
    context=room,
    order="number",
    key=StaffMember.number,
    sorts={
        "number": StaffMember.number,
        "name": StaffMember.name,
        "post": StaffMember.post,
        "joined": StaffMember.joined_on,
        "checked": StaffMember.background_checked_on,
    },
    filters=(
        Filter("q", _("姓名或工号"), Text(max_length=40), contains(StaffMember.name, StaffMember.number)),
        Filter("post", _("岗位"), Code(), equals(StaffMember.post), Room.titles),
        Filter("employment", _("用工形式"), Choice(EMPLOYMENTS), equals(StaffMember.employment), employments),
        Filter("ab", _("A/B 角"), Choice(AB), equals(StaffMember.ab), lambda _room: AB),
        Filter("check", _("违法犯罪记录查询"), Choice(CHECKS), checked, lambda _room: CHECKS),
        Filter("training", _("培训"), Choice(TRAINED), trained, lambda _room: TRAINED),
        Filter("state", _("在岗情况"), Choice(STATES, load_default="active"), state, lambda _room: STATES),
    ),
    fields=(
        Field(
            "number", _("工号"), Code(NUMBER, max_length=20), TAKEN, width=12, recognises=1,
            note=_("已登记的人员按工号查找；新人员不填则自动编号。"),
        ),
        Field(
            "name", _("姓名"), Text(max_length=40, required=True), TAKEN, SHOWN | API, sort="name", recognises=2,
            note=_("没有工号时，按姓名和岗位查找已登记的人员。"),
        ),
        Field("number", _("工号"), Code(required=True), out=SHOWN | API, width=12, sort="number"),
        Field(
            "post", _("岗位"), Code(required=True), TAKEN, SHOWN | API, Room.titles, width=26, sort="post",
            recognises=2, note=_("从下拉列表中选择。要改变岗位，请填写工号。"),
        ),
        Field(
            "employment", _("用工形式"), Choice(EMPLOYMENTS, required=True), TAKEN, SHOWN | API, employments, width=12,
        ),
        Field(
            "ab", _("A/B 角"), Choice(AB), TAKEN, PAPER | API, roles, width=10, clears=NO_ROLE,
            note=_("空白表示不改动；要取消请选“不担任”。"),
        ),
        Field(
            "account_id", _("登录账号"), Id(), frozenset({"form", "body"}), frozenset({"detail"}),
            lambda room: room.logins,
        ),
        Field(
            "hint", _("电话"), Text(), out=frozenset({"list"}) | API,
            about=both("遮盖后的联系方式 The masked contact."),
        ),
        Field("joined_on", _("到岗日期"), Date(required=True), TAKEN, PAPER | API),
        Field("left_on", _("离岗日期"), Date(), out=PAPER | API),
        Field("certificates", _("证书数"), Int(required=True), out=SHOWN | API, width=8),
        Field("training", _("培训"), Choice(TRAINED), out=SHOWN, choices=lambda _room: TRAINED, width=12),
        Field(
            "background_checked_on", _("违法犯罪记录查询日期"), Date(), TAKEN, SHOWN | API, width=22, sort="checked",
            note=_("最近一次查询的日期，不能晚于今天。空白表示不改动。"),
        ),
        Field("phone", _("电话"), Phone(), SHEET, width=16, note=SEALED, sealed=True),
        Field("email", _("邮箱"), Email(max_length=200), SHEET, width=24, note=SEALED, sealed=True),
        Field(
            "note", _("备注"), Text(max_length=500, multiline=True), TAKEN, frozenset({"detail"}), width=30,
            note=_("最多 500 个字。空白表示不改动。"),
        ),
    ),
)  # fmt: skip
GUIDE: tuple[Message, ...] = (
    _("每人一行，最多 2000 行；不要改动第一行的列名。"),
    _("上传后先逐行检查，不会写入任何内容；确认后才写入没有错误的行。"),
    _("同一张表可以再次上传：已登记的人员按工号查找，没有工号的按姓名和岗位查找，不会重复登记。"),
    _("空白的格子不改动已登记的内容。离岗和返岗请在人员页面登记。"),
)
