"""A small world for the tests of every route: people in every role, and institutions, rooms and regions beside them."""

from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from huakai_platform.identity import sessions
from huakai_platform.identity.models import AccountSession, Institution
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.plumbing import Heartbeat
from huakai_platform.kernel.sites import Site
from tests.support import web
from tests.support.make import Make

LUOYANG = "410300000000"
GUANGZHOU = {
    "region_code": "440103000000",
    "ancestors": ["440103000000", "440100000000", "440000000000", "000000000000"],
}
HTML = "text/html,application/xhtml+xml;q=0.9"


class Relation(StrEnum):
    """How an object stands to the person who asks for it."""

    OWN = "own"
    COLLEAGUE = "another person's, in the same room or institution"
    BEYOND = "in the same institution, out of the region"
    FOREIGN = "another tenant's"
    MISSING = "nobody's"


class World:
    """Two institutions, two regions, and people made when they are asked for."""

    def __init__(self, make: Make, app: Flask) -> None:
        self.make, self.app = make, app
        self.people: dict[str, Actor] = {}
        self.kept: dict[str, Any] = {}
        self._clients: dict[str, tuple[FlaskClient, str]] = {}
        self.far = Make(make.databases, make.settings)
        self.far._numbers = 500_000
        self.far._institution = make.add(
            Institution(id=uuid7(), name="别家中心", short_name="别家", created_at=clock.now())
        )
        make.institution()
        self.live()

    def live(self) -> None:
        """A worker's heartbeat, so that the platform counts as ready."""
        now = clock.now()
        seen = now + timedelta(hours=1)
        self.make.add(Heartbeat(name="worker-1", kind="worker", started_at=now, seen_at=seen, done=0, failed=0))

    def fresh(self, role: Role) -> Actor:
        """A new person in a role; each room role in a room of its own."""
        more: dict[str, Any] = {}
        if role is Role.AUDITOR:
            more = {"region_code": LUOYANG, "valid_until": clock.today()}
        site = self.new_site(self.make) if role.plane == "room" else None
        return self._confirmed(self.make.member(role, site, **more))

    def person(self, role: Role) -> Actor:
        """The same person every time, for what changes nothing."""
        if role not in self.people:
            self.people[role] = self.fresh(role)
        return self.people[role]

    def stranger(self, actor: Actor) -> Actor:
        """Who owns what `actor` must not see: the head of another room, or another institution's administrator."""
        plane = actor.role.plane if actor.role else "console"
        if f"stranger:{plane}" not in self.people:
            made = self.make.member(Role.SITE_HEAD) if plane == "room" else self.far.member(Role.INSTITUTION_ADMIN)
            self.people[f"stranger:{plane}"] = made
        return self.people[f"stranger:{plane}"]

    def colleague(self, actor: Actor) -> Actor:
        """Somebody else in the same room, or another administrator of the institution."""
        if actor.role and actor.role.plane == "room":
            site = self.site_of(actor)
            return self.make.member(Role.SITE_WORKER, site)
        return self.make.member(Role.INSTITUTION_ADMIN)

    def owner(self, actor: Actor, relation: Relation) -> tuple[Actor, Site]:
        """Whose an object of this relation is, and at which site."""
        match relation:
            case Relation.FOREIGN:
                other = self.stranger(actor)
                return other, self.site_of(other)
            case Relation.BEYOND:
                return self.colleague(actor), self.new_site(self.make, **GUANGZHOU)
            case Relation.COLLEAGUE:
                other = self.colleague(actor)
                return other, self.site_of(actor)
            case _:
                return actor, self.site_of(actor)

    def site_of(self, actor: Actor) -> Site:
        """The actor's room; for the console a site of the own institution within reach."""
        if actor.site_id is None:
            maker = self.far if actor.institution_id == self.far.institution().id else self.make
            return self.new_site(maker, state="approved")
        with self.make.databases.session(Login.MIGRATOR) as session:
            return session.get_one(Site, actor.site_id)

    def new_site(self, maker: Make, **changes: Any) -> Site:
        """A site whose number no deed of the pages will give again."""
        return maker.site(code=f"W-{self.count('site'):06}", **changes)

    def client(self, actor: Actor | None, key: str | None = None) -> tuple[FlaskClient, str]:
        """A browser of the person and its CSRF token; kept under `key`."""
        if key and key in self._clients:
            return self._clients[key]
        client = self.app.test_client() if actor is None else self.make.browser(self.app, actor)
        client.environ_base["HTTP_ACCEPT"] = HTML
        made = client, web.token(client)
        if key:
            self._clients[key] = made
        return made

    def count(self, name: str) -> int:
        """How often this was asked before."""
        self.kept[name] = int(self.kept.get(name, -1)) + 1
        return int(self.kept[name])

    def owing(self) -> FlaskClient:
        """Somebody who still owes the second factor."""
        actor = self.person(Role.INSTITUTION_ADMIN)
        with self.make.databases.session(Login.MIGRATOR) as session:
            token = sessions.start(
                session,
                actor.account_id,
                device="tests",
                address="127.0.0.1",
                owes_second_factor=True,
                membership_id=None,
            )
        client = self.app.test_client()
        client.environ_base["HTTP_ACCEPT"] = HTML
        client.set_cookie("huakai", token)
        return client

    def while_site_is(self, state: str, role: Role) -> Actor:
        """A person of a room that is not open."""
        key = f"{role} of {state}"
        if key not in self.people:
            self.people[key] = self.fresh(role)
        return self.people[key]

    def turn(self, actor: Actor, state: str) -> None:
        """Put the actor's room into a state."""
        with self.make.databases.session(Login.MIGRATOR) as session:
            session.execute(update(Site).where(Site.id == actor.site_id).values(state=state))

    def forget_confirmation(self, actor: Actor) -> None:
        """Let the password have been given long ago."""
        with self.make.databases.session(Login.MIGRATOR) as session:
            session.execute(
                update(AccountSession)
                .where(AccountSession.account_id == actor.account_id)
                .values(confirmed_at=clock.now() - sessions.CONFIRMED * 2)
            )

    def _confirmed(self, actor: Actor) -> Actor:
        return replace(actor, confirmed_recently=True)


def without_role(world: World) -> Actor:
    """Somebody who signed in and has not chosen in which role to work."""
    return Actor(account_id=world.make.account().id, name="未选身份")
