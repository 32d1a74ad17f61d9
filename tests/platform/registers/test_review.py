"""A case enters the library without what makes a person known, and counts once a second person has passed it."""

import io
import re
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from huakai_platform.kernel import clock, workbooks
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.registers.models import InstitutionEntry
from tests.support import web
from tests.support.make import Make

CASES = "/console/registers/cases"
API = "/api/v1/registers/cases/entries"
DAY = clock.today().isoformat()
CASE = {
    "submitted_on": DAY,
    "title": "一位母亲的来访",
    "field": "family",
    "summary": "来访者自述睡眠不好，三次面谈后好转。",
    "rights": "某咨询室",
    "consent": "true",
    "de_identified": "true",
}
MARK = re.compile(r'name="mark" value="([0-9a-f]{64})"')


@pytest.fixture
def writer(make: Make, app: Flask) -> FlaskClient:
    make.site()
    return make.browser(app, make.member(Role.INSTITUTION_ADMIN))


@pytest.fixture
def second(make: Make) -> Actor:
    return make.member(Role.INSTITUTION_ADMIN)


@pytest.fixture
def reviewer(make: Make, app: Flask, second: Actor) -> FlaskClient:
    return make.browser(app, second)


def written(writer: FlaskClient) -> str:
    made = web.post(writer, f"{CASES}/new", CASE)
    assert made.status_code == 303, made.text
    return str(made.location)


def row(databases: Databases) -> InstitutionEntry:
    with databases.session(Login.OVERSIGHT) as session:
        return session.scalars(select(InstitutionEntry)).one()


def test_whoever_wrote_a_case_does_not_pass_it_and_a_second_person_does(
    databases: Databases, writer: FlaskClient, reviewer: FlaskClient, second: Actor
) -> None:
    place = written(writer)
    assert "复核通过" not in writer.get(place).text.replace("复核通过后", "")
    assert web.post(writer, f"{place}/review", {"version": "1"}).status_code == 403
    assert "一位母亲的来访" in reviewer.get(f"{CASES}?state=waiting").text
    assert web.post(reviewer, f"{place}/review", {"version": "7"}).status_code == 409
    assert web.post(reviewer, f"{place}/review", {"version": "1"}).status_code == 303
    found = row(databases)
    assert (found.reviewed_by, found.version) == (second.account_id, 2)
    assert web.post(reviewer, f"{place}/review", {"version": "2"}).status_code == 409
    assert "一位母亲的来访" not in reviewer.get(f"{CASES}?state=waiting").text


def test_a_case_is_counted_and_read_by_others_only_once_it_was_passed(
    app: Flask, make: Make, writer: FlaskClient, reviewer: FlaskClient
) -> None:
    place = written(writer)
    auditor = make.browser(app, make.member(Role.AUDITOR, valid_until=clock.today()))
    counted = re.compile(r"案例库.*?<td class=\"text-end num\">(\d+)</td>", re.S)

    def count() -> str:
        found = counted.search(writer.get("/console/registers").text)
        assert found
        return found[1]

    assert count() == "0"
    assert "一位母亲的来访" not in auditor.get(CASES).text
    assert auditor.get(place).status_code == 404
    assert web.post(reviewer, f"{place}/review", {"version": "1"}).status_code == 303
    assert count() == "1"
    assert "一位母亲的来访" in auditor.get(CASES).text
    assert auditor.get(place).status_code == 200


def test_a_change_takes_the_review_away(databases: Databases, writer: FlaskClient, reviewer: FlaskClient) -> None:
    place = written(writer)
    web.post(reviewer, f"{place}/review", {"version": "1"})
    assert web.post(writer, f"{place}/edit", {**CASE, "title": "改过的标题", "version": "2"}).status_code == 303
    assert row(databases).reviewed_at is None
    assert web.post(writer, f"{place}/review", {"version": "3"}).status_code == 403
    assert web.post(reviewer, f"{place}/review", {"version": "3"}).status_code == 303


def test_taking_an_entry_out_and_back_does_not_let_its_writer_pass_it(
    app: Flask, make: Make, writer: FlaskClient, reviewer: FlaskClient
) -> None:
    place = written(writer)
    assert web.post(reviewer, f"{place}/edit", {**CASE, "title": "改过的标题", "version": "1"}).status_code == 303
    third = make.browser(app, make.member(Role.INSTITUTION_ADMIN))
    web.post(third, f"{place}/cancellation", {"reason": "放错了"})
    web.post(third, f"{place}/restoration", {})
    assert web.post(reviewer, f"{place}/review", {"version": "4"}).status_code == 403
    assert web.post(third, f"{place}/review", {"version": "4"}).status_code == 303


@pytest.mark.parametrize("said", ["她的电话是13812345678。", "身份证 41030519800101123X", "身份证410305198001011234"])
def test_what_looks_like_a_telephone_or_identity_number_is_refused(writer: FlaskClient, said: str) -> None:
    refused = web.post(writer, f"{CASES}/new", {**CASE, "summary": said})
    assert refused.status_code == 422
    assert "手机号或身份证号" in refused.text
    assert said in refused.text, "what was typed stays"


def test_numbers_that_are_neither_are_taken(writer: FlaskClient) -> None:
    said = "热线 12356，登记 20260101，合计 138123456789 次。"
    assert web.post(writer, f"{CASES}/new", {**CASE, "summary": said}).status_code == 303


def test_a_sheet_brings_cases_that_wait_and_marks_numbers_of_persons(
    databases: Databases, writer: FlaskClient, reviewer: FlaskClient
) -> None:
    sheet = workbooks.read(writer.get(f"{CASES}/imports/template.xlsx").data).sheets[0]
    heads = [workbooks.Column(cell.text) for cell in sheet.rows[0]]
    good: list[workbooks.Value] = [None, DAY, "甲", "婚姻家庭", "好转", "某室", "是", "是"]
    bad: list[workbooks.Value] = [None, DAY, "乙", "婚姻家庭", "电话 13812345678", "某室", "是", "是"]
    content = workbooks.write(workbooks.table("x", heads, [good, bad]))
    place = str(web.post(writer, f"{CASES}/imports", {"file": (io.BytesIO(content), "x.xlsx")}).location)
    page = writer.get(place).text
    assert ">E3</strong>" in page
    mark = MARK.search(page)
    assert mark
    web.post(writer, f"{place}/application", {"mark": mark[1]})
    found = row(databases)
    assert (found.answers["items"]["title"], found.reviewed_at) == ("甲", None)
    assert web.post(reviewer, f"{CASES}/{found.id}/review", {"version": "1"}).status_code == 303


def test_programs_review_by_version(app: Flask, databases: Databases, make: Make, writer: FlaskClient) -> None:
    written(writer)
    entry_id: UUID = row(databases).id
    program = make.program(app, make.member(Role.INSTITUTION_ADMIN))
    address = f"{API}/{entry_id}/review"
    assert program.post(address, json={}, headers={"Idempotency-Key": "a"}).status_code == 428
    passed = program.post(address, headers={"If-Match": '"1"', "Idempotency-Key": "b"})
    assert passed.status_code == 200, passed.text
    assert passed.json
    assert passed.json["reviewed_at"]


def test_programs_of_readers_see_no_case_that_waits(
    app: Flask, make: Make, databases: Databases, writer: FlaskClient
) -> None:
    written(writer)
    auditor = make.program(app, make.member(Role.AUDITOR, valid_until=clock.today()))
    listed = auditor.get(API).json
    assert listed is not None
    assert listed["items"] == []
    assert auditor.get(f"{API}/{row(databases).id}").status_code == 404
