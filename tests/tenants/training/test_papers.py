"""A person's sheet shows what is missing too and is read on record; a sign-in sheet has its lines."""

from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.audit import AuditEntry
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_tenants.training import papers
from tests.support.make import Make
from tests.tenants.training.test_coverage import Room

TODAY = clock.today()
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def room(make: Make) -> Room:
    return Room(make)


@pytest.fixture
def browser(app: Flask, make: Make, room: Room) -> FlaskClient:
    return make.browser(app, make.member(Role.SITE_WORKER, room.site))


def states(databases: Databases, make: Make, room: Room, member: UUID) -> dict[str, str]:
    actor = make.member(Role.SITE_HEAD, room.site)
    assert room.site.edition_id
    with databases.session(Login.TENANT, room.site.id) as session:
        paper = papers.of(session, actor, room.site.edition_id, member, TODAY)
    return {line.course.code: line.state for section in paper.sections for line in section.lines}


def test_each_course_of_the_post_stands_there_with_what_became_of_it(
    databases: Databases, make: Make, room: Room
) -> None:
    member = room.member()
    room.record(member, "crisis", 6, YESTERDAY, expires_on=YESTERDAY)
    room.record(member, "law_ethics", 8, YESTERDAY, result="failed")
    room.record(member, "confidentiality", 4, YESTERDAY)
    found = states(databases, make, room, member)
    assert found["crisis"] == "expired"
    assert found["law_ethics"] == "failed"
    assert found["confidentiality"] == "valid"
    assert found["standard_records"] == "missing"


def test_a_renewed_course_shows_the_record_that_is_valid(databases: Databases, make: Make, room: Room) -> None:
    member = room.member()
    room.record(member, "crisis", 6, YESTERDAY, expires_on=TODAY)
    room.record(member, "crisis", 6, TODAY, result="failed")
    assert states(databases, make, room, member)["crisis"] == "valid"


def test_the_sheet_is_for_paper_and_reading_it_stands_in_the_trail(
    databases: Databases, browser: FlaskClient, room: Room
) -> None:
    member = room.member(name="纸上人员")
    room.record(member, "communication", 6, YESTERDAY, certificate_number="ZS-77")
    page = browser.get(f"/room/training/people/{member}/sheet").text
    for said in ("纸上人员", "ZS-77", "其他培训记录", "缺少", "本人签名", "负责人签名"):
        assert said in page
    with databases.session(Login.TENANT, room.site.id) as session:
        last = session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1)).one()
    assert (last.deed, last.object) == ("training.sheet_read", str(member))


def test_somebody_who_has_left_still_has_a_sheet(browser: FlaskClient, room: Room) -> None:
    gone = room.member(left_on=YESTERDAY)
    assert browser.get(f"/room/training/people/{gone}/sheet").status_code == 200


def test_a_sign_in_sheet_has_its_lines_and_names_only_who_still_needs_the_course(
    browser: FlaskClient, room: Room
) -> None:
    done, _open = room.member(name="学过的"), room.member(name="没学的")
    room.record(done, "crisis", 6, YESTERDAY)
    page = browser.get("/room/training/sign-in?course=crisis&lines=7&on=2026-03-01&trainer=王老师&named=true").text
    assert page.count('class="paper-line"') == 7
    assert "没学的" in page
    assert "学过的" not in page
    assert "王老师" in page
    assert "没学的" not in browser.get("/room/training/sign-in?course=crisis").text


@pytest.mark.parametrize(("query", "status"), [("", 200), ("?course=cooking", 200), ("?course=crisis&lines=101", 422)])
def test_without_a_known_course_it_asks_for_one(browser: FlaskClient, query: str, status: int) -> None:
    answer = browser.get(f"/room/training/sign-in{query}")
    assert answer.status_code == status
    assert "paper-line" not in answer.text
