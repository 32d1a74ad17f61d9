"""Inviting people: an account without a password, a membership, and a link that is issued when somebody asks for it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, count, islice
from secrets import token_hex
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from huakai_platform.identity import contacts
from huakai_platform.identity.models import Account, Invitation, Membership
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.db import Base
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.sites import Site

PREFIXES = {Role.INSTITUTION_ADMIN: "admin", Role.REGIONAL_OFFICE: "office", Role.AUDITOR: "auditor"}


@dataclass(frozen=True)
class Person:
    """Somebody to invite."""

    name: str
    role: Role
    region_code: str | None = None
    post: str | None = None
    phone: str | None = None
    email: str | None = None
    login_name: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True)
class Invited:
    """`invitation_id` is None when the person already has an account and needs no link."""

    account_id: UUID
    membership_id: UUID
    invitation_id: UUID | None


def invite(
    session: Session,
    *,
    institution_id: UUID,
    name: str,
    role: Role,
    site_id: UUID | None = None,
    region_code: str | None = None,
    post: str | None = None,
    phone: str | None = None,
    email: str | None = None,
    login_name: str | None = None,
    lookup_key: bytes,
    valid_from: date | None = None,
    valid_until: date | None = None,
) -> Invited:
    """Invite one person; the same post at the same site, or the same telephone in the same role, is invited once."""
    person = Person(name, role, region_code, post, phone, email, login_name, valid_from, valid_until)
    return invite_all(session, [person], institution_id=institution_id, site_id=site_id, lookup_key=lookup_key)[0]


def invite_all(
    session: Session, people: Sequence[Person], *, institution_id: UUID, site_id: UUID | None, lookup_key: bytes
) -> list[Invited]:
    """Invite the people of one site (or of the institution) in at most seven statements; works under every login."""
    party = _Party(session, people, institution_id, site_id, lookup_key)
    invited = [party.invite(person) for person in people]
    party.write(session)
    return invited


class _Party:
    """The people invited together: what is there already, and the rows that are still to be written."""

    def __init__(
        self,
        session: Session,
        people: Sequence[Person],
        institution_id: UUID,
        site_id: UUID | None,
        lookup_key: bytes,
    ) -> None:
        self._institution_id, self._site_id, self._lookup_key = institution_id, site_id, lookup_key
        self._held = _held(session, site_id) if site_id else {}
        self._known = _known(session, people, lookup_key)
        self._names = _LoginNames(session, people, site_id)
        self._rows: dict[type[Base], list[dict[str, object]]] = {Account: [], Membership: [], Invitation: []}
        self._now = clock.now()

    def invite(self, person: Person) -> Invited:
        phone = contacts.normal_phone(person.phone or "")
        lookup = contacts.phone_lookup(self._lookup_key, phone) if phone else None
        account_id = self._known.get((lookup, person.name)) if lookup else None
        twin = self._held.get(("post", person.post)) if self._site_id and person.post else None
        if twin := twin or (self._held.get((account_id, person.role.value)) if account_id else None):
            return twin
        invitation_id = None
        if account_id is None:
            account_id, invitation_id = self._account(person, phone, lookup), uuid7()
            self._link(invitation_id, account_id)
        invited = Invited(account_id, self._member(person, account_id), invitation_id)
        self._held[account_id, person.role.value] = invited
        return invited

    def write(self, session: Session) -> None:
        for model, rows in self._rows.items():
            if rows:
                session.execute(insert(model), rows)

    def _account(self, person: Person, phone: str | None, lookup: bytes | None) -> UUID:
        """A new account; a number or address that is somebody else's stays with them."""
        account_id, email = uuid7(), contacts.normal_email(person.email or "")
        if lookup and any(lookup == taken for taken, _name in self._known):
            lookup = None
        if lookup:
            self._known[lookup, person.name] = account_id
        self._rows[Account].append(
            {
                "id": account_id,
                "name": person.name,
                "login_name": self._names.take(person),
                "email": email if email and not self._names.mailed(email) else None,
                "phone_lookup": lookup,
                "phone_hint": contacts.hint(phone) if phone else None,
                "created_at": self._now,
            }
        )
        return account_id

    def _member(self, person: Person, account_id: UUID) -> UUID:
        membership_id = uuid7()
        self._rows[Membership].append(
            {
                "id": membership_id,
                "account_id": account_id,
                "institution_id": self._institution_id,
                "role": person.role.value,
                "site_id": self._site_id,
                "region_code": person.region_code,
                "post": person.post,
                "valid_from": person.valid_from,
                "valid_until": person.valid_until,
                "created_at": self._now,
            }
        )
        return membership_id

    def _link(self, invitation_id: UUID, account_id: UUID) -> None:
        self._rows[Invitation].append(
            {
                "id": invitation_id,
                "account_id": account_id,
                "site_id": self._site_id,
                "purpose": "invite",
                "created_at": self._now,
            }
        )


def _held(session: Session, site_id: UUID) -> dict[tuple[object, str], Invited]:
    """The site's present memberships, by post and by account and role, each with its unused invitation."""
    rows = session.execute(
        select(Membership.id, Membership.account_id, Membership.role, Membership.post, Invitation.id.label("link"))
        .outerjoin(
            Invitation,
            (Invitation.account_id == Membership.account_id)
            & (Invitation.purpose == "invite")
            & Invitation.used_at.is_(None),
        )
        .where(Membership.site_id == site_id, Membership.ended_at.is_(None))
    )
    held: dict[tuple[object, str], Invited] = {}
    for row in rows:
        invited = Invited(row.account_id, row.id, row.link)
        held[row.account_id, row.role] = invited
        if row.post:
            held["post", row.post] = invited
    return held


def _known(session: Session, people: Iterable[Person], lookup_key: bytes) -> dict[tuple[bytes, str], UUID]:
    """Accounts by telephone and name; a number that two people share never makes them one."""
    phones = filter(None, (contacts.normal_phone(person.phone or "") for person in people))
    lookups = [contacts.phone_lookup(lookup_key, phone) for phone in phones]
    if not lookups:
        return {}
    rows = session.execute(
        select(Account.id, Account.name, Account.phone_lookup).where(Account.phone_lookup.in_(lookups))
    )
    return {(bytes(row.phone_lookup), row.name): row.id for row in rows if row.phone_lookup}


class _LoginNames:
    """Readable names nobody has: `hk-410311-0001-a` for a post, `…-2` for the next person, `office-3`."""

    def __init__(self, session: Session, people: Sequence[Person], site_id: UUID | None) -> None:
        self._stem = _code_of(session, site_id) if site_id else None
        wanted = [name for person in people for name in islice(self._candidates(person), 12)]
        emails = [email for person in people if (email := contacts.normal_email(person.email or ""))]
        rows = session.execute(
            select(Account.login_name, Account.email).where(
                Account.login_name.in_(wanted) | Account.email.in_(emails) if emails else Account.login_name.in_(wanted)
            )
        ).all()
        self._taken = {row.login_name for row in rows}
        self._emails = {row.email for row in rows}

    def take(self, person: Person) -> str:
        free = next((name for name in islice(self._candidates(person), 12) if name not in self._taken), None)
        name = free or f"{next(self._candidates(person))}-{token_hex(3)}"
        self._taken.add(name)
        return name

    def mailed(self, email: str) -> bool:
        """Whether the address belongs to somebody already; it is nobody else's afterwards."""
        taken = email in self._emails
        self._emails.add(email)
        return taken

    def _candidates(self, person: Person) -> Iterator[str]:
        if person.login_name:
            return iter([person.login_name])
        stem = self._stem or PREFIXES.get(person.role, "member")
        if person.post:
            first = f"{stem}-{person.post.lower()}"
            return chain([first], (f"{first}{number}" for number in count(2)))
        return (f"{stem}-{number}" for number in count(1))


def _code_of(session: Session, site_id: UUID) -> str:
    code = session.scalar(select(Site.code).where(Site.id == site_id))
    if code is None:
        raise NotFound(_("没有这个站点。"))
    return code.lower()
