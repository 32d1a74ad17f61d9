"""How people of the team come into the register: at the opening of the room, or taken over later."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from huakai_platform.kernel import audit, clock, outbox, tenancy
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.db import table
from huakai_platform.kernel.events import NumbersChanged
from huakai_platform.kernel.ids import uuid7
from huakai_tenants.staff import listing
from huakai_tenants.staff.models import StaffMember

HEAD = "site_head"
"""The post whose A and B the institution names when it opens a room."""
POSTS = {Role.COUNSELLOR: "counsellor", Role.SITE_WORKER: "assistant", Role.VOLUNTEER: "assistant"}
"""Where somebody of the team works who was invited without an A or B; the head corrects it."""


@dataclass(frozen=True)
class Newcomer:
    """Somebody of the team; `ab` where the institution has named the person the head's A or B."""

    account_id: UUID
    name: str
    role: Role
    ab: str | None = None

    @property
    def post(self) -> str:
        return HEAD if self.ab else POSTS.get(self.role, HEAD)


def enrol(session: Session, people: Iterable[Newcomer]) -> list[StaffMember]:
    """Write people of the team down; who is there already stays, and no A or B is given a second time.

    Gives whom it wrote down, detached, for whoever measures a new room without reading it.
    """
    known = session.execute(
        select(StaffMember.account_id, StaffMember.number, StaffMember.ab, StaffMember.post, StaffMember.left_on)
    ).all()
    there = {row.account_id for row in known}
    held = {row.ab for row in known if row.post == HEAD and row.left_on is None}
    new = {one.account_id: one for one in people if one.account_id not in there}
    rows = []
    for number, one in zip(after({row.number for row in known}, len(new)), new.values(), strict=True):
        ab = one.ab if one.ab not in held else None
        held.add(ab)
        rows.append(_row(session, number, one, ab))
    if rows:
        session.execute(insert(table(StaffMember)), rows)
    return [StaffMember(**row) for row in rows]


def take_over(session: Session, actor: Actor) -> int:
    """Write down everybody of the team who is not in the register yet; gives how many."""
    people = [Newcomer(row.id, row.name, Role(row.role), row.ab) for row in listing.newcomers(session)]
    added = len(enrol(session, people))
    if added:
        outbox.publish(session, NumbersChanged(clock.month(clock.today()).isoformat()))
        audit.record(session, actor, "staff.enrolled", "site", tenancy.current(session), count=added)
    return added


def next_numbers(session: Session, count: int) -> list[str]:
    """Free numbers of the form S001, in order."""
    return after(set(session.scalars(select(StaffMember.number))), count)


def after(taken: set[str], count: int) -> list[str]:
    """Numbers of the form S001 behind those that are taken, in order."""
    ours = [int(number[1:]) for number in taken if number[:1] == "S" and number[1:].isdecimal() and len(number) < 9]
    first = max(ours, default=0) + 1
    return [f"S{number:03}" for number in range(first, first + count)]


def _row(session: Session, number: str, one: Newcomer, ab: str | None) -> dict[str, object]:
    return {
        "tenant_id": tenancy.current(session),
        "id": uuid7(),
        "number": number,
        "account_id": one.account_id,
        "name": one.name,
        "post": one.post,
        "employment": "volunteer" if one.role is Role.VOLUNTEER else "full_time",
        "ab": ab,
        "joined_on": clock.today(),
        "created_at": clock.now(),
        "version": 1,
    }
