"""Who is there already: accounts found by what somebody typed, and the roles they hold or held."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, any_, bindparam, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA, TEXT
from sqlalchemy.orm import Session

from huakai_platform.identity.models import Account, Membership
from huakai_platform.kernel import clock
from huakai_platform.kernel.db import table
from huakai_platform.kernel.sites import Site, SiteState

_ACCOUNT, _MEMBER, _SITE = table(Account).c, table(Membership).c, table(Site).c


@dataclass(frozen=True)
class Held:
    """One role, over or not."""

    membership_id: UUID
    account_id: UUID
    institution_id: UUID
    role: str
    site_id: UUID | None = None
    region_code: str | None = None
    post: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    over: bool = False
    """Ended by somebody, or at a site that is closed for good."""

    @property
    def lasts(self) -> bool:
        """Not over and not expired; one that begins later lasts, too."""
        return not self.over and (self.valid_until is None or self.valid_until >= clock.today())

    def meets(self, begins: date | None, ends: date | None) -> bool:
        """Whether it is held on any day, from today on, of a role with these dates."""
        first = max(begins or clock.today(), clock.today())
        starts_in_time = self.valid_from is None or ends is None or self.valid_from <= ends
        return self.lasts and starts_in_time and (self.valid_until is None or self.valid_until >= first)


@dataclass(frozen=True)
class Somebody:
    """An account with every role that its person holds or held."""

    account_id: UUID
    name: str
    login_name: str
    email: str | None = None
    phone_lookup: bytes | None = None
    disabled: bool = False
    phone_hint: str | None = None
    """What lists show of the number that was typed, whether it opens the account or not."""
    roles: Sequence[Held] = ()

    @property
    def lasts(self) -> bool:
        """Whether a role is left; without one, number and address are free for others."""
        return any(role.lasts for role in self.roles)

    def of(self, institution_id: UUID) -> bool:
        """Whether the institution knows the person, be it from former times."""
        return any(role.institution_id == institution_id for role in self.roles)

    def beyond(self, institution_id: UUID) -> bool:
        """Whether the person has a role at another institution."""
        return any(role.lasts and role.institution_id != institution_id for role in self.roles)


@dataclass(frozen=True)
class Present:
    """A role at a site and its person."""

    held: Held
    who: Somebody


@dataclass
class Known:
    """The accounts found, by each thing that nobody else may have."""

    logins: set[str] = field(default_factory=set)
    emails: dict[str, Somebody] = field(default_factory=dict)
    phones: dict[bytes, Somebody] = field(default_factory=dict)
    marks: dict[bytes, Somebody] = field(default_factory=dict)

    def add(self, who: Somebody, mark: bytes | None = None) -> None:
        self.logins.add(who.login_name)
        if who.email:
            self.emails[who.email] = who
        if who.phone_lookup:
            self.phones[who.phone_lookup] = who
        if mark:
            self.marks[mark] = who

    def free(self, who: Somebody) -> None:
        """Number and address of somebody without a role are nobody's any more."""
        self.emails = {email: one for email, one in self.emails.items() if one is not who}
        self.phones = {phone: one for phone, one in self.phones.items() if one is not who}


def read(
    session: Session, *, logins: Sequence[str], emails: Sequence[str], phones: Sequence[bytes], marks: Sequence[bytes]
) -> Known:
    """Everybody who has one of these names, addresses, numbers or marks, in one statement whatever there is."""
    rows = session.execute(_FOUND, {"logins": logins, "emails": emails, "phones": phones, "marks": marks}).all()
    known = Known()
    for who, mark in _people(rows):
        known.add(who, mark)
    return known


def present_at(session: Session, site_id: UUID) -> list[Present]:
    """The roles at a site that nobody has ended, each with whoever holds it."""
    rows = session.execute(_AT_SITE, {"of_site": site_id})
    return [Present(_role(row), _shown(row)) for row in rows]


def roles_of(session: Session, account_id: UUID) -> list[Held]:
    """Every role of an account, over or not."""
    return [_role(row) for row in session.execute(_OF_ACCOUNT, {"of_account": account_id})]


_ROLE = (
    _MEMBER.id.label("membership_id"),
    _MEMBER.account_id,
    _MEMBER.institution_id,
    _MEMBER.role,
    _MEMBER.site_id,
    _MEMBER.region_code,
    _MEMBER.post,
    _MEMBER.valid_from,
    _MEMBER.valid_until,
    or_(_MEMBER.ended_at.is_not(None), _SITE.state == SiteState.CLOSED.value).label("over"),
)
_MEMBERS = table(Membership).outerjoin(table(Site), _SITE.id == _MEMBER.site_id)


def _found() -> Select[*tuple[Any, ...]]:
    columns = (_ACCOUNT.id, _ACCOUNT.name, _ACCOUNT.login_name, _ACCOUNT.email, _ACCOUNT.phone_lookup)
    about = (_ACCOUNT.person_lookup, _ACCOUNT.disabled_at)
    return (
        select(*columns, *about, *_ROLE)
        .select_from(table(Account).outerjoin(_MEMBERS, _MEMBER.account_id == _ACCOUNT.id))
        .where(
            or_(
                _ACCOUNT.login_name == any_(bindparam("logins", type_=ARRAY(TEXT))),
                _ACCOUNT.email == any_(bindparam("emails", type_=ARRAY(TEXT))),
                _ACCOUNT.phone_lookup == any_(bindparam("phones", type_=ARRAY(BYTEA))),
                _ACCOUNT.person_lookup == any_(bindparam("marks", type_=ARRAY(BYTEA))),
            )
        )
    )


_FOUND = _found()
_AT_SITE = (
    select(*_ROLE, _ACCOUNT.name, _ACCOUNT.login_name, _ACCOUNT.phone_hint)
    .select_from(_MEMBERS.join(table(Account), _ACCOUNT.id == _MEMBER.account_id))
    .where(_MEMBER.site_id == bindparam("of_site"), _MEMBER.ended_at.is_(None))
)
_OF_ACCOUNT = select(*_ROLE).select_from(_MEMBERS).where(_MEMBER.account_id == bindparam("of_account"))


def _people(rows: Iterable[Row[*tuple[Any, ...]]]) -> Iterable[tuple[Somebody, bytes | None]]:
    grouped: defaultdict[UUID, list[Row[*tuple[Any, ...]]]] = defaultdict(list)
    for row in rows:
        grouped[row.id].append(row)
    for account_id, held in grouped.items():
        one = held[0]
        roles = tuple(_role(row) for row in held if row.membership_id)
        phone, mark = (bytes(value) if value else None for value in (one.phone_lookup, one.person_lookup))
        who = Somebody(account_id, one.name, one.login_name, one.email, phone, bool(one.disabled_at), roles=roles)
        yield who, mark


def _shown(row: Row[*tuple[Any, ...]]) -> Somebody:
    return Somebody(row.account_id, row.name, row.login_name, phone_hint=row.phone_hint)


def _role(row: Row[*tuple[Any, ...]]) -> Held:
    place = (row.institution_id, row.role, row.site_id, row.region_code, row.post)
    return Held(row.membership_id, row.account_id, *place, row.valid_from, row.valid_until, bool(row.over))
