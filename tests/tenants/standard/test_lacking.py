"""A room works by any edition ever published: what its edition lacks is an empty page that says so, never a fault."""

import os
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

import pytest
from flask import Flask, url_for
from sqlalchemy import select, update

from huakai_deploy.local import Urls
from huakai_platform.compliance import standing
from huakai_platform.drift import standing as drift
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.sites import Site
from huakai_platform.oversight import facts
from huakai_platform.releases.models import ReleaseSite
from huakai_tenants.checklists import schedule
from huakai_tenants.measures import compliance, deviations, workload
from huakai_tenants.standard.lacking import KIND_OF
from huakai_worker.jobs.facts import turn_day
from tests.support import lacking, released, servers
from tests.support.make import Make
from tests.support.routes import API, Route, everything
from tests.support.samples import QUERIES, SAMPLES
from tests.support.worlds import World

CASES: Mapping[str, tuple[frozenset[str], Mapping[str, Any]]] = {
    **{kind: (frozenset({kind}), {}) for kind in sorted(lacking.EVERY)},
    "everything": (lacking.EVERY, {}),
    "all that the oldest lacks": (lacking.OLDEST_LACKED, lacking.OLDEST_PARTS),
}
SHORT = ("everything", "all that the oldest lacks")
TRIED = SHORT if os.environ.get("HUAKAI_TEST_FAST") else tuple(CASES)
DONE = frozenset({200, 204, 302, 303})
NAMED = frozenset(
    {"checklist", "indicator", "register", "register_entry", "register_upload", "requirement"}
) | frozenset({"set_of_spaces", "wall_document", "definition_here", "run_import"})
"""Samples that are of a definition: where that is lacking, their pages may not be there."""
PAGES = {
    "activity_themes": "/room/activities",
    "checklist": "/room/",
    "curricula": "/room/training",
    "equipment": "/room/equipment",
    "indicators": "/room/compliance",
    "posts": "/room/staff",
    "register": "/room/registers",
    "spaces": "/room/spaces",
    "variation": "/room/variations",
    "wall_documents": "/room/wall-documents",
}
SAID = "没有这方面的规定"


class Lived:
    """A room with an object to every route, made while it was held to the shipped edition."""

    def __init__(self, world: World) -> None:
        self.world, self.head = world, world.person(Role.SITE_HEAD)
        self.site, self.day = world.site_of(self.head), clock.today()
        self.routes = [one for one in everything() if one.plane == "room" and "GET" in one.methods]
        self.routes = [one for one in self.routes if Role.SITE_HEAD in one.access.roles]
        self.objects: dict[str, Mapping[str, Any]] = {}
        for route in self.routes:
            if route.sample and route.sample not in self.objects:
                self.objects[route.sample] = SAMPLES[route.sample].make(world, self.head, self.site)

    def hold(self, edition_id: UUID | None) -> None:
        with self.world.make.databases.session(Login.MIGRATOR) as session:
            session.execute(update(Site).where(Site.id == self.site.id).values(edition_id=edition_id))

    def address(self, route: Route) -> str:
        kept = self.objects[route.sample] if route.sample else {}
        with self.world.app.test_request_context():
            return url_for(route.endpoint, **{name: kept[name] for name in route.arguments})


@pytest.fixture(scope="module")
def make(pools: Databases, settings: Settings, urls: Urls) -> Iterator[Make]:
    yield Make(pools, settings)
    servers.wipe(urls)


@pytest.fixture(scope="module")
def lived(make: Make, application: Flask) -> Lived:
    return Lived(World(make, application))


@pytest.fixture(scope="module")
def editions(make: Make) -> dict[str, UUID]:
    return {
        name: lacking.without(make, *missing, number)
        for number, (name, missing) in enumerate(CASES.items(), start=2)
        if name in TRIED
    }


@pytest.fixture(scope="module")
def newest(make: Make) -> UUID:
    """The shipped edition once more, after all that lack something."""
    return lacking.without(make, (), {}, len(CASES) + 2)


@pytest.fixture(params=TRIED)
def case(request: pytest.FixtureRequest, editions: dict[str, UUID], lived: Lived) -> str:
    """The room is held to the edition of the case."""
    name = str(request.param)
    lived.hold(editions[name])
    return name


def test_no_page_of_the_room_fails(lived: Lived, case: str) -> None:
    client, _token = lived.world.client(lived.head, lived.head.role)
    program = lived.world.make.program(lived.world.app, lived.head)
    wrong = []
    for route in lived.routes:
        path = lived.address(route)
        answer = (program if path.startswith(API) else client).get(path, buffered=True)
        if answer.status_code not in (DONE | {404} if route.sample in NAMED else DONE):
            wrong.append(f"{route} {path}: {answer.status} {answer.text[:300]}")
    assert not wrong, "\n".join(wrong)


def test_what_is_lacking_is_said_on_its_page(lived: Lived, case: str) -> None:
    client, _token = lived.world.client(lived.head, lived.head.role)
    for kind in CASES[case][0] & PAGES.keys():
        page = client.get(PAGES[kind], follow_redirects=True)
        assert (page.status_code, SAID in page.text) == (200, True), kind


def test_the_nights_work_is_done(lived: Lived, case: str) -> None:
    make, site_id, today = lived.world.make, lived.site.id, lived.day
    with make.databases.session(Login.WORKER, site_id) as session:
        schedule.make_due(session, today)
        facts.recompute(session, site_id, clock.month(today), workload.counts)
        standing.recompute(session, site_id, today, compliance.measure)
        drift.recompute(session, site_id, today, deviations.look)
    with make.databases.session(Login.WORKER) as session:
        turn_day(session)
    released.drain(make)


def test_no_page_of_the_console_about_it_fails(lived: Lived, case: str, editions: dict[str, UUID]) -> None:
    world = lived.world
    admin = world.person(Role.INSTITUTION_ADMIN)
    client, _token = world.client(admin, admin.role)
    program = world.make.program(world.app, admin)
    about: dict[str, Any] = {"site_id": lived.site.id, "edition_id": editions[case], "later_id": lived.site.edition_id}
    about |= {"kind": "checklist", "code": "daily", "indicator": "area"}
    wrong = []
    for route in everything():
        if route.plane != "console" or "GET" not in route.methods or admin.role not in route.access.roles:
            continue
        if not route.arguments <= about.keys() or route.endpoint in QUERIES:
            continue
        if case not in SHORT and not route.arguments:
            continue  # about no site and no edition: what one kind less changes there, all of them less change too
        with world.app.test_request_context():
            path = url_for(route.endpoint, **{name: about[name] for name in route.arguments})
        answer = (program if path.startswith(API) else client).get(path, buffered=True)
        named = {"kind", "code", "indicator"} & route.arguments
        if answer.status_code not in (DONE | {404, 422} if named else DONE):
            wrong.append(f"{route} {path}: {answer.status} {answer.text[:300]}")
    assert not wrong, "\n".join(wrong)


def test_a_release_is_tried_to_it_and_from_it(lived: Lived, case: str, editions: dict[str, UUID], newest: UUID) -> None:
    make, admin = lived.world.make, lived.world.person(Role.INSTITUTION_ADMIN)
    for held, wanted in ((lived.site.edition_id, editions[case]), (editions[case], newest)):
        lived.hold(held)
        release_id = released.planned(make, admin, wanted, asked={"codes": lived.site.code})
        released.tried(make, admin, release_id)
        with make.databases.session(Login.OVERSIGHT) as session:
            tried = select(ReleaseSite.trial).where(ReleaseSite.release_id == release_id)
            assert session.scalars(tried).one() is not None


def test_it_says_nothing_where_nothing_is_lacking(lived: Lived) -> None:
    lived.hold(lived.site.edition_id)
    client, _token = lived.world.client(lived.head, lived.head.role)
    assert set(PAGES) == set(KIND_OF.values())
    for path in PAGES.values():
        assert SAID not in client.get(path, follow_redirects=True).text, path
