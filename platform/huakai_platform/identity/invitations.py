"""Inviting people: an account without a password, a membership, and a link that is issued when somebody asks for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from huakai_platform.identity import contacts
from huakai_platform.identity.models import Account, Invitation, Membership
from huakai_platform.identity.naming import LoginNames, Person
from huakai_platform.kernel import audit, clock
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.db import table
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.sites import Site


@dataclass(frozen=True)
class Invited:
    """`invitation_id` is None when the person already has an account and needs no link."""

    account_id: UUID
    membership_id: UUID
    invitation_id: UUID | None


def invite(
    session: Session,
    actor: Actor | None = None,
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
    vouched: bool = True,
) -> Invited:
    """Invite one person; the same post at the same site, or the same telephone in the same role, is invited once."""
    person = Person(name, role, region_code, post, phone, email, login_name, valid_from, valid_until)
    invited = invite_all(
        session, [person], institution_id=institution_id, site_id=site_id, lookup_key=lookup_key, vouched=vouched
    )[0]
    about = {"membership": invited.membership_id, "role": role, "site": site_id, "region": region_code}
    audit.record(session, actor, "accounts.invited", "account", invited.account_id, **about)
    return invited


def invite_all(
    session: Session,
    people: Sequence[Person],
    *,
    institution_id: UUID,
    site_id: UUID | None,
    site_code: str | None = None,
    lookup_key: bytes,
    vouched: bool = True,
) -> list[Invited]:
    """Invite the people of one site (or of the institution) in at most six statements; works under every login.

    `site_code` saves looking it up. Only whom the institution has `vouched` for is the same person at another place:
    a room's word, or a number that somebody has entered for themselves, would let them take another's role.
    """
    code = site_code or (_code_of(session, site_id) if site_id else None)
    party = _Party(session, people, institution_id, site_id, code, lookup_key, vouched)
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
        site_code: str | None,
        lookup_key: bytes,
        vouched: bool,
    ) -> None:
        self._institution_id, self._site_id, self._vouched = institution_id, site_id, vouched
        self._phones = {person.phone: contacts.normal_phone(person.phone) for person in people if person.phone}
        self._lookups = {phone: contacts.phone_lookup(lookup_key, phone) for phone in self._phones.values() if phone}
        self._held = _held(session, site_id) if site_id else {}
        self._names = LoginNames(site_code)
        self._marks = {
            person: contacts.person_lookup(lookup_key, phone, person.name)
            for person in people
            if (phone := self._phones.get(person.phone or ""))
        }
        self._known = self._names.read(session, people, list(self._lookups.values()), list(self._marks.values()))
        self._rows: dict[str, list[dict[str, object]]] = {name: [] for name in _WRITE}
        self._now = clock.now()

    def invite(self, person: Person) -> Invited:
        phone = self._phones.get(person.phone or "")
        lookup = self._lookups[phone] if phone else None
        account_id = self._who(person, lookup)
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

    def _who(self, person: Person, lookup: bytes | None) -> UUID | None:
        """The account of somebody the institution has invited before, or who works in this very room."""
        if lookup is None:
            return None
        here = self._known.numbers.get((lookup, person.name))
        present = any(here == one.account_id for one in self._held.values())
        return self._known.persons.get(self._marks[person]) or (here if present else None)

    def write(self, session: Session) -> None:
        for name, statement in _WRITE.items():
            if rows := self._rows[name]:
                session.execute(statement, rows)

    def _account(self, person: Person, phone: str | None, lookup: bytes | None) -> UUID:
        """A new account; a number or address that is somebody else's stays with them."""
        account_id, email = uuid7(), contacts.normal_email(person.email or "")
        mark = self._marks.get(person) if self._vouched else None
        if mark:
            self._known.persons[mark] = account_id
        if lookup and any(lookup == taken for taken, _name in self._known.numbers):
            lookup = None
        if lookup:
            self._known.numbers[lookup, person.name] = account_id
        self._rows["accounts"].append(
            {
                "id": account_id,
                "name": person.name,
                "login_name": self._names.take(person),
                "email": email if email and not self._names.mailed(email) else None,
                "phone_lookup": lookup,
                "phone_hint": contacts.hint(phone) if phone else None,
                "person_lookup": mark,
                "created_at": self._now,
            }
        )
        return account_id

    def _member(self, person: Person, account_id: UUID) -> UUID:
        membership_id = uuid7()
        self._rows["memberships"].append(
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
        self._rows["invitations"].append(
            {
                "id": invitation_id,
                "account_id": account_id,
                "site_id": self._site_id,
                "purpose": "invite",
                "created_at": self._now,
            }
        )


_ACCOUNT, _MEMBER, _LINK = table(Account), table(Membership), table(Invitation)
_WRITE = {"accounts": insert(_ACCOUNT), "memberships": insert(_MEMBER), "invitations": insert(_LINK)}
_HELD = (
    select(_MEMBER.c.id, _MEMBER.c.account_id, _MEMBER.c.role, _MEMBER.c.post, _LINK.c.id.label("link"))
    .outerjoin_from(
        _MEMBER,
        _LINK,
        (_LINK.c.account_id == _MEMBER.c.account_id) & (_LINK.c.purpose == "invite") & _LINK.c.used_at.is_(None),
    )
    .where(_MEMBER.c.site_id == bindparam("of_site"), _MEMBER.c.ended_at.is_(None))
)


def _held(session: Session, site_id: UUID) -> dict[tuple[object, str], Invited]:
    """The site's present memberships, by post and by account and role, each with its unused invitation."""
    held: dict[tuple[object, str], Invited] = {}
    for row in session.execute(_HELD, {"of_site": site_id}):
        invited = Invited(row.account_id, row.id, row.link)
        held[row.account_id, row.role] = invited
        if row.post:
            held["post", row.post] = invited
    return held


def _code_of(session: Session, site_id: UUID) -> str:
    code = session.scalar(select(Site.code).where(Site.id == site_id))
    if code is None:
        raise NotFound(_("没有这个站点。"))
    return code
