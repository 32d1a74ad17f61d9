"""Programs read and write training records, by version, once, and for a reason."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.audit import AuditEntry
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.outbox import OutboxMessage
from huakai_tenants.training.models import TrainingRecord
from tests.support.make import Make
from tests.tenants.training.test_coverage import Room

RECORDS = "/api/v1/room/training/records"
TODAY = clock.today()


@pytest.fixture
def room(make: Make) -> Room:
    return Room(make)


@pytest.fixture
def program(app: Flask, make: Make, room: Room) -> FlaskClient:
    return make.program(app, make.member(Role.SITE_HEAD, room.site))


def body(room: Room, **changes: Any) -> dict[str, Any]:
    values = {"course": "crisis", "held_on": "2026-01-05", "hours": 6, "result": "passed", "score": 85}
    return {"member_id": str(room.member()), **values, **changes}


def rows(databases: Databases, room: Room, kind: type[Any]) -> list[Any]:
    with databases.session(Login.TENANT, room.site.id) as session:
        return list(session.scalars(select(kind).order_by(kind.id)))


def test_a_record_is_made_read_changed_by_version_and_removed_for_a_reason(
    databases: Databases, program: FlaskClient, room: Room
) -> None:
    made = program.post(RECORDS, json=body(room, certificate_number="ZS-1"))
    assert made.status_code == 201
    place, tag = made.headers["Location"], made.headers["ETag"]
    assert program.get(place).json == made.json
    assert made.json
    change = {"held_on": "2026-01-05", "hours": 6.5, "result": "passed"}
    assert program.put(place, json=change).status_code == 428
    changed = program.put(place, json=change, headers={"If-Match": tag})
    assert changed.json
    assert (changed.json["hours"], changed.json["score"], changed.json["certificate_number"]) == ("6.5", None, None)
    assert program.put(place, json=change, headers={"If-Match": tag}).status_code == 412
    assert program.post(f"{place}/removal", json={"reason": "because"}).status_code == 422
    assert program.post(f"{place}/removal", json={"reason": "mistaken"}).status_code == 204
    assert program.get(place).status_code == 404
    assert [one.deed for one in rows(databases, room, AuditEntry)] == [
        "training.recorded",
        "training.changed",
        "training.removed",
    ]
    assert "NumbersChanged" in {one.topic for one in rows(databases, room, OutboxMessage)}


def test_what_need_not_be_there_may_be_null_and_person_and_course_are_given_once(
    program: FlaskClient, room: Room
) -> None:
    nulls = dict.fromkeys(("score", "certificate_number", "issued_on", "expires_on", "note"))
    made = program.post(RECORDS, json=body(room, **nulls))
    assert made.status_code == 201
    change = {"held_on": "2026-01-05", "hours": 6, "result": "passed", **nulls}
    match = {"If-Match": made.headers["ETag"]}

    assert program.put(made.headers["Location"], json={**change, "course": "crisis"}, headers=match).status_code == 422
    assert program.put(made.headers["Location"], json=change, headers=match).json == made.json


def test_the_same_key_records_once(databases: Databases, program: FlaskClient, room: Room) -> None:
    sent, headers = body(room), {"Idempotency-Key": "training-once-0001"}
    answers = [program.post(RECORDS, json=sent, headers=headers) for _again in range(2)]
    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].json == answers[1].json
    assert len(rows(databases, room, TrainingRecord)) == 1
    assert program.post(RECORDS, json=sent).status_code == 422


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"course": "cooking"}, "#/course"),
        ({"held_on": "2099-01-01"}, "#/held_on"),
        ({"score": 79}, "#/score"),
        ({"hours": "6"}, "#/hours"),
        ({"member_id": "00000000-0000-7000-8000-000000000000"}, "#/member_id"),
    ],
)
def test_what_is_wrong_is_pointed_at(
    databases: Databases, program: FlaskClient, room: Room, wrong: dict[str, Any], pointer: str
) -> None:
    answer = program.post(RECORDS, json=body(room, **wrong))
    assert answer.status_code == 422
    assert answer.json
    assert [one["pointer"] for one in answer.json["errors"]] == [pointer]
    assert not rows(databases, room, TrainingRecord)


def test_the_list_goes_on_by_key_and_is_narrowed(program: FlaskClient, room: Room) -> None:
    member = room.member()
    for days, course in ((1, "crisis"), (2, "law_ethics"), (2, "key_groups")):
        room.record(member, course, 6, TODAY - timedelta(days=days))
    first = program.get(f"{RECORDS}?limit=2").json
    assert first
    rest = program.get(first["next"]).json
    assert rest
    seen = [one["course"] for one in (*first["items"], *rest["items"])]
    assert seen[0] == "crisis"
    assert sorted(seen) == ["crisis", "key_groups", "law_ethics"]
    only = program.get(f"{RECORDS}?course=crisis&member={member}").json
    assert only
    assert [one["course"] for one in only["items"]] == ["crisis"]


def test_what_runs_out_is_listed_with_the_days_that_are_left(program: FlaskClient, room: Room) -> None:
    member = room.member()
    for course, left in (("crisis", -2), ("law_ethics", 7), ("key_groups", 91)):
        room.record(member, course, 6, TODAY - timedelta(days=400), expires_on=TODAY + timedelta(days=left))
    page = program.get("/api/v1/room/training/expiring").json
    assert page
    assert [(one["code"], one["days"]) for one in page["items"]] == [("crisis", -2), ("law_ethics", 7)]
    week = program.get("/api/v1/room/training/expiring?within=7").json
    assert week
    assert [one["code"] for one in week["items"]] == ["law_ethics"]


def test_a_member_of_another_room_is_not_trained_here(program: FlaskClient, make: Make, room: Room) -> None:
    stranger = Room(make)
    record = stranger.record(stranger.member(), "crisis", 6, TODAY)
    assert program.post(RECORDS, json=body(room, member_id=str(stranger.member()))).status_code == 422
    assert program.get(f"{RECORDS}/{record}").status_code == 404
    assert program.post(f"{RECORDS}/{record}/removal", json={"reason": "double"}).status_code == 404
