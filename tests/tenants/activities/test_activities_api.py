"""Programs read and write activities by version, once, and meet the same refusals as people."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.sites import Site
from huakai_tenants.activities.models import Activity, ActivityTotal
from tests.support.active import Active
from tests.support.make import Make

API = "/api/v1/room/activities"
BODY = {
    "title": "社区讲座", "held_on": "2026-03-05", "state": "held", "direction": "out", "venue": "community",
    "form": "lecture", "sessions": 2, "attendances": 80, "materials": [{"name": "折页", "count": 80}],
}  # fmt: skip


@pytest.fixture
def site(make: Make) -> Site:
    return make.site()


@pytest.fixture
def program(app: Flask, make: Make, site: Site) -> FlaskClient:
    return make.program(app, make.member(Role.SITE_WORKER, site))


def rows(databases: Databases, site: Site, kind: type[Any]) -> list[Any]:
    with databases.session(Login.TENANT, site.id) as session:
        return list(session.scalars(select(kind)))


def test_an_activity_is_made_read_changed_by_version_called_off_and_taken_up(program: FlaskClient) -> None:
    made = program.post(API, json=BODY)
    assert made.status_code == 201
    place, tag = made.headers["Location"], made.headers["ETag"]
    assert program.get(place).json == made.json
    assert made.json
    assert made.json["materials"] == BODY["materials"]
    assert program.put(place, json=BODY | {"people": 60}).status_code == 428
    changed = program.put(place, json=BODY | {"people": 60}, headers={"If-Match": tag})
    assert changed.json
    assert (changed.json["attendances"], changed.json["people"]) == (80, 60)
    assert program.put(place, json=BODY, headers={"If-Match": tag}).status_code == 412
    assert program.post(f"{place}/cancellation", json={}).status_code == 422
    called_off = program.post(f"{place}/cancellation", json={"reason": "下雨"}).json
    assert called_off
    assert (called_off["state"], called_off["reason"]) == ("cancelled", "下雨")
    taken_up = program.post(f"{place}/restoration").json
    assert taken_up
    assert (taken_up["state"], taken_up["attendances"]) == ("planned", None)


def test_the_same_key_makes_one(databases: Databases, program: FlaskClient, site: Site) -> None:
    headers = {"Idempotency-Key": "activity-once-0001"}
    answers = [program.post(API, json=BODY, headers=headers) for _again in range(2)]
    assert [one.status_code for one in answers] == [201, 201]
    assert len(rows(databases, site, Activity)) == 1
    assert program.post(API, json=BODY).status_code == 422


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"form": "cooking"}, "#/form"),
        ({"venue": None}, "#/venue"),
        ({"sessions": "2"}, "#/sessions"),
        ({"people": 81}, "#/people"),
        ({"held_on": "2099-01-01"}, "#/held_on"),
        ({"facilitators": ["00000000-0000-7000-8000-000000000000"]}, "#/facilitators"),
    ],
)
def test_what_is_wrong_is_pointed_at(program: FlaskClient, wrong: dict[str, Any], pointer: str) -> None:
    answer = program.post(API, json=BODY | wrong)
    assert answer.status_code == 422
    assert answer.json
    assert [one["pointer"] for one in answer.json["errors"]] == [pointer]


def test_whatever_need_not_be_there_may_be_null(program: FlaskClient) -> None:
    described = program.get("/api/v1/openapi.json").json
    assert described
    optional = set(described["components"]["schemas"]["activities.ActivitiesGiven"]["properties"]) - {*BODY}

    made = program.post(API, json=BODY | dict.fromkeys(optional))

    assert made.status_code == 201, made.text
    assert made.json
    assert (made.json["audiences"], made.json["people"], made.json["people_estimated"]) == ([], None, False)
    assert made.json["counted"] is True


def test_a_program_finds_an_activity_by_its_title(program: FlaskClient, make: Make, site: Site) -> None:
    for title in ("读书会", "广场义诊"):
        Active(make, site).activity(date(2026, 3, 1), title=title)
    found = program.get(f"{API}?q=义诊").json
    assert found
    assert [one["title"] for one in found["items"]] == ["广场义诊"]


def test_the_list_goes_on_by_key_and_is_narrowed(program: FlaskClient, make: Make, site: Site) -> None:
    active = Active(make, site)
    for day, venue in ((1, "school"), (2, "organ"), (3, "school")):
        active.activity(date(2026, 3, day), venue=venue)
    first = program.get(f"{API}?limit=2").json
    assert first
    rest = program.get(first["next"]).json
    assert rest
    assert [one["held_on"][-2:] for one in (*first["items"], *rest["items"])] == ["03", "02", "01"]
    only = program.get(f"{API}?venue=school&since=2026-03-02").json
    assert only
    assert [one["held_on"] for one in only["items"]] == ["2026-03-03"]


def test_plans_and_totals_are_there_for_programs_too(
    databases: Databases, program: FlaskClient, make: Make, site: Site
) -> None:
    plan = program.get(f"{API}/plan/2019").json
    assert plan
    assert [one["done"] for one in plan["items"]] == [False] * 12
    body = {"from_on": "2016-01-01", "to_on": "2018-12-31", "sessions": 24575, "attendances": 1269301, "source": "s"}
    made = program.post(f"{API}/totals", json=body)
    assert made.status_code == 201
    assert program.post(f"{API}/totals", json=body).status_code == 422
    listed = program.get(f"{API}/totals").json
    assert listed
    assert [one["attendances"] for one in listed["items"]] == [1_269_301]
    assert made.json
    assert program.post(f"{API}/totals/{made.json['id']}/removal").status_code == 204
    assert rows(databases, site, ActivityTotal) == []
    theirs = Active(make, make.site()).activity(date(2026, 3, 1))
    assert program.get(f"{API}/{theirs.id}").status_code == 404
