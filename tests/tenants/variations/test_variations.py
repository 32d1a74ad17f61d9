"""A room changes what its edition allows, only towards stricter, and what it began stays as it was."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from huakai_platform.drift import standing
from huakai_platform.drift.models import DriftStanding
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.sites import Site
from huakai_tenants.checklists import service as checklists
from huakai_tenants.measures import deviations
from huakai_tenants.variations.models import Variation
from tests.support.drifted import whole
from tests.support.make import Make
from tests.support.staffed import Staffed
from tests.support.varied import vary
from tests.support.web import post

PAGE = "/room/variations"
ITEM = {"checklist": "daily", "text": "门口雨伞架已摆放", "kind": "yes_no_na"}
WEEK = {f"{end}_{day}": hour for day in range(1, 6) for end, hour in (("from", "09:00"), ("to", "17:30"))}
TODAY = clock.today()


@pytest.fixture
def site(make: Make) -> Site:
    return make.site()


@pytest.fixture
def head(app: Flask, make: Make, site: Site) -> FlaskClient:
    return make.browser(app, make.member(Role.SITE_HEAD, site))


def rows(databases: Databases, site: Site) -> list[tuple[str, str, dict[str, Any], bool]]:
    with databases.session(Login.TENANT, site.id) as session:
        found = session.scalars(select(Variation).order_by(Variation.since, Variation.id))
        return [(one.kind, one.spot, one.value, one.until is None) for one in found]


def items(databases: Databases, site: Site, run_id: Any) -> set[str]:
    with databases.session(Login.TENANT, site.id) as session:
        return {item.code for item in checklists.sheet(session, run_id).definition}


def test_an_item_of_the_room_stands_in_runs_that_begin_afterwards_and_in_no_other(
    databases: Databases, make: Make, site: Site, head: FlaskClient
) -> None:
    before = Staffed(make, site).daily(TODAY - timedelta(days=1))
    assert post(head, f"{PAGE}/items", ITEM).status_code == 303
    assert post(head, f"{PAGE}/items", ITEM).status_code == 409
    began = post(head, "/room/checklists/daily").location
    after = began.rsplit("/", 1)[1]
    assert "门口雨伞架已摆放" in head.get(began).text
    assert items(databases, site, after) - items(databases, site, before) == {"own_1"}
    ((kind, spot, _value, now),) = rows(databases, site)
    assert (kind, spot, now) == ("item", "daily/own_1", True)
    assert post(head, f"/room/checklists/{after}/items/own_1", {"own_1": "yes", "version": "0"}).status_code == 303


def test_what_is_taken_back_stays_in_the_run_that_began_with_it(
    databases: Databases, make: Make, site: Site, head: FlaskClient
) -> None:
    made = vary(make, site, "item", "daily/own_1", {"text": "雨伞架", "kind": "text"})
    run_id = post(head, "/room/checklists/daily").location.rsplit("/", 1)[1]
    assert post(head, f"{PAGE}/{made}/end").status_code == 303
    assert post(head, f"{PAGE}/{made}/end").status_code == 409
    assert "own_1" in items(databases, site, run_id)
    assert [one[3] for one in rows(databases, site)] == [False]


def test_a_bound_moves_only_towards_stricter_and_judges(
    databases: Databases, make: Make, site: Site, head: FlaskClient
) -> None:
    photos = f"{PAGE}/thresholds/room_photos"
    assert post(head, photos, {"bound": "1"}).status_code == 422
    assert post(head, photos, {"bound": "0"}).status_code == 422
    assert post(head, photos, {"bound": "x"}).status_code == 422
    assert post(head, f"{PAGE}/thresholds/weekly_hours", {"bound": "7"}).status_code == 422
    assert post(head, f"{PAGE}/thresholds/nothing", {"bound": "2"}).status_code == 404
    assert post(head, photos, {"bound": "2"}).status_code == 303
    assert post(head, photos, {"bound": "3"}).status_code == 303
    assert [(one[1], one[2], one[3]) for one in rows(databases, site)] == [
        ("room_photos", {"bound": "2"}, False),
        ("room_photos", {"bound": "3"}, True),
    ]
    run_id = post(head, "/room/checklists/daily").location.rsplit("/", 1)[1]
    with databases.session(Login.TENANT, site.id) as session:
        item = checklists.sheet(session, UUID(run_id)).definition.item("room_ready")
    assert item is not None
    assert item.evidence.count == 3


def test_local_names_show_on_the_pages_of_the_room(make: Make, site: Site, head: FlaskClient) -> None:
    Staffed(make, site).space("individual_room", "12")
    assert post(head, f"{PAGE}/names/spaces/individual_room", {"name": "暖心屋"}).status_code == 303
    assert post(head, f"{PAGE}/names/posts/counsellor", {"name": "心理老师"}).status_code == 303
    assert post(head, f"{PAGE}/names/spaces/nowhere", {"name": "无"}).status_code == 404
    assert "暖心屋" in head.get("/room/spaces").text
    assert "心理老师" in head.get("/room/staff").text


def test_opening_hours_keep_the_least_of_the_tier_and_show_at_home(
    databases: Databases, site: Site, head: FlaskClient
) -> None:
    assert post(head, f"{PAGE}/opening", {"from_1": "09:00", "to_1": "12:00"}).status_code == 422
    assert post(head, f"{PAGE}/opening", {"from_1": "09:00"}).status_code == 422
    assert post(head, f"{PAGE}/opening", {**WEEK, "from_1": "25:00"}).status_code == 422
    assert rows(databases, site) == []
    days = {f"{end}_{day}": hour for day in range(1, 8) for end, hour in (("from", "09:00"), ("to", "17:30"))}
    assert post(head, f"{PAGE}/opening", days).status_code == 303
    assert "09:00–17:30" in head.get("/room/").text


def test_only_the_head_changes_and_everybody_sees(app: Flask, make: Make, site: Site) -> None:
    worker = make.browser(app, make.member(Role.SITE_WORKER, site))
    assert worker.get(PAGE).status_code == 200
    assert post(worker, f"{PAGE}/items", ITEM).status_code == 403


def test_the_number_of_own_items_is_bounded(make: Make, site: Site, head: FlaskClient) -> None:
    for number in range(10):
        vary(make, site, "item", f"daily/own_{number + 1}", {"text": f"检查项目{number}", "kind": "text"})
    assert post(head, f"{PAGE}/items", ITEM).status_code == 409


def test_allowed_variations_raise_no_alarm(databases: Databases, make: Make) -> None:
    site = whole(make, TODAY, weekly_hours=None).site
    days = [{"day": day, "from": "09:00", "to": "17:00"} for day in range(1, 6)]
    vary(make, site, "opening", "week", {"days": days})
    vary(make, site, "item", "daily/own_1", {"text": "雨伞架", "kind": "text"})
    vary(make, site, "threshold", "room_photos", {"bound": "2"})
    row = stand(databases, site)
    assert (row.unexplained, row.allowed) == (0, 3)
    assert {one["class"] for one in row.findings} == {"allowed"}
    assert "雨伞架" not in str(row.findings)


@pytest.mark.parametrize(("hours", "wrong"), [(None, "unrecorded"), (7, "below"), (8, None)])
def test_opening_below_the_least_is_a_departure(databases: Databases, make: Make, hours: Any, wrong: Any) -> None:
    row = stand(databases, whole(make, TODAY, weekly_hours=hours).site)
    assert [one["wrong"] for one in row.findings] == ([wrong] if wrong else [])


def stand(databases: Databases, site: Site) -> DriftStanding:
    with databases.session(Login.WORKER, site.id) as session:
        assert standing.recompute(session, site.id, TODAY, deviations.look)
    with databases.session(Login.OVERSIGHT) as session:
        return session.scalars(select(DriftStanding).where(DriftStanding.tenant_id == site.id)).one()


def test_what_the_edition_no_longer_knows_is_shown_counts_as_a_departure_and_can_be_ended(
    app: Flask, databases: Databases, make: Make
) -> None:
    room = whole(make, TODAY)
    browser = make.browser(app, make.member(Role.SITE_HEAD, room.site))
    assert "不再起作用的调整" not in browser.get(PAGE).text
    lost = {
        vary(make, room.site, "item", "retired/own_1", {"text": "旧检查单上的项目", "kind": "yes_no_na"}),
        vary(make, room.site, "threshold", "gone", {"bound": "3"}),
        vary(make, room.site, "name", "spaces/nowhere", {"name": "旧名称"}),
    }
    vary(make, room.site, "name", "spaces/individual_room", {"name": "心语小屋"})
    row = stand(databases, room.site)
    assert {(one["wrong"], one["class"]) for one in row.findings} == {("lost", "unexplained"), (None, "allowed")}
    assert (row.unexplained, row.allowed) == (3, 1)
    page = browser.get(PAGE).text
    assert "不再起作用的调整" in page
    assert "旧检查单上的项目" in page
    for one in lost:
        assert post(browser, f"{PAGE}/{one}/end", {}).status_code == 303
    assert "不再起作用的调整" not in browser.get(PAGE).text
    assert stand(databases, room.site).unexplained == 0
