"""A room's register: who works there, in which post and role, and who may see how to reach them."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from huakai_platform.kernel import clock, vault
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.audit import AuditEntry
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.outbox import OutboxMessage
from huakai_platform.kernel.sites import Site
from huakai_tenants.staff import enrolling
from huakai_tenants.staff.enrolling import Newcomer
from huakai_tenants.staff.models import Qualification, StaffContact, StaffMember
from tests.support.make import Make
from tests.support.web import post


@pytest.fixture
def site(make: Make) -> Site:
    made = make.site()
    with make.databases.session(Login.WORKER, made.id) as session:
        vault.ensure_key(session, make.settings.master_key)
    return made


@pytest.fixture
def head(make: Make, site: Site) -> Actor:
    return make.member(Role.SITE_HEAD, site)


@pytest.fixture
def browser(app: Flask, make: Make, head: Actor) -> FlaskClient:
    return make.browser(app, head)


def typed(**changes: Any) -> dict[str, Any]:
    values = {"name": "王芳", "post": "counsellor", "employment": "full_time", "joined_on": "2026-01-05"}
    return values | changes


def rows(databases: Databases, site: Site, kind: type[Any]) -> list[Any]:
    with databases.session(Login.TENANT, site.id) as session:
        return list(session.scalars(select(kind).order_by(kind.id)))


def deeds(databases: Databases, site: Site) -> list[str]:
    return [entry.deed for entry in rows(databases, site, AuditEntry)]


def added(databases: Databases, browser: FlaskClient, site: Site, **changes: Any) -> UUID:
    answer = post(browser, "/room/staff/new", typed(**changes))
    assert answer.status_code == 303, answer.text
    return UUID(answer.location.rsplit("/", 1)[1])


def test_a_new_member_gets_the_next_number_and_the_numbers_are_counted_anew(
    databases: Databases, browser: FlaskClient, site: Site
) -> None:
    added(databases, browser, site)
    added(databases, browser, site, name="李明")

    assert [one.number for one in rows(databases, site, StaffMember)] == ["S001", "S002"]
    assert deeds(databases, site) == ["staff.added", "staff.added"]
    assert "NumbersChanged" in {one.topic for one in rows(databases, site, OutboxMessage)}


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"post": "cook"},
        {"employment": "slave"},
        {"ab": "C"},
        {"post": "supervisor", "ab": "A"},
        {"number": "no spaces"},
        {"joined_on": "2026-13-01"},
        {"background_checked_on": "2099-01-01"},
        {"account_id": "00000000-0000-7000-8000-000000000000"},
    ],
)
def test_what_is_wrong_comes_back_as_it_was_typed(
    databases: Databases, browser: FlaskClient, site: Site, wrong: dict[str, Any]
) -> None:
    answer = post(browser, "/room/staff/new", typed(**({"note": "还在这里"} | wrong)))

    assert answer.status_code == 422
    assert "还在这里" in answer.text
    assert rows(databases, site, StaffMember) == []


def test_the_form_is_filled_in_as_far_as_can_be_and_offers_what_may_be_chosen(
    browser: FlaskClient, head: Actor
) -> None:
    page = browser.get("/room/staff/new?name=王芳").text

    assert all(f'value="{value}"' in page for value in ("王芳", clock.today()))
    assert 'value="full_time" selected' in page
    assert "不担任</option>" in page, "of no role"
    assert f'<option value="{head.account_id}" >{head.name}</option>' in page
    assert 'value="none"' not in page, "what only a sheet says"


def test_a_post_has_one_a_and_one_b(databases: Databases, browser: FlaskClient, site: Site) -> None:
    added(databases, browser, site, ab="A")

    again = post(browser, "/room/staff/new", typed(name="李明", ab="A"))
    added(databases, browser, site, name="李明", ab="B")

    assert again.status_code == 422
    assert "王芳 已是这个岗位的A角" in again.text
    assert [one.ab for one in rows(databases, site, StaffMember)] == ["A", "B"]


def test_missing_roles_are_named_on_the_list(databases: Databases, browser: FlaskClient, site: Site) -> None:
    added(databases, browser, site, ab="A")

    page = browser.get("/room/staff").text

    assert "还缺少这些角色" in page
    assert "咨询师 B角" in page
    assert "咨询师 A角" not in page


def test_who_comes_second_sees_what_changed_and_loses_nothing(
    databases: Databases, browser: FlaskClient, site: Site
) -> None:
    member = added(databases, browser, site)
    url = f"/room/staff/{member}/edit"
    first = post(browser, url, typed(number="S001", name="王芳芳", version=1))

    second = post(browser, url, typed(number="S001", name="王小芳", version=1))

    assert first.status_code == 303
    assert second.status_code == 409
    assert "<del>王芳芳</del>" in second.text
    assert "<ins>王小芳</ins>" in second.text
    assert rows(databases, site, StaffMember)[0].name == "王芳芳"
    assert post(browser, url, typed(number="S001", name="王小芳", version=2)).status_code == 303


def test_who_leaves_stays_in_the_register_and_can_come_back(
    databases: Databases, browser: FlaskClient, site: Site
) -> None:
    member = added(databases, browser, site, ab="A")
    post(browser, f"/room/staff/{member}/leaving", {"left_on": clock.today().isoformat()})
    added(databases, browser, site, name="李明", ab="A")

    assert "王芳" not in browser.get("/room/staff").text
    assert "王芳" in browser.get("/room/staff?state=left").text

    post(browser, f"/room/staff/{member}/return")
    assert {one.name: one.ab for one in rows(databases, site, StaffMember)} == {"王芳": None, "李明": "A"}


def test_nobody_leaves_tomorrow(browser: FlaskClient, databases: Databases, site: Site) -> None:
    member = added(databases, browser, site)

    answer = post(browser, f"/room/staff/{member}/leaving", {"left_on": "2099-01-01"})

    assert answer.status_code == 422
    assert rows(databases, site, StaffMember)[0].left_on is None


def test_a_contact_is_sealed_hinted_and_opened_on_the_record(
    databases: Databases, browser: FlaskClient, site: Site
) -> None:
    member = added(databases, browser, site)
    url = f"/room/staff/{member}"
    post(browser, f"{url}/contact", {"phone": "13812345678", "email": "Fang@Example.com"})

    kept = rows(databases, site, StaffContact)[0]
    assert b"13812345678" not in kept.sealed
    shown = browser.get(url).text + browser.get("/room/staff").text
    assert "138****5678" in shown
    assert "13812345678" not in shown
    assert "staff.contact_read" not in deeds(databases, site)

    opened = post(browser, f"{url}/contact/opening")

    assert "13812345678" in opened.text
    assert "fang@example.com" in opened.text
    assert deeds(databases, site)[-1] == "staff.contact_read"


def test_a_contact_is_replaced_and_taken_away(databases: Databases, browser: FlaskClient, site: Site) -> None:
    url = f"/room/staff/{added(databases, browser, site)}/contact"
    post(browser, url, {"phone": "13812345678"})
    post(browser, url, {"phone": "13900000000"})
    assert "13900000000" in post(browser, f"{url}/opening").text

    assert post(browser, url, {"phone": "12"}).status_code == 422
    assert post(browser, url, {"email": "nothing"}).status_code == 422
    post(browser, url, {})
    assert rows(databases, site, StaffContact) == []


def test_a_counsellor_opens_no_contact(
    app: Flask, databases: Databases, make: Make, browser: FlaskClient, site: Site
) -> None:
    member = added(databases, browser, site)
    post(browser, f"/room/staff/{member}/contact", {"phone": "13812345678"})
    colleague = make.browser(app, make.member(Role.COUNSELLOR, site))

    assert post(colleague, f"/room/staff/{member}/contact/opening").status_code == 403
    assert "staff.contact_read" not in deeds(databases, site)


def test_a_certificate_is_checked_by_somebody_else(
    databases: Databases, browser: FlaskClient, site: Site, head: Actor
) -> None:
    own = added(databases, browser, site, account_id=str(head.account_id))
    other = added(databases, browser, site, name="李明")
    for member in (own, other):
        url = f"/room/staff/{member}/qualifications"
        assert post(browser, url, {"kind": "cas_basic", "certificate_number": "A-1"}).status_code == 303
    mine, theirs = rows(databases, site, Qualification)

    assert post(browser, f"/room/staff/qualifications/{mine.id}/verification").status_code == 409
    assert post(browser, f"/room/staff/qualifications/{theirs.id}/verification").status_code == 303
    assert [bool(one.verified_on) for one in rows(databases, site, Qualification)] == [False, True]


def test_the_same_certificate_is_not_written_down_twice(databases: Databases, browser: FlaskClient, site: Site) -> None:
    url = f"/room/staff/{added(databases, browser, site)}/qualifications"
    post(browser, url, {"kind": "cas_basic", "certificate_number": "A-1"})

    assert post(browser, url, {"kind": "cas_basic", "certificate_number": "A-1"}).status_code == 422
    assert post(browser, url, {"kind": "driver", "certificate_number": "B"}).status_code == 422
    assert len(rows(databases, site, Qualification)) == 1


def test_the_invited_a_and_b_are_enrolled_once(databases: Databases, make: Make, site: Site) -> None:
    people = [
        Newcomer(make.account(name="甲").id, "甲", Role.SITE_HEAD, "A"),
        Newcomer(make.account(name="乙").id, "乙", Role.COUNSELLOR, "B"),
    ]
    for _again in range(2):
        with databases.session(Login.WORKER, site.id) as session:
            enrolling.enrol(session, people)

    assert sorted((one.number, one.name, one.post, one.ab) for one in rows(databases, site, StaffMember)) == [
        ("S001", "甲", "site_head", "A"),
        ("S002", "乙", "site_head", "B"),
    ]


def test_people_of_the_team_are_offered_and_taken_over(
    databases: Databases, make: Make, browser: FlaskClient, site: Site, head: Actor
) -> None:
    worker = make.member(Role.SITE_WORKER, site)
    make.member(Role.SITE_HEAD)

    assert worker.name in browser.get("/room/staff").text
    post(browser, "/room/staff/takeover")
    post(browser, "/room/staff/takeover")

    assert {(one.name, one.post) for one in rows(databases, site, StaffMember)} == {
        (head.name, "site_head"),
        (worker.name, "assistant"),
    }
    assert deeds(databases, site) == ["staff.enrolled"]


def test_the_list_is_narrowed_and_exported_on_the_record(
    databases: Databases, browser: FlaskClient, site: Site
) -> None:
    added(databases, browser, site)
    added(databases, browser, site, name="李明", post="assistant")

    assert "李明" not in browser.get("/room/staff?post=counsellor").text
    assert "王芳" not in browser.get("/room/staff?q=s002").text
    assert browser.get("/room/staff?sort=secret").status_code == 422
    assert "没有符合条件的记录" in browser.get("/room/staff?q=%25").text
    assert browser.get("/room/staff/register.xlsx?post=assistant").data[:2] == b"PK"
    assert rows(databases, site, AuditEntry)[-1].detail == {"rows": 1}


def test_the_list_takes_as_many_statements_for_thirty_people_as_for_one(
    databases: Databases, make: Make, browser: FlaskClient, site: Site
) -> None:
    def statements() -> int:
        found: list[str] = []

        def heard(*about: Any) -> None:
            found.append(about[2])

        engine = databases.engine(Login.TENANT)
        event.listen(engine, "before_cursor_execute", heard)
        browser.get("/room/staff")
        event.remove(engine, "before_cursor_execute", heard)
        return len(found)

    added(databases, browser, site)
    statements()
    one = statements()
    for number in range(29):
        added(databases, browser, site, name=f"人员{number}")
    assert statements() == one


@pytest.mark.calendar
def test_the_list_tells_checks_that_are_due_from_those_that_soon_will_be(
    databases: Databases, browser: FlaskClient, site: Site
) -> None:
    today = clock.today()
    added(
        databases,
        browser,
        site,
        name="甲",
        background_checked_on=(clock.months_on(today, -12) + timedelta(days=10)).isoformat(),
    )
    added(databases, browser, site, name="乙", background_checked_on=today.isoformat(), joined_on=today.isoformat())
    added(databases, browser, site, name="丙")

    for state, names in (("due", "丙"), ("soon", "甲"), ("ok", "甲乙")):
        page = browser.get(f"/room/staff?check={state}").text
        assert {name for name in "甲乙丙" if f">{name}<" in page} == set(names), state
