"""Inviting people: an account without a password, a membership, and a link that is issued when somebody asks for it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from huakai_platform.identity import contacts, freeing, known, turns
from huakai_platform.identity.deciding import Asked, Decision, Place, Word, decide
from huakai_platform.identity.known import Held, Present, Somebody
from huakai_platform.identity.models import Account, Invitation, Membership
from huakai_platform.identity.naming import LoginNames, Person
from huakai_platform.kernel import audit, clock
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.db import table
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.sites import Site


class Outcome(StrEnum):
    """What became of an invitation; anything else is refused."""

    NEW = "new"
    """An account was made; its person needs a link."""
    JOINED = "joined"
    """The person has an account, which got the role and stayed as it was otherwise."""
    THERE = "there"
    """The person had this very role already: a repeated opening."""


@dataclass(frozen=True)
class Invited:
    """What became of one invitation."""

    account_id: UUID
    membership_id: UUID
    outcome: Outcome
    login_name: str
    invitation_id: UUID | None = None
    """The link of a new account, to be issued."""
    needs_link: bool = True
    """Whether the person has no password yet."""
    shared: bool = False
    """Whether the person works at another institution, too, so that none governs the account alone."""
    unset: frozenset[str] = frozenset()
    """What was typed (`phone`, `email`, `login_name`) and does not open this account."""


def invite(
    session: Session,
    actor: Actor | None = None,
    *,
    word: Word = Word.INSTITUTION,
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
    """Invite one person. Raises Taken where a post, number, address, name or role is somebody's already."""
    if site_id and word is Word.INSTITUTION:
        turns.hold_site(session, site_id)
    person = Person(name, role, region_code, post, phone, email, login_name, valid_from, valid_until)
    invited = invite_all(
        session, [person], institution_id=institution_id, site_id=site_id, lookup_key=lookup_key, word=word
    )[0]
    if invited.outcome is Outcome.JOINED:
        unknown = session.scalar(select(Account.password_hash.is_(None)).where(Account.id == invited.account_id))
        invited = replace(invited, needs_link=bool(unknown))
    about = {"membership": invited.membership_id, "role": role, "site": site_id, "region": region_code}
    audit.record(session, actor, "accounts.invited", "account", invited.account_id, **about, outcome=invited.outcome)
    return invited


def invite_all(
    session: Session,
    people: Sequence[Person],
    *,
    institution_id: UUID,
    site_id: UUID | None,
    site_code: str | None = None,
    lookup_key: bytes,
    word: Word = Word.REGISTER,
) -> list[Invited]:
    """Invite the people of one site (or of the institution) in at most six statements; works under every login.

    `site_code` saves looking it up. Only whom the institution's word brings in is the same person at another place:
    a room's word, or a number that somebody has entered for themselves, would let them take another's role.
    """
    code = site_code or (_code_of(session, site_id) if site_id else None)
    party = _Party(session, people, institution_id, site_id, code, lookup_key, word)
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
        word: Word,
    ) -> None:
        self._word, self._names, self._now = word, LoginNames(site_code), clock.now()
        self._asked = {person: _asked(person, lookup_key) for person in people}
        self._place = Place(institution_id, site_id)
        self._rows: dict[str, list[dict[str, object]]] = {name: [] for name in _WRITE}
        self._freed: list[Somebody] = []
        self._read(session, people)

    def _read(self, session: Session, people: Sequence[Person]) -> None:
        """Take turns with whoever wants the same, then see who is there.

        An opening holds its site already, and comes again where somebody was faster with a number.
        """
        wanted, site_id = self._asked.values(), self._place.site_id
        emails = [one.email for one in wanted if one.email]
        phones = [one.phone for one in wanted if one.phone]
        if self._word is not Word.REGISTER:
            typed = [one.person.login_name for one in wanted if one.person.login_name]
            things = (("site", (site_id,)), ("email", emails), ("phone", phones), ("login", typed))
            turns.take(session, [(kind, one) for kind, values in things for one in values])
        logins = self._names.wanted(people)
        marks = [one.mark for one in wanted if one.mark]
        self._known = known.read(session, logins=logins, emails=emails, phones=phones, marks=marks)
        self._names.are_taken(self._known.logins)
        if site_id:
            self._place = replace(self._place, present=tuple(known.present_at(session, site_id)))

    def invite(self, person: Person) -> Invited:
        asked = self._asked[person]
        decision = decide(asked, self._word, self._place, self._known)
        if decision.there:
            held, login = decision.there, decision.who.login_name if decision.who else ""
            return Invited(held.account_id, held.membership_id, Outcome.THERE, login)
        if decision.who:
            return self._joined(asked, decision.who)
        return self._new(asked, decision)

    def _joined(self, asked: Asked, who: Somebody) -> Invited:
        typed = {
            "phone": (asked.phone, who.phone_lookup),
            "email": (asked.email, who.email),
            "login_name": (asked.person.login_name, who.login_name),
        }
        unset = frozenset(name for name, (given, held) in typed.items() if given and given != held)
        shared = who.beyond(self._place.institution_id)
        membership_id = self._member(asked.person, who)
        return Invited(who.account_id, membership_id, Outcome.JOINED, who.login_name, None, shared=shared, unset=unset)

    def _new(self, asked: Asked, decision: Decision) -> Invited:
        for former in decision.freed:
            self._known.free(former)
        self._freed += decision.freed
        who, invitation_id = self._account(asked, decision), uuid7()
        self._link(invitation_id, who.account_id)
        free = {"phone": decision.phone or not asked.phone, "email": decision.email or not asked.email}
        unset = frozenset(name for name, fine in free.items() if not fine)
        membership_id = self._member(asked.person, who)
        return Invited(who.account_id, membership_id, Outcome.NEW, who.login_name, invitation_id, unset=unset)

    def write(self, session: Session) -> None:
        if self._freed:
            freeing.free(session, [one.account_id for one in self._freed])
        for name, statement in _WRITE.items():
            if rows := self._rows[name]:
                session.execute(statement, rows)

    def _account(self, asked: Asked, decision: Decision) -> Somebody:
        """A new account with what is free; a number or address that is somebody else's stays with them."""
        person = asked.person
        login = self._names.take(person)
        who = Somebody(uuid7(), person.name, login, decision.email, decision.phone, phone_hint=asked.hint)
        self._rows["accounts"].append(
            {
                "id": who.account_id,
                "name": who.name,
                "login_name": who.login_name,
                "email": who.email,
                "phone_lookup": who.phone_lookup,
                "phone_hint": who.phone_hint,
                "person_lookup": decision.mark,
                "created_at": self._now,
            }
        )
        self._remember(who, decision.mark)
        return who

    def _member(self, person: Person, who: Somebody) -> UUID:
        place, scope = self._place, (self._place.site_id, person.region_code, person.post)
        held = Held(
            uuid7(), who.account_id, place.institution_id, person.role.value, *scope, person.valid_from,
            person.valid_until,
        )  # fmt: skip
        self._rows["memberships"].append(
            {
                "id": held.membership_id,
                "account_id": held.account_id,
                "institution_id": held.institution_id,
                "role": held.role,
                "site_id": held.site_id,
                "region_code": held.region_code,
                "post": held.post,
                "valid_from": held.valid_from,
                "valid_until": held.valid_until,
                "created_at": self._now,
            }
        )
        self._place = replace(place, present=(*place.present, Present(held, who)))
        self._remember(replace(who, roles=(*who.roles, held)))
        return held.membership_id

    def _remember(self, who: Somebody, mark: bytes | None = None) -> None:
        """So that the next one of the party finds this one."""
        same = [one for one, there in self._known.marks.items() if there.account_id == who.account_id]
        for each in (*same, mark):
            self._known.add(who, each)

    def _link(self, invitation_id: UUID, account_id: UUID) -> None:
        self._rows["invitations"].append(
            {
                "id": invitation_id,
                "account_id": account_id,
                "site_id": self._place.site_id,
                "purpose": "invite",
                "created_at": self._now,
            }
        )


_WRITE = {
    "accounts": insert(table(Account)),
    "memberships": insert(table(Membership)),
    "invitations": insert(table(Invitation)),
}


def _asked(person: Person, lookup_key: bytes) -> Asked:
    phone, email = contacts.normal_phone(person.phone or ""), contacts.normal_email(person.email or "")
    if phone is None:
        return Asked(person, email=email)
    mark = contacts.person_lookup(lookup_key, phone, person.name)
    return Asked(person, contacts.phone_lookup(lookup_key, phone), email, mark, contacts.hint(phone))


def _code_of(session: Session, site_id: UUID) -> str:
    code = session.scalar(select(Site.code).where(Site.id == site_id))
    if code is None:
        raise NotFound(_("没有这个站点。"))
    return code
