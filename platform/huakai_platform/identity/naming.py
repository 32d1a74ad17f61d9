"""The people to invite, and readable login names that nobody has."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, count, islice
from secrets import token_hex
from uuid import UUID

from sqlalchemy import any_, bindparam, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA, TEXT
from sqlalchemy.orm import Session

from huakai_platform.identity import contacts
from huakai_platform.identity.models import Account
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.db import table

PREFIXES = {Role.INSTITUTION_ADMIN: "admin", Role.REGIONAL_OFFICE: "office", Role.AUDITOR: "auditor"}
_ACCOUNT = table(Account)
_TAKEN = select(
    _ACCOUNT.c.id,
    _ACCOUNT.c.name,
    _ACCOUNT.c.login_name,
    _ACCOUNT.c.email,
    _ACCOUNT.c.phone_lookup,
    _ACCOUNT.c.person_lookup,
).where(
    or_(
        _ACCOUNT.c.login_name == any_(bindparam("names", type_=ARRAY(TEXT))),
        _ACCOUNT.c.email == any_(bindparam("emails", type_=ARRAY(TEXT))),
        _ACCOUNT.c.phone_lookup == any_(bindparam("lookups", type_=ARRAY(BYTEA))),
        _ACCOUNT.c.person_lookup == any_(bindparam("persons", type_=ARRAY(BYTEA))),
    )
)


@dataclass(frozen=True)
class Known:
    """Accounts that are there: by telephone and name as they stand now, and by those the institution once gave."""

    numbers: dict[tuple[bytes, str], UUID]
    persons: dict[bytes, UUID]


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


class LoginNames:
    """Readable names nobody has: `hk-410311-0001-a` for a post, `…-2` for the next person, `office-3`."""

    def __init__(self, site_code: str | None) -> None:
        self._stem = site_code.lower() if site_code else None
        self._taken: set[str] = set()
        self._emails: set[str] = set()

    def read(
        self, session: Session, people: Sequence[Person], lookups: Sequence[bytes], persons: Sequence[bytes]
    ) -> Known:
        """Ask which names and addresses are taken, and who is known, by telephone and name.

        A number that two people share never makes them one.
        """
        wanted = {
            "names": [name for person in people for name in islice(self._candidates(person), 12)],
            "emails": [email for person in people if (email := contacts.normal_email(person.email or ""))],
            "lookups": lookups,
            "persons": persons,
        }
        rows = session.execute(_TAKEN, wanted).all()
        self._taken = {row.login_name for row in rows}
        self._emails = {row.email for row in rows}
        return Known(
            {(bytes(row.phone_lookup), row.name): row.id for row in rows if row.phone_lookup in lookups},
            {bytes(row.person_lookup): row.id for row in rows if row.person_lookup in persons},
        )

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
