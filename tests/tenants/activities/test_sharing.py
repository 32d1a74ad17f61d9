"""What a room and its centre hold together and both enter is counted once, whoever was first."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.sites import Site
from huakai_tenants.activities import counting
from huakai_worker import dispatcher
from tests.support.make import Make
from tests.support.web import post

NEW, MARCH = "/room/activities/new", date(2026, 3, 1)


@pytest.fixture
def room(make: Make) -> Site:
    return make.site()


@pytest.fixture
def centre(make: Make) -> Site:
    return make.site(kind="center", tier="T3")


def enter(browser: FlaskClient, other: Site, **changes: Any) -> None:
    values = {
        "title": "社区活动日", "held_on": "2026-03-05", "state": "held", "direction": "out", "venue": "community",
        "form": "square", "sessions": "1", "attendances": "200", "reported_with": str(other.id), "counted": "true",
    }  # fmt: skip
    assert post(browser, NEW, values | changes).status_code == 303


def counted(databases: Databases, site: Site) -> int:
    with databases.session(Login.TENANT, site.id) as session:
        return counting.counts(session, MARCH).get("activity_attendances", 0)


@pytest.mark.parametrize("first", ["room", "centre"])
def test_both_count_it_and_then_the_centre_alone(
    app: Flask, databases: Databases, settings: Settings, make: Make, room: Site, centre: Site, first: str
) -> None:
    deeds = [(room, centre, {}), (centre, room, {"title": "广场活动", "attendances": "210"})]
    for mine, other, changes in deeds if first == "room" else reversed(deeds):
        enter(make.browser(app, make.member(Role.SITE_HEAD, mine)), other, **changes)
        dispatcher.drain(databases, settings)

    assert (counted(databases, room), counted(databases, centre)) == (0, 210)


def test_two_different_activities_of_a_day_are_both_counted(
    app: Flask, databases: Databases, settings: Settings, make: Make, room: Site, centre: Site
) -> None:
    theirs = make.browser(app, make.member(Role.SITE_HEAD, centre))
    enter(theirs, room, title="上午的活动")
    enter(theirs, room, title="下午的活动")
    enter(make.browser(app, make.member(Role.SITE_HEAD, room)), centre, title="晚上的活动")
    dispatcher.drain(databases, settings)

    assert (counted(databases, room), counted(databases, centre)) == (200, 400)
