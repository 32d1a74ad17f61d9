"""What the story of a room is made from: its standard, its calendar, its people, and dice of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_deploy.demo_history.sheets import Stock
from huakai_platform.identity.models import Account, Membership
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor, Role, permissions_of
from huakai_platform.kernel.sites import Site
from huakai_platform.standards import service as standards
from huakai_platform.workdays import calendar
from huakai_tenants.checklists import schedule
from huakai_tenants.checklists.schedule import Expected
from huakai_tenants.training import curriculum
from huakai_tenants.training.curriculum import Curriculum

LONGEST, MOSTLY, SHORTEST = 400, 130, 75
"""Days for which rooms have worked with the platform."""
EXEMPLARY = 0.35


@dataclass(frozen=True)
class Standard:
    """What the edition asks of a tier, and every checklist that has fallen due in the longest time."""

    posts: Sequence[Mapping[str, Any]]
    counselling: Sequence[str]
    curriculum: Curriculum
    deadlines: Mapping[str, int]
    stock: Stock
    expected: Sequence[Expected]


@dataclass(frozen=True)
class Place:
    """A site of the register, before anybody has entered it."""

    id: UUID
    code: str
    tier: str
    edition_id: UUID
    area: float
    since: date
    own: bool
    """The one whose people sign in to the demonstration."""


@dataclass(frozen=True)
class Room:
    """A site that was entered: `care`, from 0.5 to 1, is how well it is kept; an exemplary one lacks nothing."""

    place: Place
    standard: Standard
    head: Actor
    second: Actor
    today: date
    opened_on: date
    care: float
    exemplary: bool
    dice: Random

    def at(self, day: date, hour: int, minute: int = 0) -> datetime:
        return datetime.combine(day, time(hour, minute), clock.CHINA)

    def happens(self, share: float) -> bool:
        return self.dice.random() < share

    def keeps(self, least: float) -> bool:
        """Whether a duty was seen to: `least` of ten times at a bad room, always at an exemplary one."""
        return self.happens(least + (1 - least) * self.care) or self.exemplary


def standard(session: Session, edition_id: UUID, tier: str, today: date) -> Standard:
    """Reads the platform's tables only."""
    lists = schedule.recurring(session, edition_id, tier)
    found: dict[tuple[str, date], Expected] = {}
    for back in range(LONGEST, 0, -1):
        day = today - timedelta(days=back)
        for one in schedule.expected(lists.values(), day, calendar.around(session, day).works, since=day):
            found.setdefault((one.code, one.period_start), one)
    certificates = standards.body(session, edition_id, "certificates")["certificates"]
    deadlines = standards.body(session, edition_id, "indicators")["rectification"]
    posts = [
        {**post, "wanted": int(post["number"].get(tier, 0))}
        for post in standards.body(session, edition_id, "posts")["posts"]
    ]
    return Standard(
        [post for post in posts if post["wanted"]],
        [one["code"] for one in certificates if one.get("counsels")],
        curriculum.of(session, edition_id),
        {one["code"]: int(one["days"]) for one in deadlines},
        Stock(lists),
        sorted((one for one in found.values() if one.due_on < today), key=lambda one: (one.due_on, one.code)),
    )


def opened_on(place: Place, today: date) -> date:
    """Since when the site has worked with the platform; the same whenever it is asked on a day."""
    days = LONGEST if place.own else int(Random(f"{place.code} opened").triangular(SHORTEST, LONGEST, MOSTLY))
    return max(place.since, today - timedelta(days=days))


def entered(session: Session, place: Place, known: Standard, today: date) -> Room | None:
    """The room whose tenant the session has entered; None where nobody works yet."""
    people = _people(session, place)
    if not people:
        return None
    dice = Random(place.code)
    care, exemplary = 0.55 + 0.44 * dice.random() ** 0.5, dice.random() < EXEMPLARY
    if exemplary or place.own:
        care = 0.96
    head = next((one for one in people if one.role is Role.SITE_HEAD), people[0])
    second = next((one for one in people if one.account_id != head.account_id), head)
    return Room(place, known, head, second, today, opened_on(place, today), care, exemplary, dice)


def _people(session: Session, place: Place) -> list[Actor]:
    """The newest of each role first: at the demonstration's own site those who sign in."""
    rows = session.execute(
        select(Account.id, Account.name, Membership.role, Membership.institution_id)
        .join(Membership, Membership.account_id == Account.id)
        .join(Site, Site.id == Membership.site_id)
        .where(Site.id == place.id, Membership.ended_at.is_(None))
        .order_by(Membership.created_at.desc(), Account.login_name)
    )
    return [
        Actor(
            account_id=row.id,
            name=row.name,
            role=Role(row.role),
            institution_id=row.institution_id,
            site_id=place.id,
            permissions=permissions_of(Role(row.role)),
        )
        for row in rows
    ]
