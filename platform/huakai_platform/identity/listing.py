"""The institution's accounts as a list: searched, filtered, sorted, paged."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from huakai_platform.identity import contacts, memberships
from huakai_platform.identity.models import Account, AccountActivity, Membership
from huakai_platform.identity.services import is_service
from huakai_platform.kernel import search
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.i18n import _

PAGE = 50
MOST = 20_000
STATES = ("active", "invited", "disabled")
SORTS: dict[str, Any] = {
    "name": Account.name,
    "login": Account.login_name,
    "created": Account.created_at,
    "seen": AccountActivity.last_at,
}


@dataclass(frozen=True)
class Filter:
    q: str | None = None
    role: str | None = None
    state: str | None = None
    sort: str | None = None
    page: int = 1


@dataclass(frozen=True)
class Entry:
    id: UUID
    name: str
    login_name: str
    email: str | None
    phone_hint: str | None
    phone_signs_in: bool
    state: str
    second_factor: bool
    created_at: datetime
    last_at: datetime | None
    memberships: list[Mapping[str, Any]]


def list_page(session: Session, actor: Actor, wanted: Filter, *, lookup_key: bytes) -> tuple[list[Entry], int]:
    """One page of the list and how many there are in all."""
    matching = _matching(actor, wanted, lookup_key)
    total = session.scalar(select(func.count()).select_from(Account).where(*matching)) or 0
    statement = _sorted(_columns().where(*matching), wanted).limit(PAGE).offset((wanted.page - 1) * PAGE)
    return _entries(session, actor, statement), total


def all_rows(session: Session, actor: Actor, wanted: Filter, *, lookup_key: bytes) -> list[Entry]:
    """All that match, for an export."""
    matching = _matching(actor, wanted, lookup_key)
    return _entries(session, actor, _sorted(_columns().where(*matching), wanted).limit(MOST))


def unordered_query(actor: Actor, wanted: Filter, *, lookup_key: bytes) -> Select[*tuple[Any, ...]]:
    """The accounts that match, by id and in no order, for a list that goes on by key."""
    return select(Account.id).where(*_matching(actor, wanted, lookup_key))


def some(session: Session, actor: Actor, account_ids: Sequence[UUID]) -> list[Entry]:
    """The entries of some of the institution's accounts."""
    return _entries(session, actor, _columns().where(Account.id.in_(account_ids), _ours(actor)))


def one(session: Session, actor: Actor, account_id: UUID) -> Entry:
    found = _entries(session, actor, _columns().where(Account.id == account_id, _ours(actor)))
    if not found:
        raise NotFound(_("没有这个账号。"))
    return found[0]


def team(session: Session, actor: Actor) -> list[Entry]:
    """The people of the actor's room, present members only."""
    here = exists().where(
        Membership.account_id == Account.id, Membership.site_id == actor.site_id, Membership.ended_at.is_(None)
    )
    entries = _entries(
        session, actor, _columns().where(here, ~is_service()).order_by(Account.name, Account.id).limit(500)
    )
    return [_only_here(entry, actor) for entry in entries]


def _only_here(entry: Entry, actor: Actor) -> Entry:
    kept = [row for row in entry.memberships if row["site_id"] == actor.site_id and row["ended_at"] is None]
    return Entry(**{**vars(entry), "memberships": kept})


def _columns() -> Select[*tuple[Any, ...]]:
    return select(
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


def _ours(actor: Actor) -> ColumnElement[bool]:
    held = exists().where(Membership.account_id == Account.id, Membership.institution_id == actor.institution_id)
    return and_(held, ~is_service())


def _matching(actor: Actor, wanted: Filter, lookup_key: bytes) -> list[ColumnElement[bool]]:
    matching = [_ours(actor)]
    if wanted.q:
        text = search.fold(wanted.q)
        either = [
            search.says(Account.name, text),
            Account.login_name.contains(text, autoescape=True),
            Account.email.contains(text, autoescape=True),
        ]
        if phone := contacts.normal_phone(text):
            either.append(Account.phone_lookup == contacts.phone_lookup(lookup_key, phone))
        matching.append(or_(*either))
    if wanted.role:
        matching.append(
            exists().where(
                Membership.account_id == Account.id,
                Membership.institution_id == actor.institution_id,
                Membership.role == wanted.role,
                Membership.ended_at.is_(None),
            )
        )
    if wanted.state == "disabled":
        matching.append(Account.disabled_at.is_not(None))
    elif wanted.state:
        matching.append(Account.disabled_at.is_(None))
        invited = Account.password_hash.is_(None)
        matching.append(invited if wanted.state == "invited" else ~invited)
    return matching


def _sorted(statement: Select[*tuple[Any, ...]], wanted: Filter) -> Select[*tuple[Any, ...]]:
    key = (wanted.sort or "name").removeprefix("-")
    column = SORTS[key]
    order = column.desc().nulls_last() if (wanted.sort or "").startswith("-") else column.asc().nulls_last()
    return statement.order_by(order, Account.id)


def _entries(session: Session, actor: Actor, statement: Select[*tuple[Any, ...]]) -> list[Entry]:
    rows = session.execute(statement).all()
    held: defaultdict[UUID, list[Mapping[str, Any]]] = defaultdict(list)
    if rows and actor.institution_id:
        for member in memberships.of(session, [row.id for row in rows], institution_id=actor.institution_id):
            held[member["account_id"]].append(member)
    return [
        Entry(
            row.id,
            row.name,
            row.login_name,
            row.email,
            row.phone_hint,
            row.phone_signs_in,
            "disabled" if row.disabled_at else "invited" if row.invited else "active",
            row.second_factor,
            row.created_at,
            row.last_at,
            held[row.id],
        )
        for row in rows
    ]
