"""Who works in a room, what they learned, and the certificates they hold."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_deploy.demo_history import words
from huakai_deploy.demo_history.rooms import Room
from huakai_deploy.demo_history.writing import write
from huakai_platform.kernel import clock
from huakai_platform.kernel.ids import uuid7
from huakai_tenants.staff import enrolling
from huakai_tenants.staff.models import Qualification, StaffMember
from huakai_tenants.training.curriculum import Course
from huakai_tenants.training.models import TrainingRecord

SOON = (1, 6, 25, 80, -20, -60)
"""Days until some certificates run out, or since they did."""
VACANT, REPLACED = 0.06, 0.08


@dataclass(frozen=True)
class Member:
    id: UUID
    number: str
    post: str
    joined_on: date


def settle(session: Session, room: Room) -> None:
    """Fill the posts of the tier, and let everybody have learned something; whoever is there already stays."""
    if room.place.own:
        enrolling.take_over(session, room.head)
    members = [*_present(session, room), *_newcomers(session, room)]
    _teach(session, room, members)
    write(session, Qualification, [row for one in members for row in _certificates(room, one)])


def name(dice: Random) -> str:
    return dice.choice(words.SURNAMES) + dice.choice(words.GIVEN)


def _present(session: Session, room: Room) -> list[Member]:
    """Those whom the opening wrote down have been there since then."""
    rows = session.scalars(select(StaffMember).order_by(StaffMember.number)).all()
    held = {(row.post, row.ab) for row in rows}
    for row in rows:
        row.joined_on = room.opened_on
        row.background_checked_on = _checked_on(room, room.opened_on)
        if row.ab is None and row.post == "counsellor" and ("counsellor", "A") not in held:
            row.ab = "A"
            held.add(("counsellor", "A"))
    session.flush()
    return [Member(row.id, row.number, row.post, row.joined_on) for row in rows]


def _newcomers(session: Session, room: Room) -> list[Member]:
    rows = session.execute(select(StaffMember.post, StaffMember.ab)).all()
    held = {(row.post, row.ab) for row in rows}
    places = [
        (post, ab) for post in room.standard.posts for ab in _places(post) if (post["code"], ab) not in held or not ab
    ]
    made: list[dict[str, Any]] = []
    for post, ab in places:
        made.extend(_holders(room, post["code"], ab))
    for row, number in zip(made, enrolling.next_numbers(session, len(made)), strict=True):
        row["number"] = number
    write(session, StaffMember, made)
    return [Member(row["id"], row["number"], row["post"], row["joined_on"]) for row in made if not row["left_on"]]


def _places(post: Any) -> list[str | None]:
    if not post["ab"]:
        return [None] * int(post["wanted"])
    return ["A", "B", *[None] * max(0, int(post["wanted"]) - 2)]


def _holders(room: Room, post: str, ab: str | None) -> Iterator[dict[str, Any]]:
    """Mostly one person since long ago; sometimes one who left, and after whom the place stayed vacant."""
    dice, fate = room.dice, room.dice.random()
    vacant = ab != "A" and fate < VACANT
    if vacant or fate > 1 - REPLACED:
        left = room.today - timedelta(days=dice.randint(40, 240))
        if left > room.opened_on:
            yield _row(room, post, ab, room.opened_on, left)
        if vacant:
            return
        yield _row(room, post, ab, max(room.opened_on, left + timedelta(days=dice.randint(5, 30))), None)
        return
    yield _row(room, post, ab, room.opened_on, None)


def _row(room: Room, post: str, ab: str | None, joined_on: date, left_on: date | None) -> dict[str, Any]:
    return {
        "tenant_id": room.place.id,
        "id": uuid7(),
        "number": "",
        "name": name(room.dice),
        "post": post,
        "employment": room.dice.choice(("full_time", "part_time", "part_time", "seconded")),
        "ab": ab,
        "joined_on": joined_on,
        "left_on": left_on,
        "background_checked_on": _checked_on(room, joined_on),
        "created_at": clock.now(),
        "version": 1,
    }


def _checked_on(room: Room, joined_on: date) -> date | None:
    """Within the last year for most, too long ago or never for some."""
    if not room.keeps(0.6):
        return room.today - timedelta(days=room.dice.randint(370, 500)) if room.happens(0.6) else None
    return max(joined_on, room.today - timedelta(days=room.dice.randint(20, 350)))


def _teach(session: Session, room: Room, members: list[Member]) -> None:
    rows: list[dict[str, Any]] = []
    for one in members:
        if room.keeps(0.9):
            rows.extend(_learned(room, one))
    if room.place.own:
        _let_some_end(room, rows)
    write(session, TrainingRecord, rows)


def _let_some_end(room: Room, rows: list[dict[str, Any]]) -> None:
    """At the demonstration's own site something ends at every stage of which people are told."""
    ending = [row for row in rows if row["expires_on"]]
    for row, days in zip(ending[:: max(1, len(ending) // len(SOON))], SOON, strict=False):
        row["expires_on"] = room.today + timedelta(days=days)


def _learned(room: Room, one: Member) -> Iterator[dict[str, Any]]:
    """The courses before service, and those of this year and the last."""
    courses = room.standard.curriculum.courses
    for programme in room.standard.curriculum.programmes.get(one.post, ()):
        for code in programme.courses:
            if programme.period == "once":
                if room.keeps(0.8):
                    yield _record(room, one, courses[code], room.opened_on - timedelta(days=room.dice.randint(5, 40)))
                continue
            for year in (room.today.year - 1, room.today.year):
                if (day := _in_year(room, one, year)) and room.keeps(0.45):
                    yield _record(room, one, courses[code], day)


def _in_year(room: Room, one: Member, year: int) -> date | None:
    """Mostly early, so that the hours of a year are there before it ends."""
    first = max(date(year, 1, 5), one.joined_on)
    last = min(date(year, 12, 20), room.today - timedelta(days=1), first + timedelta(days=120))
    return first + timedelta(days=room.dice.randint(0, (last - first).days)) if first <= last else None


def _record(room: Room, one: Member, course: Course, held_on: date) -> dict[str, Any]:
    passed = not course.test or room.happens(0.96)
    expires = held_on + timedelta(days=730)
    if course.test and room.happens(0.06):
        expires = max(held_on, room.today + timedelta(days=room.dice.choice(SOON)))
    certified = course.test and passed
    return {
        "tenant_id": room.place.id,
        "id": uuid7(),
        "member_id": one.id,
        "course": course.code,
        "held_on": held_on,
        "hours": str(course.hours),
        "result": ("passed" if passed else "failed") if course.test else "attended",
        "score": _score(room, course, passed=passed) if course.test else None,
        "certificate_number": _number(room, "P") if certified else None,
        "issued_on": held_on if certified else None,
        "expires_on": expires if certified else None,
        "recorded_by": room.head.account_id,
        "recorded_at": room.at(held_on, 17, room.dice.randint(0, 59)),
        "version": 1,
    }


def _score(room: Room, course: Course, *, passed: bool) -> int:
    return room.dice.randint(course.pass_mark, 100) if passed else room.dice.randint(30, course.pass_mark - 1)


def _number(room: Room, kind: str) -> str:
    return f"{words.CERTIFICATE}{kind}-{room.dice.randint(100000, 999999)}"


def _certificates(room: Room, one: Member) -> Iterator[dict[str, Any]]:
    post = next((post for post in room.standard.posts if post["code"] == one.post), None)
    accepted = list(post["certificates"]) if post else []
    if not accepted or not room.keeps(0.5):
        return
    issued = room.today - timedelta(days=room.dice.randint(300, 2800))
    expires = max(issued + timedelta(days=1095), room.today + timedelta(days=room.dice.randint(120, 900)))
    if room.happens(0.12):
        expires = room.today + timedelta(days=room.dice.choice(SOON))
    verified = room.happens(0.85)
    yield {
        "tenant_id": room.place.id,
        "id": uuid7(),
        "member_id": one.id,
        "kind": room.dice.choice(accepted),
        "certificate_number": _number(room, "Z"),
        "issued_on": issued,
        "expires_on": expires if room.happens(0.7) else None,
        "verified_on": max(issued, room.opened_on) if verified else None,
        "verified_by": room.head.account_id if verified else None,
        "created_at": room.at(room.opened_on, 10),
    }
