"""Every page that a role can reach: it fits a phone and a desk, keeps silent and is accessible, by day and by night.

New pages come in by themselves: their routes are found in the application, their objects in tests/support/samples.py.
"""

import os
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from flask import Flask, url_for

from huakai_platform.kernel.access import Actor, Role
from tests.journeys.conftest import PICTURES, SIZES, Visit, Visitor, violations
from tests.support.make import Make
from tests.support.routes import Route, one_of_a_kind, reading
from tests.support.samples import QUERIES, SAMPLES
from tests.support.worlds import HTML, World

pytestmark = pytest.mark.browser
ROLES = tuple(role for role in Role if role is not Role.SITE_WORKER)
"""A worker of a site sees what a counsellor sees."""
SHOWN = ("color-contrast", "link-in-text-block", "scrollable-region-focusable", "button-name", "link-name", "label")
"""What colours and a narrow screen can change; the rest was asked of the same page by day."""
KEEP = "HUAKAI_PICTURES" in os.environ


@pytest.fixture
def world(make: Make, app: Flask) -> World:
    return World(make, app)


@pytest.mark.parametrize("role", ROLES)
def test_every_page_of_a_role_is_sound(visit: Visit, world: World, role: Role) -> None:
    actor = world.person(role)
    desk = visit(1280, reduced_motion="reduce")
    desk.page.context.add_cookies([{"name": "huakai", "value": world.make.token(actor), "url": desk.address}])
    wrong: list[str] = []
    seen = 0
    for route, path in pages(world, actor):
        seen += 1
        wrong += [f"{route.endpoint}: {complaint}" for complaint in examined(desk, route, path, role)]
    assert not wrong, "\n".join(wrong)
    assert seen >= 10


def pages(world: World, actor: Actor) -> Iterator[tuple[Route, str]]:
    """The routes that answer this person with a whole page, each with the address of one."""
    client = world.make.browser(world.app, actor)
    known: dict[str, Mapping[str, Any]] = {}
    for route in one_of_a_kind(reading()):
        if route.access.permission is None or actor.role not in route.access.roles:
            continue
        if route.sample and route.sample not in known:
            known[route.sample] = SAMPLES[route.sample].make(world, actor, world.site_of(actor))
        values = {name: value for name, value in known.get(route.sample or "", {}).items() if name in route.arguments}
        with world.app.test_request_context():
            path = url_for(route.endpoint, **(values | QUERIES.get(route.endpoint, {})))
        answer = client.get(path, headers={"Accept": HTML})
        if answer.status_code == 200 and answer.mimetype == "text/html" and "<html" in answer.text:
            yield route, path


def examined(person: Visitor, route: Route, path: str, role: Role) -> Iterator[str]:
    page = person.page
    person.complaints.clear()
    page.set_viewport_size({"width": 1280, "height": SIZES[1280]})
    page.goto(person.address + path, wait_until="load")
    first = role is route.first_role
    if first:
        picture(person, route, "desk")
        yield from (f"by day {found}" for found in grave(person))
    yield from too_wide(person, 1280)
    page.set_viewport_size({"width": 390, "height": SIZES[390]})
    yield from too_wide(person, 390)
    if first:
        picture(person, route, "phone")
        page.evaluate("document.documentElement.setAttribute('data-bs-theme', 'dark')")
        yield from (f"by night {found}" for found in grave(person, *SHOWN))
        picture(person, route, "night")
    yield from person.complaints


def grave(person: Visitor, *only: str) -> list[str]:
    return [
        f"{found['id']}: {node['html'][:140]} {node['any'][0]['message'][:120] if node['any'] else ''}"
        for found in violations(person.page, *only)
        for node in found["nodes"][:2]
    ]


def too_wide(person: Visitor, width: int) -> Iterator[str]:
    if person.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        yield f"wider than {width}"


def picture(person: Visitor, route: Route, name: str) -> None:
    if KEEP:
        PICTURES.mkdir(parents=True, exist_ok=True)
        person.page.screenshot(path=PICTURES / f"every-{route.endpoint}-{name}.png", full_page=True)
