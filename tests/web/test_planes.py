"""One plane alone: its own pages, its own database login, and nothing of the other."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from huakai_deploy.web import create_app
from huakai_platform.kernel.access import CONSOLE, ROOM, Role
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.web.context import app_state
from tests.support.routes import everything, routes
from tests.support.web import post, token
from tests.support.worlds import World

ALONE = {"console": Login.OVERSIGHT, "room": Login.TENANT}
ROOM_DOORS = {"/a/<token>"}
"""Public pages of a room, which reach into its tenant."""
OTHER = {"console": "room", "room": "console"}
FIRST = {"console": Role.INSTITUTION_ADMIN, "room": Role.SITE_HEAD}


@pytest.fixture(params=ALONE)
def plane(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def alone(plane: str, settings: Settings) -> Iterator[Flask]:
    """The app of one plane, told of that plane's login only."""
    login = ALONE[plane]
    made = create_app(replace(settings, databases={login: settings.databases[login]}), planes=(plane,))
    made.testing = True
    yield made
    app_state(made).databases.dispose()


def roles(plane: str) -> list[Role]:
    return sorted(CONSOLE if plane == "console" else ROOM)


def test_it_has_no_route_of_the_other_plane(alone: Flask, plane: str) -> None:
    here = {str(rule) for rule in alone.url_map.iter_rules()}
    there = {one.path for one in everything() if one.plane == OTHER[plane] or one.path.startswith(f"/{OTHER[plane]}/")}
    assert there
    assert not here & there
    doors = ROOM_DOORS if plane == "console" else set()
    assert {one.path for one in everything() if one.plane in {"any", plane}} - doors == here


def test_its_pages_need_no_other_login(alone: Flask, plane: str, world: World) -> None:
    for role in roles(plane):
        browser = world.make.browser(alone, world.person(role))
        for route in routes():
            if "GET" not in route.methods or route.arguments or route.plane not in {"any", plane}:
                continue
            answer = browser.get(route.path, buffered=True)
            right = {200, 302, 303} if role in route.access.roles else {403}
            if answer.status_code == 422 or route.endpoint == "health.readyz":
                continue
            assert answer.status_code in right, f"{role} {route}: {answer.status}"
    assert set(app_state(alone).databases._engines) == {ALONE[plane]}


def test_one_signs_in_and_out_there(alone: Flask, plane: str, world: World) -> None:
    browser = world.make.browser(alone, world.fresh(roles(plane)[0]))
    assert browser.get("/account").status_code == 200
    assert post(browser, "/sign-out").status_code == 303
    assert browser.get("/account").status_code == 401
    assert token(browser)


def test_somebody_of_the_other_plane_finds_nothing(alone: Flask, plane: str, world: World) -> None:
    other = OTHER[plane]
    browser = world.make.browser(alone, world.fresh(roles(other)[0]))
    for route in routes():
        if route.arguments or "GET" not in route.methods or route.plane == "any":
            continue
        assert browser.get(route.path).status_code == (404 if route.plane == other else 403), str(route)
    answer = browser.get("/")
    assert (answer.status_code, "这个地址只供" in answer.text, "/memberships" in answer.text) == (403, True, True)


def test_a_role_of_the_other_plane_cannot_be_entered_there(alone: Flask, plane: str, world: World) -> None:
    account = world.make.account()
    here, other = (world.make.member(FIRST[one], account=account) for one in (plane, OTHER[plane]))
    browser = world.make.browser(alone, here)

    page = browser.get("/memberships").text
    refused = post(browser, "/memberships", {"membership_id": str(other.membership_id)})

    assert f'value="{other.membership_id}" disabled' in page
    assert (refused.status_code, "这个地址只供" in refused.text) == (403, True)
    assert browser.get("/").status_code == 302
    assert post(browser, "/memberships", {"membership_id": str(here.membership_id)}).status_code == 303
