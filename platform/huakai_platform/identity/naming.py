"""The people to invite, and readable login names that nobody has."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain, count, islice
from secrets import token_hex

from huakai_platform.kernel.access import Role

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


class LoginNames:
    """Readable names nobody has: `hk-410311-0001-a` for a post, `…-2` for the next person, `office-3`."""

    def __init__(self, site_code: str | None) -> None:
        self._stem = site_code.lower() if site_code else None
        self._taken: set[str] = set()

    def wanted(self, people: Iterable[Person]) -> list[str]:
        """The names that might be given, to be asked whether somebody has them."""
        return [name for person in people for name in islice(self._candidates(person), 12)]

    def are_taken(self, names: Iterable[str]) -> None:
        self._taken |= set(names)

    def take(self, person: Person) -> str:
        free = next((name for name in islice(self._candidates(person), 12) if name not in self._taken), None)
        name = free or f"{next(self._candidates(person))}-{token_hex(3)}"
        self._taken.add(name)
        return name

    def _candidates(self, person: Person) -> Iterator[str]:
        if person.login_name:
            return iter([person.login_name])
        stem = self._stem or PREFIXES.get(person.role, "member")
        if person.post:
            first = f"{stem}-{person.post.lower()}"
            return chain([first], (f"{first}{number}" for number in count(2)))
        return (f"{stem}-{number}" for number in count(1))
