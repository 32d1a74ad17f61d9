"""Site after site: its story in its own tenant, then its numbers; what is written already stays as it is."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_deploy.demo_history import (
    activities,
    checks,
    equipment,
    looks,
    numbers,
    people,
    photos,
    premises,
    registers,
    trail,
)
from huakai_deploy.demo_history.rooms import Place, Standard, entered, standard
from huakai_deploy.demo_history.writing import LAZILY, Photo
from huakai_platform.identity.models import Account, Membership
from huakai_platform.kernel import clock
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.sites import Site, SiteState
from huakai_platform.onboarding.models import SiteEvent

AT_ONCE = 2
SEALED = 2
"""At how many sites, the own one first, an assessment was sealed."""
Bar = Callable[[int], None]


@dataclass(frozen=True)
class Telling:
    """What all stories have in common."""

    databases: Databases
    today: date
    standards: dict[tuple[UUID, str], Standard]
    pictures: Sequence[Photo]
    past: UUID
    """The site that has a history of 2019."""

    def tell(self, place: Place) -> None:
        """Write a site's story and its numbers; cut in the middle it goes on."""
        known = self.standards[place.edition_id, place.tier]
        with self.databases.session(Login.TENANT, place.id) as session:
            session.execute(LAZILY)
            room = entered(session, place, known, self.today)
            if room and not checks.past(session, room):
                people.settle(session, room)
                premises.survey(session, room, self.pictures)
                equipment.equip(session, room)
                activities.hold(session, room, past=place.id == self.past)
                if place.id == self.past:
                    registers.remember(session, room)
                trail.tell(session, checks.keep(session, room, self.pictures))
        with self.databases.session(Login.WORKER, place.id) as session:
            numbers.count(session, place, self.today)
            if place.id == self.past:
                activities.count_past(session, place)


def tell(
    databases: Databases, settings: Settings, reason: str, bar: Callable[[int], AbstractContextManager[Bar]]
) -> int:
    """Tell the story of every open site that came with a register; gives how many were told now."""
    today = clock.today()
    with databases.session(Login.OVERSIGHT) as session:
        places = _places(session, reason)
        done = numbers.told(session, [one.id for one in places])
        waiting = [one for one in places if one.id not in done]
        standards = {(one.edition_id, one.tier): None for one in waiting}
        known = {key: standard(session, *key, today) for key in standards}
    if waiting:
        _tell(Telling(databases, today, known, photos.drawn(), _oldest(places)), waiting, bar)
        numbers.sum_up(databases)
    numbers.let_out(databases, settings, today)
    own = [one for one in places if one.own]
    for place in own:
        looks.visit(databases, place.id)
    for place in (own + [one for one in places if not one.own])[:SEALED]:
        looks.seal(databases, place.id, today)
    looks.remind(databases, [one.id for one in own], today)
    return len(waiting)


def _tell(telling: Telling, waiting: Sequence[Place], bar: Callable[[int], AbstractContextManager[Bar]]) -> None:
    """Two at once: while one waits for the database, the other is thought out."""
    telling.tell(waiting[0])
    with bar(len(waiting)) as step, ThreadPoolExecutor(AT_ONCE) as pool:
        for number, _done in enumerate(pool.map(telling.tell, waiting[1:]), start=2):
            step(number)


def _oldest(places: Sequence[Place]) -> UUID:
    """The one whose people sign in, so that they can show it; else the one that is open the longest."""
    return min(places, key=lambda one: (not one.own, one.since, one.code)).id


def _places(session: Session, reason: str) -> list[Place]:
    own = (
        select(Membership.site_id)
        .join(Account, Account.id == Membership.account_id)
        .where(Account.login_name == "head")
        .scalar_subquery()
    )
    rows = session.execute(
        select(Site.id, Site.code, Site.tier, Site.edition_id, Site.area, Site.operating_since, Site.id == own)
        .join(SiteEvent, SiteEvent.site_id == Site.id)
        .where(Site.state == SiteState.OPEN, SiteEvent.reason == reason)
        .order_by(Site.code)
        .distinct()
    )
    return [
        Place(id_, code, tier, edition, float(area or 20), since, bool(mine))
        for id_, code, tier, edition, area, since, mine in rows
        if edition and since
    ]
