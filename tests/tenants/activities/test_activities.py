"""Activities are planned, held and called off; their three numbers are kept apart and counted once."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from huakai_platform.kernel import clock, vault
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.audit import AuditEntry
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.outbox import OutboxMessage
from huakai_platform.kernel.sites import Site
from huakai_tenants.activities import counting
from huakai_tenants.activities.models import Activity
from tests.support.active import Active
from tests.support.make import Make
from tests.support.web import post

LIST, NEW = "/room/activities", "/room/activities/new"
TODAY = clock.today()
MARCH = date(2026, 3, 1)


@pytest.fixture
def site(make: Make) -> Site:
    return make.site()


@pytest.fixture
def worker(make: Make, site: Site) -> Actor:
    return make.member(Role.SITE_WORKER, site)


@pytest.fixture
def browser(app: Flask, make: Make, worker: Actor) -> FlaskClient:
    return make.browser(app, worker)


@pytest.fixture
def active(make: Make, site: Site) -> Active:
    return Active(make, site)


def typed(**changes: Any) -> dict[str, Any]:
    values = {
        "title": "广场义诊", "held_on": "2026-03-05", "state": "held", "direction": "out", "venue": "community",
        "form": "clinic", "theme": "square_clinic", "sessions": "2", "attendances": "120", "people": "100",
        "people_estimated": "1", "audiences": ["residents", "elderly"], "materials": "折页 300\n海报：5",
    }  # fmt: skip
    return {name: value for name, value in (values | changes).items() if value is not None}


def rows(databases: Databases, site: Site, kind: type[Any]) -> list[Any]:
    with databases.session(Login.TENANT, site.id) as session:
        return list(session.scalars(select(kind).order_by(kind.id)))


def counted(databases: Databases, site: Site, month: date) -> dict[str, int]:
    with databases.session(Login.TENANT, site.id) as session:
        return counting.counts(session, month)


def test_a_held_activity_is_kept_counted_and_written_in_the_trail(
    databases: Databases, browser: FlaskClient, site: Site
) -> None:
    answer = post(browser, NEW, typed())

    assert answer.status_code == 303, answer.text
    kept = rows(databases, site, Activity)[0]
    assert (kept.sessions, kept.attendances, kept.people, kept.people_estimated) == (2, 120, 100, True)
    assert kept.materials == [{"name": "折页", "count": 300}, {"name": "海报", "count": 5}]
    assert [one.deed for one in rows(databases, site, AuditEntry)] == ["activities.added"]
    assert {"month": "2026-03-01"} in [one.payload for one in rows(databases, site, OutboxMessage)]
    page = browser.get(answer.location).text
    assert "约&nbsp;" in page
    assert "老年人、社区居民" in page


@pytest.mark.parametrize(
    ("wrong", "at"),
    [
        ({"form": "cooking"}, "form"),
        ({"venue": None}, "venue"),
        ({"venue": "moon"}, "venue"),
        ({"programme": "company", "venue": "school"}, "programme"),
        ({"held_on": (TODAY + timedelta(days=1)).isoformat()}, "held_on"),
        ({"state": "planned"}, "sessions"),
        ({"sessions": None}, "sessions"),
        ({"attendances": None, "people": None}, "attendances"),
        ({"people": "121"}, "people"),
        ({"people": "-1"}, "people"),
        ({"starts_at": "10:00", "ends_at": "09:00"}, "ends_at"),
        ({"starts_at": "25:00"}, "starts_at"),
        ({"materials": "many leaflets"}, "materials"),
        ({"audiences": ["martians"]}, "audiences"),
        ({"facilitators": ["00000000-0000-7000-8000-000000000000"]}, "facilitators"),
        ({"reported_with": "00000000-0000-7000-8000-000000000000"}, "reported_with"),
        ({"counted": "false"}, "reported_with"),
        ({"leads": "121"}, "leads"),
    ],
)
def test_what_does_not_agree_comes_back_as_it_was_typed(
    databases: Databases, browser: FlaskClient, site: Site, wrong: dict[str, Any], at: str
) -> None:
    answer = post(browser, NEW, typed(note="还在这里", **wrong))

    assert answer.status_code == 422
    assert "还在这里" in answer.text
    assert f'href="#f-{at}"' in answer.text
    assert rows(databases, site, Activity) == []


def test_the_form_begins_with_the_day_and_the_theme_that_the_plan_names(browser: FlaskClient) -> None:
    coming = (TODAY + timedelta(days=40)).isoformat()
    held, planned = (browser.get(f"{NEW}?on={day}&theme=square_clinic").text for day in ("2026-03-01", coming))

    assert 'value="2026-03-01"' in held
    assert f'value="{coming}"' in planned
    for page, state in ((held, "held"), (planned, "planned")):
        assert re.search(rf'name="state" value="{state}" checked', page)
        assert re.search(r'<option value="square_clinic" selected', page)
    assert browser.get(f"{NEW}?on=yesterday").status_code == 422


def test_the_form_of_an_activity_holds_what_is_written_of_it(
    databases: Databases, browser: FlaskClient, make: Make, site: Site
) -> None:
    centre = make.site(kind="center", tier="T3")
    post(browser, NEW, typed(reported_with=str(centre.id), counted="false", starts_at="09:30"))
    form = browser.get(f"{LIST}/{rows(databases, site, Activity)[0].id}/edit").text

    assert "折页 300\n海报 5</textarea>" in form
    assert 'value="09:30"' in form
    assert re.search(r'<option value="false" selected', form)
    assert re.search(r'name="people_estimated" type="checkbox" value="1" checked', form)
    assert not re.search(r'name="sessions_estimated" type="checkbox" value="1" checked', form)
    assert re.search(r'name="audiences" value="elderly" checked', form)


def test_a_ticked_box_without_a_value_is_nobody(databases: Databases, browser: FlaskClient, site: Site) -> None:
    assert post(browser, NEW, typed(facilitators=[""], flowers=[""])).status_code == 303
    assert rows(databases, site, Activity)[0].facilitators == []


def test_the_same_activity_of_a_day_is_one(databases: Databases, browser: FlaskClient, site: Site) -> None:
    post(browser, NEW, typed())

    answer = post(browser, NEW, typed())

    assert answer.status_code == 422
    assert "当天已经登记了同名的活动" in answer.text
    assert len(rows(databases, site, Activity)) == 1


def test_who_saves_over_a_change_is_shown_it_first(databases: Databases, browser: FlaskClient, site: Site) -> None:
    post(browser, NEW, typed())
    kept = rows(databases, site, Activity)[0]
    url = f"{LIST}/{kept.id}/edit"
    assert post(browser, url, typed(attendances="130", version="1")).status_code == 303

    late = post(browser, url, typed(attendances="140", venue="school", version="1"))

    assert late.status_code == 409
    assert "<del>进社区</del>" in late.text
    assert rows(databases, site, Activity)[0].attendances == 130


def test_a_plan_becomes_an_activity_and_one_called_off_counts_no_more(
    databases: Databases, browser: FlaskClient, site: Site
) -> None:
    nothing = {"sessions": None, "attendances": None, "people": None, "people_estimated": None}
    post(browser, NEW, typed(state="planned", **nothing))
    kept = rows(databases, site, Activity)[0]
    assert counted(databases, site, MARCH) == {}

    assert post(browser, f"{LIST}/{kept.id}/edit", typed(version="1")).status_code == 303
    assert counted(databases, site, MARCH)["activities_held"] == 1

    assert post(browser, f"{LIST}/{kept.id}/cancellation").status_code == 422
    assert post(browser, f"{LIST}/{kept.id}/cancellation", {"reason": "下雨"}).status_code == 303
    assert counted(databases, site, MARCH) == {}
    assert post(browser, f"{LIST}/{kept.id}/cancellation", {"reason": "下雨"}).status_code == 409

    assert post(browser, f"{LIST}/{kept.id}/restoration").status_code == 303
    assert rows(databases, site, Activity)[0].state == "planned"


def test_an_activity_of_a_room_and_its_centre_is_counted_once(
    databases: Databases, app: Flask, make: Make, browser: FlaskClient, site: Site
) -> None:
    centre = make.site(kind="center", tier="T3")
    theirs = make.browser(app, make.member(Role.SITE_HEAD, centre))
    assert post(browser, NEW, typed(reported_with=str(centre.id), counted="false")).status_code == 303
    assert post(theirs, NEW, typed(reported_with=str(site.id), counted="true")).status_code == 303

    assert "由对方上报" in browser.get(LIST).text
    numbers = [counted(databases, one, MARCH) for one in (site, centre)]
    assert numbers[0] == {}
    assert numbers[1]["activity_attendances"] == 120


def test_the_three_numbers_are_counted_apart_by_place_and_direction(
    databases: Databases, active: Active, site: Site
) -> None:
    active.activity(MARCH, sessions=3, attendances=90, people=None, attendances_estimated=True)
    active.activity(date(2026, 3, 31), venue=None, direction="in", sessions=2, attendances=None, people=20)
    active.activity(date(2026, 4, 1), sessions=50)

    assert counted(databases, site, MARCH) == {
        "activities_held": 2,
        "activity_sessions": 5,
        "activity_attendances": 90,
        "activity_people": 20,
        "activity_attendances_estimated": 90,
        "activity_sessions_out": 3,
        "activity_sessions_in": 2,
        "activity_attendances_out": 90,
        "activity_people_in": 20,
        "activity_sessions_community": 3,
        "activity_attendances_community": 90,
    }


def test_the_list_is_narrowed_by_its_address_and_exported(
    databases: Databases, browser: FlaskClient, active: Active, site: Site
) -> None:
    active.activity(MARCH, title="读书会", form="reading_circle", direction="in", venue=None)
    active.activity(MARCH, title="党课", venue="organ", flowers=["party_flower"])

    assert "共 2 条" in browser.get(f"{LIST}?since=2026-03-01&until=2026-03-31&sort=-people").text
    narrow = browser.get(f"{LIST}?direction=in&form=reading_circle").text
    assert "读书会" in narrow
    assert "党课</a>" not in narrow
    assert "党课</a>" in browser.get(f"{LIST}?flower=party_flower&venue=organ").text
    assert "没有符合条件的记录" in browser.get(f"{LIST}?q=没有").text
    assert browser.get(f"{LIST}?venue=MOON!").status_code == 422
    assert browser.get(f"{LIST}/list.xlsx?direction=in").data[:2] == b"PK"
    assert rows(databases, site, AuditEntry)[-1].detail == {"rows": 1}


def test_a_volunteer_reads_and_does_not_write(app: Flask, make: Make, active: Active, site: Site) -> None:
    kept = active.activity(MARCH)
    volunteer = make.browser(app, make.member(Role.VOLUNTEER, site))

    assert volunteer.get(f"{LIST}/{kept.id}").status_code == 200
    assert post(volunteer, NEW, typed()).status_code == 403


def test_another_rooms_activity_is_not_there(app: Flask, make: Make, active: Active) -> None:
    kept = active.activity(MARCH)
    stranger = make.browser(app, make.member(Role.SITE_HEAD))

    assert stranger.get(f"{LIST}/{kept.id}").status_code == 404
    assert post(stranger, f"{LIST}/{kept.id}/cancellation", {"reason": "x"}).status_code == 404


def test_an_activity_leads_to_a_sealed_note_on_who_may_need_help(
    app: Flask, databases: Databases, make: Make, settings: Settings
) -> None:
    site = make.site()
    with databases.session(Login.WORKER, site.id) as session:
        vault.ensure_key(session, settings.master_key)
    held = Active(make, site).activity(clock.today(), title="重阳节讲座")
    worker = make.browser(app, make.member(Role.SITE_WORKER, site))
    page = worker.get(f"/room/activities/{held.id}").text
    address = re.search(r'href="(/room/registers/leads/new\?[^"]+)"', page)
    assert address
    form = worker.get(address[1].replace("&amp;", "&")).text
    assert "重阳节讲座</textarea>" in form
    said = {"day": clock.today().isoformat(), "activity": "重阳节讲座", "concern": "mood", "urgency": "week"}
    assert post(worker, "/room/registers/leads/new", {**said, "points": "王奶奶独居失眠"}).status_code == 303
    with databases.session(Login.MIGRATOR, site.id) as session:
        sealed = session.scalars(text("SELECT sealed FROM confidential.sealed_entry")).one()
    assert "王奶奶".encode() not in bytes(sealed)
    volunteer = make.browser(app, make.member(Role.VOLUNTEER, site))
    assert "registers/leads" not in volunteer.get(f"/room/activities/{held.id}").text
