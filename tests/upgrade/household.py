"""The people and objects of a dumped database: the world of the route tests, settled in rooms that were lived in."""

from collections.abc import Mapping
from typing import Any

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from huakai_platform.identity.models import Account, Institution, Membership
from huakai_platform.kernel.access import Actor, Role, permissions_of
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.sites import Site
from tests.support.make import Make
from tests.support.routes import Route
from tests.support.samples import QUERIES, SAMPLES
from tests.support.worlds import World

LOGINS = {
    Role.INSTITUTION_ADMIN: "admin",
    Role.REGIONAL_OFFICE: "office",
    Role.AUDITOR: "auditor",
    Role.SITE_HEAD: "head",
    Role.COUNSELLOR: "counsellor",
    Role.SITE_WORKER: "worker",
    Role.VOLUNTEER: "volunteer",
}
"""Who of the demonstration acts in a role."""
Objects = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""Role → sample of the routes → what their identifiers stand for."""


class Household(World):
    """Makes nobody: each role is one of the demonstration's people, and the site is where its staff work."""

    def __init__(self, make: Make, app: Flask, objects: Objects | None = None) -> None:
        self.make, self.app, self.far = make, app, make
        self.people, self.kept, self._clients = {}, {"point": 9000}, {}
        self.objects = objects or {}
        with make.databases.session(Login.MIGRATOR) as session:
            make._institution = session.scalars(select(Institution).order_by(Institution.created_at)).first()

    def fresh(self, role: Role) -> Actor:
        return self.person(role)

    def person(self, role: Role) -> Actor:
        if role not in self.people:
            self.people[role] = self._member(LOGINS[role])
        return self.people[role]

    def site_of(self, actor: Actor) -> Site:
        with self.make.databases.session(Login.MIGRATOR) as session:
            return session.get_one(Site, self.person(Role.SITE_HEAD).site_id)

    def values(self, route: Route, role: Role) -> Mapping[str, Any]:
        """The object that was made with the dump; what is no row, or was not known in its time, is made now."""
        if route.sample is None:
            return {}
        known = None if route.sample == "static" else self.objects.get(role, {}).get(route.sample)
        if known is not None and route.arguments <= known.keys():
            return known
        actor = self.person(role)
        return SAMPLES[route.sample].make(self, actor, self.site_of(actor))

    def address(self, route: Route, role: Role) -> str:
        found = {name: value for name, value in self.values(route, role).items() if name in route.arguments}
        with self.app.test_request_context():
            return self.app.url_for(route.endpoint, **(found | QUERIES.get(route.endpoint, {})))

    def ask(self, route: Route, role: Role) -> TestResponse:
        client, _token = self.client(self.person(role), role)
        return client.get(self.address(route, role), buffered=True)

    def _member(self, login: str) -> Actor:
        with self.make.databases.session(Login.MIGRATOR) as session:
            account, membership = session.execute(
                select(Account, Membership)
                .join(Membership, Membership.account_id == Account.id)
                .where(Account.login_name == login)
            ).one()
            role = Role(membership.role)
            return Actor(
                account_id=account.id,
                name=account.name,
                role=role,
                membership_id=membership.id,
                institution_id=membership.institution_id,
                site_id=membership.site_id,
                region_code=membership.region_code,
                permissions=permissions_of(role),
                confirmed_recently=True,
            )
