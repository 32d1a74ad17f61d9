"""The institution's accounts: their list, one of them, and the people of a room."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import has_app_context
from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session

from huakai_platform.identity import contacts, memberships
from huakai_platform.identity.models import Account, AccountActivity, Membership
from huakai_platform.identity.services import is_service
from huakai_platform.kernel import search
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.fields import Choice, Flag, Text
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.resources import lists
from huakai_platform.resources.fields import Field, Filter, Resource, Rows
from huakai_platform.web.context import app_state

STATES: Mapping[str, Message] = {"active": _("已启用"), "invited": _("待接受邀请"), "disabled": _("已停用")}
ROLES: Mapping[str, Message] = {role.value: role.label for role in Role}
PAPER = frozenset({"list", "export", "print"})
EXPORT = frozenset({"export"})
Held = Mapping[UUID, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True)
class Directory:
    """What the words and questions of the accounts depend on."""

    institution_id: UUID | None
    lookup_key: bytes
    held: Held = field(default_factory=dict)
    """The memberships of the accounts that are listed."""


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account; of its telephone number only what may be shown."""

    id: UUID
    name: str
    login_name: str
    email: str | None
    phone_hint: str | None
    phone_signs_in: bool
    disabled_at: datetime | None
    invited: bool
    second_factor: bool
    created_at: datetime
    last_at: datetime | None

    @property
    def state(self) -> str:
        return "disabled" if self.disabled_at else "invited" if self.invited else "active"

    def present(self, directory: Directory) -> list[Mapping[str, Any]]:
        """The memberships that have not ended."""
        return [row for row in directory.held.get(self.id, ()) if row["ended_at"] is None]

    def roles(self, directory: Directory) -> str:
        return ";".join(map(_spoken, self.present(directory)))


@dataclass(frozen=True, slots=True)
class Entry(AccountRow):
    """An account with all its memberships at the institution."""

    memberships: Sequence[Mapping[str, Any]]


def rows() -> Rows[AccountRow]:
    query = select(
        Account.id,
        Account.name,
        Account.login_name,
        Account.email,
        Account.phone_hint,
        Account.phone_lookup.is_not(None).label("phone_signs_in"),
        Account.disabled_at,
        Account.password_hash.is_(None).label("invited"),
        Account.totp_sealed.is_not(None).label("second_factor"),
        Account.created_at,
        AccountActivity.last_at,
    ).outerjoin(AccountActivity, AccountActivity.account_id == Account.id)
    return Rows(AccountRow, query, about=_with_roles)


def scope(actor: Actor, _parent: UUID | None) -> Sequence[ColumnElement[bool]]:
    return [_ours(actor)]


def directory(_session: Session, actor: Actor) -> Directory:
    """Outside of a page there is no key: who is found by a whole number is one person, whose list a page exports."""
    return Directory(actor.institution_id, app_state().settings.lookup_key if has_app_context() else b"")


def found_by(words: str, here: Directory) -> ColumnElement[bool]:
    """A part of the name, login name or address, or the whole telephone number."""
    text = search.fold(words)
    either = [
        search.says(Account.name, text),
        Account.login_name.contains(text, autoescape=True),
        Account.email.contains(text, autoescape=True),
    ]
    if here.lookup_key and (phone := contacts.normal_phone(text)):
        either.append(Account.phone_lookup == contacts.phone_lookup(here.lookup_key, phone))
    return or_(*either)


def in_role(role: str, here: Directory) -> ColumnElement[bool]:
    return exists().where(
        Membership.account_id == Account.id,
        Membership.institution_id == here.institution_id,
        Membership.role == role,
        Membership.ended_at.is_(None),
    )


def in_state(state: str, _here: Directory) -> ColumnElement[bool]:
    if state == "disabled":
        return Account.disabled_at.is_not(None)
    invited = Account.password_hash.is_(None)
    return and_(Account.disabled_at.is_(None), invited if state == "invited" else ~invited)


ACCOUNTS = Resource[Directory, AccountRow](
    name="accounts",
    title=_("账号"),
    rows=rows,
    scope=scope,
    context=directory,
    order="name",
    key=Account.id,
    most=20_000,
    sorts={
        "name": Account.name,
        "login": Account.login_name,
        "created": Account.created_at,
        "seen": AccountActivity.last_at,
    },
    filters=(
        Filter("q", _("姓名、账号名、邮箱或完整手机号"), Text(max_length=60), found_by),
        Filter("role", _("角色"), Choice(ROLES), in_role, lambda _here: ROLES),
        Filter("state", _("状态"), Choice(STATES), in_state, lambda _here: STATES),
    ),
    fields=(
        Field("name", _("姓名"), Text(), out=PAPER, width=14, sort="name"),
        Field("login_name", _("账号名"), Text(), out=PAPER, width=24, sort="login"),
        Field("email", _("邮箱"), Text(), out=EXPORT, width=26),
        Field("phone_hint", _("手机"), Text(), out=EXPORT, width=14),
        Field("state", _("状态"), Text(), out=PAPER, choices=lambda _here: STATES, width=12),
        Field("roles", _("角色"), Text(), out=PAPER, width=44),
        Field("second_factor", _("两步验证"), Flag(), out=PAPER, width=10),
        Field("last_at", _("最近登录"), Text(), out=PAPER, width=18, sort="seen"),
    ),
)


def entries(session: Session, actor: Actor, rows: Sequence[AccountRow]) -> list[Entry]:
    """Accounts with their memberships, read for all at once."""
    held = _held(session, actor.institution_id, rows)
    return [Entry(**{one.name: getattr(row, one.name) for one in _COLUMNS}, memberships=held[row.id]) for row in rows]


def one(session: Session, actor: Actor, account_id: UUID) -> Entry:
    found = _read(session, actor, rows().select.where(Account.id == account_id, _ours(actor)))
    if not found:
        raise NotFound(_("没有这个账号。"))
    return found[0]


def team(session: Session, actor: Actor) -> list[Entry]:
    """The people of the actor's room, present members only."""
    here = exists().where(
        Membership.account_id == Account.id, Membership.site_id == actor.site_id, Membership.ended_at.is_(None)
    )
    members = rows().select.where(here, ~is_service()).order_by(Account.name, Account.id).limit(500)
    return [_only_here(entry, actor) for entry in _read(session, actor, members)]


def _only_here(entry: Entry, actor: Actor) -> Entry:
    kept = [row for row in entry.memberships if row["site_id"] == actor.site_id and row["ended_at"] is None]
    return replace(entry, memberships=kept)


def _ours(actor: Actor) -> ColumnElement[bool]:
    held = exists().where(Membership.account_id == Account.id, Membership.institution_id == actor.institution_id)
    return and_(held, ~is_service())


def _read(session: Session, actor: Actor, query: Select[*tuple[Any, ...]]) -> list[Entry]:
    return entries(session, actor, lists.read(session, ACCOUNTS, query))


def _with_roles(session: Session, here: Directory, rows: Sequence[AccountRow]) -> Directory:
    return replace(here, held=_held(session, here.institution_id, rows))


def _held(session: Session, institution_id: UUID | None, rows: Sequence[AccountRow]) -> Held:
    held: defaultdict[UUID, list[Mapping[str, Any]]] = defaultdict(list)
    if rows and institution_id:
        for member in memberships.of(session, [row.id for row in rows], institution_id=institution_id):
            held[member["account_id"]].append(member)
    return held


def _spoken(row: Mapping[str, Any]) -> str:
    place = row["site"] or row["region"]
    return f"{row['role'].label.render()}({place})" if place else str(row["role"].label.render())


_COLUMNS = fields(AccountRow)
