"""So many at once, and fewer for one room."""

import threading

import pytest
from flask import Flask

from huakai_platform.kernel.access import Role
from huakai_platform.kernel.errors import TooMany, Unavailable
from huakai_platform.kernel.ids import uuid7
from huakai_platform.web.gate import Gate
from tests.support.make import Make


@pytest.fixture
def gate() -> Gate:
    return Gate(patience=0.02)


def test_one_room_cannot_take_every_place(gate: Gate) -> None:
    greedy = uuid7()
    for _ in range(3):
        gate.enter(greedy)

    with pytest.raises(TooMany):
        gate.enter(greedy)
    gate.enter(uuid7())


def test_the_ninth_is_sent_away_until_somebody_leaves(gate: Gate) -> None:
    tenants = [uuid7() for _ in range(8)]
    for tenant in tenants:
        gate.enter(tenant)
    with pytest.raises(Unavailable):
        gate.enter(None)

    gate.leave(tenants[0])

    gate.enter(None)
    assert gate.inside.total() == 8


def test_who_waits_a_moment_may_come_in(gate: Gate) -> None:
    gate.patience = 5
    tenant = uuid7()
    for _ in range(3):
        gate.enter(tenant)
    threading.Timer(0.05, gate.leave, [tenant]).start()

    gate.enter(tenant)


def test_a_full_house_says_when_to_come_again(app: Flask, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    head = make.browser(app, make.member(Role.SITE_HEAD))
    monkeypatch.setitem(app.extensions, "huakai.gate", Gate(most_of_one=0, patience=0))
    theirs = head.get("/room/")
    monkeypatch.setitem(app.extensions, "huakai.gate", Gate(most=0, patience=0))
    everybodys = head.get("/room/")

    assert (theirs.status_code, everybodys.status_code) == (429, 503)
    assert theirs.headers["Retry-After"]
    assert everybodys.headers["Retry-After"]
    assert head.get("/healthz").status_code == 200
    with head.get("/static/app.css") as file:
        assert file.status_code == 200


def test_everybody_who_came_in_leaves_again(app: Flask) -> None:
    client = app.test_client()
    for path in ("/", "/nowhere", "/healthz", "/sign-in"):
        client.get(path)
    client.post("/sign-in", data={"x": "y"})

    assert app.extensions["huakai.gate"].inside.total() == 0
