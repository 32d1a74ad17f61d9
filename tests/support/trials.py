"""Trying one route over and over, each time with a person and an object that it may use."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from flask import Flask, url_for
from sqlalchemy import delete
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from huakai_platform.identity.models import Throttle
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.config import Login
from tests.support.forms import Found, forms_of
from tests.support.routes import Route, routes
from tests.support.samples import QUERIES, SAMPLES
from tests.support.worlds import Relation, World

SPENT = frozenset({401, 403, 404})
FORM = "application/x-www-form-urlencoded"


class Trial:
    """Somebody who may call a route, and an object of theirs; both are renewed when they are used up."""

    def __init__(self, world: World, route: Route, role: Role | None = None) -> None:
        self.world, self.route, self.role = world, route, role or route.first_role
        self.renew()

    def renew(self) -> None:
        self.actor: Actor = self.world.fresh(self.role)
        self.client, self.token = self.world.client(self.actor)
        self.path = path_of(self.world, self.route, self.actor)

    def get(self, query: str = "", path: str | None = None, **settings: Any) -> TestResponse:
        return self._kept(self.client.get((path or self.path) + query, buffered=True, **settings))

    def post(
        self, data: bytes = b"", content_type: str = FORM, path: str | None = None, **settings: Any
    ) -> TestResponse:
        """Send a body with the token in its header, as the pages' scripts do."""
        headers = {"X-CSRFToken": self.token, **settings.pop("headers", {})}
        answer = self.client.post(
            path or self.path, data=data, content_type=content_type, headers=headers, buffered=True, **settings
        )
        return self._kept(answer)

    def send(self, form: Mapping[str, str | bytes], **settings: Any) -> TestResponse:
        return self.post(encoded(form).encode(), **settings)

    def _kept(self, answer: TestResponse) -> TestResponse:
        if self.route.endpoint.startswith("identity."):
            with self.world.make.databases.session(Login.MIGRATOR) as session:
                session.execute(delete(Throttle))
        if answer.status_code in SPENT or (answer.location or "").startswith("/sign-in"):
            self.renew()
        return answer


def path_of(world: World, route: Route, actor: Actor) -> str:
    """The address of the route with an object of the actor's own."""
    values: dict[str, Any] = {}
    if route.sample:
        made = SAMPLES[route.sample].make(world, *world.owner(actor, Relation.OWN))
        values = {name: value for name, value in made.items() if name in route.arguments}
    with world.app.test_request_context():
        return url_for(route.endpoint, **(values | QUERIES.get(route.endpoint, {})))


def encoded(form: Mapping[str, str | bytes]) -> str:
    """As a browser encodes a form, or an address; bytes go as they are, right or wrong."""
    return "&".join(f"{urlencode({name: ''})}{escaped(value)}" for name, value in form.items())


def escaped(value: str | bytes) -> str:
    return quote(value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass"), safe="")


def pages(world: World, role: Role) -> Iterator[tuple[Route, str, TestResponse]]:
    """Every page that a role may read, with something of their own to read about."""
    actor = world.person(role)
    client, _token = world.client(actor, role)
    for route in routes():
        if "GET" not in route.methods or role not in route.access.roles:
            continue
        path = path_of(world, route, actor)
        yield route, path, client.get(path, buffered=True)


def forms(world: World, role: Role) -> dict[str, Found]:
    """One form to each endpoint that the pages of a role can write to."""
    found: dict[str, Found] = {}
    for _route, path, answer in pages(world, role):
        if answer.mimetype != "text/html":
            continue
        for form in forms_of(answer.text, path):
            endpoint = endpoint_of(world.app, form.action, form.method)
            if form.method == "POST" and endpoint:
                found.setdefault(endpoint, form)
    return found


def endpoint_of(app: Flask, path: str, method: str) -> str | None:
    try:
        return str(app.url_map.bind("localhost").match(path.partition("?")[0], method=method)[0])
    except HTTPException:
        return None
