"""A function room that another site had first in the same place waits for a reason, and the institution sees both."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from huakai_platform.kernel.access import Role
from huakai_platform.kernel.audit import AuditEntry
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.notices import Notice
from huakai_platform.kernel.sites import Site
from huakai_tenants.premises.models import Space
from huakai_worker.jobs import premises
from huakai_worker.scope import Work
from tests.support.make import Make
from tests.support.web import post

REASON = "对方的图书室每周只开两个半天，居民不够用。"


@pytest.fixture
def sites(app: Flask, make: Make) -> tuple[Site, Site]:
    """Two of one community; both plan the ten function rooms, the first one first."""
    found = make.site(place_code="410311002077"), make.site(place_code="410311002077")
    for site in found:
        head = make.browser(app, make.member(Role.SITE_HEAD, site))
        assert post(head, "/room/spaces/sets/comprehensive/adoption").status_code == 303
        compared(make, site)
    return found


@pytest.fixture
def head(app: Flask, make: Make, sites: tuple[Site, Site]) -> FlaskClient:
    """Of the second site."""
    return make.browser(app, make.member(Role.SITE_HEAD, sites[1]))


def compared(make: Make, site: Site) -> None:
    with make.databases.session(Login.WORKER, site.id) as session:
        premises.numbers_changed(Work(session, make.databases, make.settings, site.id, site.id), month="2026-11-01")


def library(databases: Databases, site: Site) -> Space:
    with databases.session(Login.TENANT, site.id) as session:
        return session.scalars(select(Space).where(Space.code == "library_room")).one()


def survey(head: FlaskClient, space: Space, state: str = "ready") -> int:
    form = {"area": "30", "state": state, "was": f"{space.state}:"}
    return post(head, f"/room/spaces/{space.id}", form).status_code


def test_the_second_is_blocked_until_it_gives_a_reason_which_is_kept_and_seen_above(
    app: Flask, databases: Databases, make: Make, sites: tuple[Site, Site], head: FlaskClient
) -> None:
    room = library(databases, sites[1])
    assert (library(databases, sites[0]).contested, room.contested) == (False, True)
    assert survey(head, room) == 409
    assert post(head, f"/room/spaces/{room.id}/justification", {"reason": "要"}).status_code == 422

    assert post(head, f"/room/spaces/{room.id}/justification", {"reason": REASON}).status_code == 303
    assert survey(head, room) == 303
    compared(make, sites[1])
    above = make.browser(app, make.member(Role.INSTITUTION_ADMIN))
    assert REASON in above.get("/console/function-rooms?double=1&code=library_room").text
    with databases.session(Login.TENANT, sites[1].id) as session:
        assert "spaces.twin_justified" in session.scalars(select(AuditEntry.deed)).all()


def test_the_first_is_not_asked_for_a_reason(
    app: Flask, databases: Databases, make: Make, sites: tuple[Site, Site]
) -> None:
    first = make.browser(app, make.member(Role.SITE_HEAD, sites[0]))
    room = library(databases, sites[0])
    assert post(first, f"/room/spaces/{room.id}/justification", {"reason": REASON}).status_code == 409
    assert survey(first, room) == 303


def test_once_the_first_is_closed_the_second_is_free(
    app: Flask, databases: Databases, make: Make, sites: tuple[Site, Site], head: FlaskClient
) -> None:
    first = make.browser(app, make.member(Role.SITE_HEAD, sites[0]))
    assert survey(first, library(databases, sites[0]), "closed") == 303
    for site in sites:
        compared(make, site)

    assert library(databases, sites[1]).contested is False
    assert survey(head, library(databases, sites[1])) == 303


def test_heads_are_told_once(databases: Databases, make: Make, sites: tuple[Site, Site], head: FlaskClient) -> None:
    post(head, "/room/spaces/sets/comprehensive/withdrawal")
    compared(make, sites[1])
    for _again in range(2):
        post(head, "/room/spaces/sets/comprehensive/adoption")
        compared(make, sites[1])
    with databases.session(Login.TENANT, sites[1].id) as session:
        told = [one.account_id for one in session.scalars(select(Notice).where(Notice.kind == "function_rooms"))]
    assert told
    assert len(set(told)) == len(told)


def test_sites_of_different_communities_have_the_same_rooms_freely(
    app: Flask, databases: Databases, make: Make
) -> None:
    for place in ("410311001001", "410311001002"):
        site = make.site(place_code=place, host=None)
        browser = make.browser(app, make.member(Role.SITE_HEAD, site))
        post(browser, "/room/spaces/sets/comprehensive/adoption")
        compared(make, site)
        assert library(databases, site).contested is False
