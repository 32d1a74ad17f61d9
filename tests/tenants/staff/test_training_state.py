"""The register says of everybody in service how the training stands, narrows to it and exports it."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import event

from huakai_platform.kernel import clock, workbooks
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.sites import Site
from huakai_tenants.measures import readiness
from huakai_tenants.staff.models import StaffMember
from huakai_tenants.training import curriculum
from huakai_tenants.training.models import TrainingRecord
from tests.support.make import Make
from tests.support.staffed import Staffed


@pytest.fixture
def room(make: Make) -> Staffed:
    return Staffed(make, make.site())


def learn(room: Staffed, member: StaffMember, **changes: Any) -> None:
    """Everything that the post asks for, held today."""
    assert room.site.edition_id
    with room.make.databases.session(Login.TENANT, room.site.id) as session:
        plan = curriculum.of(session, room.site.edition_id)
    for code in {code for programme in plan.programmes[member.post] for code in programme.courses}:
        values = {"held_on": clock.today(), "result": "passed", "recorded_by": uuid7(), "recorded_at": clock.now()}
        room.add(TrainingRecord(member_id=member.id, course=code, hours=plan.courses[code].hours, **values | changes))


def states(room: Staffed, site: Site) -> dict[UUID, str]:
    with room.make.databases.session(Login.TENANT, site.id) as session:
        return readiness.trained(session, clock.today())


def test_each_of_the_four_states_is_told_apart_and_a_renewed_course_does_not_expire(room: Staffed) -> None:
    today = clock.today()
    told: dict[str, StaffMember] = {}
    for number, ends in {"covered": 31, "expiring": 30, "expired": -1}.items():
        told[number] = room.member(number, "counsellor")
        learn(room, told[number], expires_on=today + timedelta(days=ends))
    told["missing"] = room.member("missing", "counsellor")
    renewed = room.member("renewed", "counsellor")
    learn(room, renewed, held_on=today - timedelta(days=1), expires_on=today)
    learn(room, renewed)
    gone = room.member("gone", "counsellor", left_on=today)

    found = states(room, room.site)

    assert {word: found[one.id] for word, one in told.items()} == {word: word for word in told}
    assert found[renewed.id] == "covered"
    assert gone.id not in found


def test_the_list_shows_narrows_and_exports_it(app: Flask, make: Make, room: Staffed) -> None:
    learn(room, room.member("S1", "counsellor"))
    room.member("S2", "counsellor")
    browser = make.browser(app, make.member(Role.COUNSELLOR, room.site))
    assert re.search(r"st-ok[^<]*>已达标", browser.get("/room/staff").text)
    page = browser.get("/room/staff?training=missing").text
    assert "人员S2" in page
    assert "人员S1" not in page
    assert browser.get("/room/staff?training=perfect").status_code == 422
    sheet = workbooks.read(browser.get("/room/staff/register.xlsx").data).sheets[0]
    at = [cell.text for cell in sheet.rows[2]].index("培训")
    assert [row[at].text for row in sheet.rows[2:]] == ["培训", "已达标", "未完成"]


def test_it_takes_as_many_statements_for_twenty_people_as_for_one(make: Make, room: Staffed) -> None:
    found: list[int] = []
    for number in range(2):
        for one in range(1 + 19 * number):
            room.trained(room.member(f"{number}-{one}", "counsellor"), "crisis", clock.today(), "6")
        states(room, room.site)
        heard: list[str] = []

        def listen(*about: object, heard: list[str] = heard) -> None:
            heard.append(str(about[2]))

        engine = make.databases.engine(Login.TENANT)
        event.listen(engine, "before_cursor_execute", listen)
        states(room, room.site)
        event.remove(engine, "before_cursor_execute", listen)
        found.append(len(heard))
    assert found[0] == found[1]
