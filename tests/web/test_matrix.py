"""Every route by every method for every role, on what is one's own, another's and nobody's."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from zlib import crc32

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from huakai_platform.kernel.access import Actor, Role
from tests.support.matrix import ASKED_BACK, Cell, masked, relations
from tests.support.routes import METHODS, Route, routes, writing
from tests.support.samples import QUERIES, SAMPLES, absent
from tests.support.web import token
from tests.support.worlds import Relation, World, without_role

WHO = (*Role, "anonymous", "without role")
HERE = "127.0.0.1"
SAFE = frozenset({"GET", "HEAD"})
DONE = frozenset({*range(200, 300), 302, 303})
GUARDED = tuple(one for one in routes() if one.access.permission is not None)
FLOOR = 2_000


def cells(route: Route) -> Iterator[Cell]:
    for who in WHO:
        for method in sorted(route.methods - {"OPTIONS"}):
            for relation in relations(route, who, method):
                yield Cell(who, method, relation, _right(route, who, method, relation))


def _right(route: Route, who: str, method: str, relation: Relation) -> frozenset[int]:
    if route.access.permission is not None:
        if who == "anonymous":
            return frozenset({303 if method == "GET" else 401})
        if who == "without role" and route.plane != "any":
            return frozenset({303})
        if who in set(Role) and who not in route.access.roles:
            return frozenset({403})
    if relation is not Relation.OWN:
        return frozenset({404})
    return DONE | ASKED_BACK if method == "POST" else DONE


@pytest.fixture(scope="module")
def asking(world: World) -> "Asking":
    return Asking(world)


class Asking:
    """Asks as somebody, for an object that stands in some relation to them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._known: dict[tuple[str, str, Relation], Mapping[str, Any]] = {}

    def ask(self, route: Route, cell: Cell) -> TestResponse:
        actor, key = self._person(route, cell)
        client, token = self.world.client(actor, key)
        path = self.path(route, self.values(route, cell, actor or self.world.person(route.first_role)))
        data = None if cell.method in SAFE else {"csrf_token": token}
        return client.open(path, method=cell.method, data=data, buffered=True)

    def values(self, route: Route, cell: Cell, actor: Actor) -> Mapping[str, Any]:
        """Objects are made once for those who only look, and anew for whoever may change them."""
        if route.sample is None:
            return {}
        if route.plane != "any" and actor.role not in route.access.roles:
            actor = self.world.person(route.first_role)
        key = (str(actor.account_id), route.sample, cell.relation)
        if key not in self._known or (cell.method == "POST" and cell.relation is Relation.OWN):
            made = SAMPLES[route.sample].make(self.world, *self.world.owner(actor, cell.relation))
            self._known[key] = absent(made) if cell.relation is Relation.MISSING else made
        return self._known[key]

    def path(self, route: Route, values: Mapping[str, Any]) -> str:
        with self.world.app.test_request_context():
            wanted = {name: value for name, value in values.items() if name in route.arguments}
            return url_for(route.endpoint, **(wanted | QUERIES.get(route.endpoint, {})))

    def _person(self, route: Route, cell: Cell) -> tuple[Actor | None, str | None]:
        """Who is let in to write gets a person, a room and a session that the deed may spoil."""
        spoils = cell.method == "POST" and cell.relation is Relation.OWN and cell.right & DONE
        if cell.who == "anonymous":
            return None, None if spoils else "anonymous"
        if cell.who == "without role":
            return without_role(self.world), None if spoils else "without role"
        role = Role(cell.who)
        return (self.world.fresh(role), None) if spoils else (self.world.person(role), cell.who)


def test_every_identifier_has_a_sample() -> None:
    missing = sorted({str(one) for one in routes() if one.sample and one.sample not in SAMPLES})
    assert not missing, f"declare `sample=` beside the route and a maker in tests/support/samples.py: {missing}"


def test_the_matrix_is_as_large_as_it_was() -> None:
    planned = sum(1 for one in routes() for _cell in cells(one))
    assert planned >= FLOOR, planned


@pytest.mark.parametrize("route", routes(), ids=str)
def test_a_route_lets_in_whom_it_declares(
    asking: Asking, route: Route, record_property: Callable[[str, object], None]
) -> None:
    wrong, tried = [], 0
    for cell in cells(route):
        answer = asking.ask(route, cell)
        tried += 1
        if answer.status_code not in cell.right:
            wrong.append(f"{cell.who} {cell.method} {cell.relation}: {answer.status} {answer.location or ''}")
        if answer.status_code == 303 and cell.who == "anonymous" and route.access.permission:
            assert answer.location.startswith("/sign-in?next=/"), answer.location
        if answer.status_code == 303 and cell.right == {303} and cell.who == "without role":
            assert answer.location == "/memberships"
    record_property("cells", tried)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("route", [one for one in GUARDED if one.sample and SAMPLES[one.sample].hidden], ids=str)
def test_what_is_not_yours_looks_as_if_it_were_not_there(
    asking: Asking, route: Route, record_property: Callable[[str, object], None]
) -> None:
    tried = 0
    asked = [one for one in cells(route) if one.right == {404} and one.method in {"GET", "POST"}]
    for cell in asked:
        if cell.relation is Relation.MISSING:
            continue
        nothing = Cell(cell.who, cell.method, Relation.MISSING, cell.right)
        theirs, none = asking.ask(route, cell), asking.ask(route, nothing)
        assert masked(theirs, theirs.request.path) == masked(none, none.request.path), cell
        tried += 1
    record_property("cells", tried)
    assert tried


@pytest.mark.parametrize("path", sorted({one.path for one in routes()}))
def test_an_undeclared_method_is_refused(
    asking: Asking, path: str, record_property: Callable[[str, object], None]
) -> None:
    """Everyone tries one of them, and one of us, another at each address, all."""
    route = next(one for one in routes() if one.path == path)
    owner = asking.world.person(route.first_role)
    where = asking.path(route, asking.values(route, Cell("", "GET", Relation.OWN, DONE), owner))
    allowed = asking.world.app.url_map.bind(HERE).allowed_methods(where.partition("?")[0])
    undeclared = [one for one in METHODS if one not in allowed]
    first, tried = crc32(path.encode()), 0
    for turn, who in enumerate(WHO):
        actor, key = asking._person(route, Cell(who, "GET", Relation.OWN, DONE))
        client, token = asking.world.client(actor, key)
        for method in undeclared if turn == first % len(WHO) else [undeclared[(first + turn) % len(undeclared)]]:
            answer = client.open(where, method=method, headers={"X-CSRFToken": token})
            assert answer.status_code == 405, f"{who} {method} {where}: {answer.status}"
            assert set(allowed) == set(answer.headers["Allow"].split(", "))
            tried += 1
    record_property("cells", tried)


@pytest.mark.parametrize("route", writing(), ids=str)
def test_a_write_needs_a_token_and_comes_from_this_site(
    asking: Asking, route: Route, record_property: Callable[[str, object], None]
) -> None:
    actor = asking.world.person(route.first_role)
    client, token = asking.world.client(actor, actor.role)
    path = asking.path(route, asking.values(route, Cell("", "GET", Relation.OWN, DONE), actor))
    for headers in (
        {},
        {"X-CSRFToken": token + "x"},
        {"X-CSRFToken": token, "Sec-Fetch-Site": "cross-site"},
        {"X-CSRFToken": token, "Sec-Fetch-Site": "same-site"},
        {"X-CSRFToken": token, "Origin": "https://evil.example"},
        {"X-CSRFToken": token, "Origin": "null"},
    ):
        answer = client.post(path, headers=headers)
        assert answer.status_code == 403, f"{headers}: {answer.status}"
    record_property("cells", 6)


@pytest.mark.parametrize("route", [one for one in routes() if one.plane == "room"], ids=str)
def test_a_room_that_is_not_open_may_only_be_read(
    asking: Asking, route: Route, record_property: Callable[[str, object], None]
) -> None:
    tried = 0
    for state in ("suspended", "closed"):
        for role in sorted(route.access.roles):
            actor = asking.world.while_site_is(state, role)
            asking.world.turn(actor, "open")
            client, token = asking.world.client(actor, f"{role} of {state}")
            path = asking.path(route, asking.values(route, Cell(role, "GET", Relation.OWN, DONE), actor))
            asking.world.turn(actor, state)
            for method in sorted(route.methods & {"GET", "POST"}):
                sent = {"csrf_token": token} if method == "POST" else None
                answer = client.open(path, method=method, data=sent, headers={"Sec-Fetch-Site": "same-origin"})
                right = _while_not_open(state, method)
                assert answer.status_code in right, f"{state} {role} {method} {path}: {answer.status}"
                tried += 1
    record_property("cells", tried)


def _while_not_open(state: str, method: str) -> frozenset[int]:
    if state == "closed":
        return frozenset({303 if method == "GET" else 401})
    return DONE if method == "GET" else frozenset({409})


@pytest.mark.parametrize("route", GUARDED, ids=str)
def test_whoever_owes_a_second_factor_gets_no_further(
    asking: Asking, owing: FlaskClient, route: Route, record_property: Callable[[str, object], None]
) -> None:
    path = asking.path(
        route, asking.values(route, Cell("", "GET", Relation.OWN, DONE), asking.world.person(route.first_role))
    )
    if route.endpoint == "identity.second_factor":
        return
    answer = owing.open(path, method="GET" if "GET" in route.methods else "POST", headers={"X-CSRFToken": token(owing)})
    assert answer.status_code == 303, answer.status
    assert answer.location == "/second-factor"
    record_property("cells", 1)


@pytest.fixture(scope="module")
def owing(world: World) -> FlaskClient:
    return world.owing()


@pytest.mark.parametrize("route", [one for one in GUARDED if one.access.confirmed], ids=str)
def test_a_grave_deed_asks_for_the_password_again(
    asking: Asking, route: Route, record_property: Callable[[str, object], None]
) -> None:
    tried = 0
    for role in sorted(route.access.roles):
        actor = asking.world.fresh(role)
        client, token = asking.world.client(actor)
        asking.world.forget_confirmation(actor)
        path = asking.path(route, asking.values(route, Cell(role, "POST", Relation.OWN, DONE), actor))
        for method in sorted(route.methods & {"GET", "POST"}):
            answer = client.open(path, method=method, data={"csrf_token": token} if method == "POST" else None)
            assert answer.status_code == (303 if method == "GET" else 403), answer.status
            assert method == "POST" or answer.location.startswith(f"/confirm?next={path}")
            tried += 1
    record_property("cells", tried)


@pytest.mark.parametrize("route", [one for one in GUARDED if "GET" in one.methods], ids=str)
def test_a_program_that_is_not_signed_in_gets_no_page(application: Flask, asking: Asking, route: Route) -> None:
    path = asking.path(
        route, asking.values(route, Cell("", "GET", Relation.OWN, DONE), asking.world.person(route.first_role))
    )
    answer = application.test_client().get(path, headers={"Accept": "application/json"})
    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"
