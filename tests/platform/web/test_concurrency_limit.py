"""So many at once, and fewer for one room."""

import threading

import pytest
from flask import Flask

from huakai_platform.kernel.access import Role
from huakai_platform.kernel.errors import TooMany, Unavailable
from huakai_platform.kernel.ids import uuid7
from huakai_platform.web.concurrency_limit import ConcurrencyLimit
from tests.support.make import Make


@pytest.fixture
def limit() -> ConcurrencyLimit:
    return ConcurrencyLimit(patience=0.02)


def test_one_room_cannot_take_every_place(limit: ConcurrencyLimit) -> None:
    greedy = uuid7()
    for _ in range(3):
        limit.enter(greedy)

    with pytest.raises(TooMany):
        limit.enter(greedy)
    limit.enter(uuid7())


def test_the_ninth_is_sent_away_until_somebody_leaves(limit: ConcurrencyLimit) -> None:
    tenants = [uuid7() for _ in range(8)]
    for tenant in tenants:
        limit.enter(tenant)
    with pytest.raises(Unavailable):
        limit.enter(None)

    limit.leave(tenants[0])

    limit.enter(None)
    assert limit.inside.total() == 8


def test_who_waits_a_moment_may_come_in(limit: ConcurrencyLimit) -> None:
    limit.patience = 5
    tenant = uuid7()
    for _ in range(3):
        limit.enter(tenant)
    threading.Timer(0.05, limit.leave, [tenant]).start()

    limit.enter(tenant)


def test_a_full_house_says_when_to_come_again(app: Flask, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    head = make.browser(app, make.member(Role.SITE_HEAD))
    monkeypatch.setitem(app.extensions, "huakai.concurrency_limit", ConcurrencyLimit(most_of_one=0, patience=0))
    theirs = head.get("/room/")
    monkeypatch.setitem(app.extensions, "huakai.concurrency_limit", ConcurrencyLimit(most=0, patience=0))
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

    assert app.extensions["huakai.concurrency_limit"].inside.total() == 0
