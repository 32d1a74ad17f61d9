"""Training is recorded for several people at once, only what agrees with itself, and is never counted twice."""

import re
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.audit import AuditEntry
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.outbox import OutboxMessage
from huakai_platform.kernel.sites import Site
from huakai_tenants.training.models import TrainingRecord
from tests.support.make import Make
from tests.support.staffed import Staffed
from tests.support.web import post

NEW = "/room/training/records/new"


@pytest.fixture
def site(make: Make) -> Site:
    return make.site()


@pytest.fixture
def head(make: Make, site: Site) -> Actor:
    return make.member(Role.SITE_HEAD, site)


@pytest.fixture
def browser(app: Flask, make: Make, head: Actor) -> FlaskClient:
    return make.browser(app, head)


@pytest.fixture
def people(make: Make, site: Site) -> list[UUID]:
    return [Staffed(make, site).member(number, "counsellor").id for number in ("S1", "S2")]


def typed(people: list[UUID], **changes: Any) -> dict[str, Any]:
    values = {"course": "crisis", "held_on": "2026-01-05", "hours": "6", "result": "passed", "score": "85"}
    return {**values, "members": [str(one) for one in people], **changes}


def rows(databases: Databases, site: Site, kind: type[Any]) -> list[Any]:
    with databases.session(Login.TENANT, site.id) as session:
        return list(session.scalars(select(kind).order_by(kind.id)))


def deeds(databases: Databases, site: Site) -> list[str]:
    return [entry.deed for entry in rows(databases, site, AuditEntry)]


def test_one_course_is_recorded_for_several_people_and_counted_anew(
    databases: Databases, browser: FlaskClient, site: Site, people: list[UUID]
) -> None:
    assert post(browser, NEW, typed(people)).status_code == 303

    assert {one.member_id for one in rows(databases, site, TrainingRecord)} == set(people)
    assert deeds(databases, site) == ["training.recorded"] * 2
    assert "NumbersChanged" in {one.topic for one in rows(databases, site, OutboxMessage)}


@pytest.mark.parametrize(
    "wrong",
    [
        {"course": "cooking"},
        {"held_on": "2099-01-01"},
        {"hours": "0"},
        {"result": "attended"},
        {"score": "79"},
        {"result": "failed"},
        {"course": "policy_basics"},
        {"expires_on": "2026-01-04"},
        {"members": []},
        {"members": ["00000000-0000-7000-8000-000000000000"]},
    ],
)
def test_what_does_not_agree_comes_back_as_it_was_typed(
    databases: Databases, browser: FlaskClient, site: Site, people: list[UUID], wrong: dict[str, Any]
) -> None:
    answer = post(browser, NEW, typed(people, note="还在这里", **wrong))

    assert answer.status_code == 422
    assert "还在这里" in answer.text
    assert rows(databases, site, TrainingRecord) == []


def test_the_same_course_on_the_same_day_is_refused_in_words_and_for_everybody(
    databases: Databases, browser: FlaskClient, site: Site, people: list[UUID]
) -> None:
    post(browser, NEW, typed(people[:1]))

    answer = post(browser, NEW, typed(people))

    assert answer.status_code == 422
    assert "人员S1 当天的这门课程已经登记" in answer.text
    assert len(rows(databases, site, TrainingRecord)) == 1


def test_the_form_is_filled_in_as_far_as_can_be_and_a_change_leaves_person_and_course(
    databases: Databases, browser: FlaskClient, site: Site, people: list[UUID]
) -> None:
    new = browser.get(f"{NEW}?members={people[1]}").text
    post(browser, NEW, typed(people[:1]))
    edit = f"/room/training/records/{rows(databases, site, TrainingRecord)[0].id}/edit"
    page = browser.get(edit).text

    assert f'value="{clock.today()}"' in new
    assert re.findall(r'name="members" value="(\S+)" checked', new) == [str(people[1])]
    assert "人员S1" in page
    assert 'name="members"' not in page
    assert 'name="course"' not in page
    answer = post(browser, edit, {"held_on": "2026-01-06", "hours": "6", "result": "passed", "course": "law_ethics"})
    assert answer.status_code == 422, "of another course it is another record"
    answer = post(browser, edit, {"held_on": "2026-01-06", "hours": "6", "result": "passed", "version": "1"})
    assert (answer.status_code, answer.location) == (303, "/room/training/records")


def test_who_saves_over_a_change_is_shown_it_first(
    databases: Databases, browser: FlaskClient, site: Site, people: list[UUID]
) -> None:
    post(browser, NEW, typed(people[:1]))
    record = rows(databases, site, TrainingRecord)[0]
    url = f"/room/training/records/{record.id}/edit"
    change = {"held_on": "2026-01-05", "result": "passed", "score": "90", "version": str(record.version)}
    assert post(browser, url, {**change, "hours": "7"}).status_code == 303

    late = post(browser, url, {**change, "hours": "8"})

    assert late.status_code == 409
    assert "刚才有人修改过这条培训记录" in late.text
    assert rows(databases, site, TrainingRecord)[0].hours == 7


def test_a_record_is_removed_only_with_a_reason(
    databases: Databases, browser: FlaskClient, site: Site, people: list[UUID]
) -> None:
    post(browser, NEW, typed(people[:1]))
    url = f"/room/training/records/{rows(databases, site, TrainingRecord)[0].id}/removal"

    assert post(browser, url).status_code == 422
    assert post(browser, url, {"reason": "mistaken"}).status_code == 303

    assert rows(databases, site, TrainingRecord) == []
    assert rows(databases, site, AuditEntry)[-1].detail["reason"] == "mistaken"


def test_who_has_nothing_recorded_is_listed(browser: FlaskClient, people: list[UUID]) -> None:
    post(browser, NEW, typed(people[:1]))

    page = browser.get("/room/training?state=nothing").text

    assert "人员S2" in page
    assert "人员S1" not in page


def test_the_list_is_narrowed_and_its_export_stands_in_the_trail(
    databases: Databases, browser: FlaskClient, site: Site, people: list[UUID]
) -> None:
    post(browser, NEW, typed(people, expires_on=clock.today().isoformat()))

    assert "共 2 条" in browser.get("/room/training/records?course=crisis&expiring=true&year=2026").text
    assert "没有符合条件的记录" in browser.get("/room/training/records?result=failed").text
    assert browser.get(f"/room/training/records.xlsx?member={people[0]}").data[:2] == b"PK"
    assert rows(databases, site, AuditEntry)[-1].detail["rows"] == 1
