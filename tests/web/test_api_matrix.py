"""Every operation of the API by every method for every role, with a token, with too small a token, and without."""

import io
from collections.abc import Callable, Iterator, Mapping
from itertools import cycle
from typing import Any

import pytest
from flask import Flask, url_for
from werkzeug.test import TestResponse

from huakai_platform.kernel.access import Actor, Permission, Role, permissions_of
from huakai_platform.web.api.resources import operation_of
from tests.support.matrix import ASKED_BACK, Cell, masked, relations
from tests.support.routes import METHODS, Route, operations
from tests.support.samples import SAMPLES, absent, photo
from tests.support.worlds import Relation, World

Count = Callable[[str, object], None]
WHO = (*Role, "anonymous", "cookie", "small")
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
DONE = frozenset(range(200, 300))
GUARDED = tuple(one for one in operations() if one.access.permission is not None)
FLOOR = 2_000
NEIGHBOURHOODS = cycle(range(200))
"""Tokens of closed rooms are wrong tokens, and many wrong ones from one place are slowed down."""


def cells(route: Route) -> Iterator[Cell]:
    for who in WHO:
        for method in sorted(route.methods - {"OPTIONS"}):
            for relation in relations(route, who, method):
                yield Cell(who, method, relation, _right(route, who, method, relation))


def _right(route: Route, who: str, method: str, relation: Relation) -> frozenset[int]:
    if who in {"anonymous", "cookie"}:
        return frozenset({401})
    if who == "small" and route.access.permission is not Permission.SELF:
        return frozenset({403})
    if who in set(Role) and who not in route.access.roles:
        return frozenset({403})
    if relation is not Relation.OWN:
        return frozenset({404})
    return DONE | ASKED_BACK | {412, 428} if method in WRITES else DONE


class Asking:
    """Asks with a token of somebody, for an object that stands in some relation to them."""

    def __init__(self, world: World, app: Flask) -> None:
        self.world, self.app = world, app
        self._known: dict[tuple[str, str, Relation], Mapping[str, Any]] = {}
        self._tokens: dict[str, str] = {}

    def ask(self, route: Route, cell: Cell) -> TestResponse:
        spoils = cell.method in WRITES and cell.relation is Relation.OWN and bool(cell.right & DONE)
        role = Role(cell.who) if cell.who in set(Role) else route.first_role
        actor = self.world.fresh(role) if spoils else self.world.person(role)
        path = self.path(route, self.values(route, cell, actor))
        client = self.app.test_client(use_cookies=cell.who == "cookie")
        headers = {"Authorization": f"Bearer {self.token(cell, actor)}"}
        if cell.who in {"anonymous", "cookie"}:
            headers = {}
        if cell.who == "cookie":
            client.set_cookie("huakai", self.world.make.token(actor))
        return client.open(path, method=cell.method, headers=headers, buffered=True, **self.body(route, cell.method))

    def token(self, cell: Cell, actor: Actor) -> str:
        """With all scopes of the role, or with those that have nothing to do with any operation."""
        key = f"{actor.account_id} {cell.who == 'small'}"
        if key not in self._tokens:
            scopes = [Permission.SELF] if cell.who == "small" else permissions_of(actor.role)
            self._tokens[key] = self.world.make.bearer(actor, scopes)
        return self._tokens[key]

    def values(self, route: Route, cell: Cell, actor: Actor) -> Mapping[str, Any]:
        if route.sample is None:
            return {}
        if actor.role not in route.access.roles:
            actor = self.world.person(route.first_role)
        key = (str(actor.account_id), route.sample, cell.relation)
        if key not in self._known or (cell.method in WRITES and cell.relation is Relation.OWN):
            made = SAMPLES[route.sample].make(self.world, *self.world.owner(actor, cell.relation))
            self._known[key] = absent(made) if cell.relation is Relation.MISSING else made
        return self._known[key]

    def path(self, route: Route, values: Mapping[str, Any]) -> str:
        with self.app.test_request_context():
            return url_for(route.endpoint, **{name: value for name, value in values.items() if name in route.arguments})

    def body(self, route: Route, method: str) -> dict[str, Any]:
        declared = operation_of(self.app, route.endpoint)
        if method not in WRITES:
            return {}
        if declared["files"]:
            return {"data": {"file": (io.BytesIO(photo()), "a.png")}, "content_type": "multipart/form-data"}
        return {"json": declared["example"]} if declared["takes"] else {}


@pytest.fixture(scope="module")
def asking(world: World, application: Flask) -> Asking:
    return Asking(world, application)


def test_every_identifier_has_a_sample() -> None:
    missing = sorted({str(one) for one in operations() if one.sample and one.sample not in SAMPLES})
    assert not missing, f"declare `sample=` beside the route and a maker in tests/support/samples.py: {missing}"


def test_every_body_has_an_example(application: Flask) -> None:
    for route in GUARDED:
        declared = operation_of(application, route.endpoint)
        if declared["takes"]:
            assert declared["takes"].load(declared["example"]), str(route)


def test_the_matrix_is_as_large_as_it_was() -> None:
    planned = sum(1 for one in GUARDED for _cell in cells(one))
    assert planned >= FLOOR, planned


@pytest.mark.parametrize("route", GUARDED, ids=str)
def test_an_operation_lets_in_whom_it_declares(asking: Asking, route: Route, record_property: Count) -> None:
    wrong, tried = [], 0
    for cell in cells(route):
        answer = asking.ask(route, cell)
        tried += 1
        if answer.status_code not in cell.right:
            wrong.append(f"{cell.who} {cell.method} {cell.relation}: {answer.status} {answer.text[:200]}")
        if answer.status_code >= 400 and cell.method != "HEAD":
            assert answer.content_type == "application/problem+json", f"{cell}: {answer.content_type}"
    record_property("cells", tried)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("route", [one for one in GUARDED if one.sample and SAMPLES[one.sample].hidden], ids=str)
def test_what_is_not_yours_looks_as_if_it_were_not_there(asking: Asking, route: Route, record_property: Count) -> None:
    tried = 0
    for cell in (one for one in cells(route) if one.right == {404} and one.method != "HEAD"):
        if cell.relation is not Relation.MISSING:
            nothing = Cell(cell.who, cell.method, Relation.MISSING, cell.right)
            theirs, none = asking.ask(route, cell), asking.ask(route, nothing)
            assert masked(theirs, theirs.request.path) == masked(none, none.request.path), cell
            tried += 1
    record_property("cells", tried)
    assert tried


@pytest.mark.parametrize("path", sorted({one.path for one in GUARDED}))
def test_an_undeclared_method_is_refused(asking: Asking, path: str, record_property: Count) -> None:
    route = next(one for one in GUARDED if one.path == path)
    actor = asking.world.person(route.first_role)
    cell = Cell(route.first_role, "GET", Relation.OWN, DONE)
    where = asking.path(route, asking.values(route, cell, actor))
    allowed = asking.app.url_map.bind("127.0.0.1").allowed_methods(where)
    headers = {"Authorization": f"Bearer {asking.token(cell, actor)}"}
    for method in (one for one in METHODS if one not in allowed):
        answer = asking.app.test_client().open(where, method=method, headers=headers)
        assert (answer.status_code, answer.content_type) == (405, "application/problem+json"), method
        assert set(allowed) == set(answer.headers["Allow"].split(", "))
    record_property("cells", len(METHODS))


@pytest.mark.parametrize("route", [one for one in GUARDED if one.plane == "room"], ids=str)
def test_a_room_that_is_not_open_may_only_be_read(asking: Asking, route: Route, record_property: Count) -> None:
    world = asking.world
    for state, role in ((state, role) for state in ("suspended", "closed") for role in sorted(route.access.roles)):
        actor = world.while_site_is(state, role)
        world.turn(actor, "open")
        cell = Cell(role, "GET", Relation.OWN, DONE)
        path = asking.path(route, asking.values(route, cell, actor))
        headers = {"Authorization": f"Bearer {asking.token(cell, actor)}"}
        world.turn(actor, state)
        for method in sorted(route.methods & set(METHODS)):
            answer = asking.app.test_client().open(
                path,
                method=method,
                headers=headers,
                buffered=True,
                environ_overrides={"REMOTE_ADDR": f"10.{next(NEIGHBOURHOODS)}.0.1"},
                **asking.body(route, method),
            )
            right = {401} if state == "closed" else {409} if method in WRITES else DONE
            assert answer.status_code in right, f"{state} {role} {method} {path}: {answer.status}"
    record_property("cells", 2 * len(route.access.roles))
