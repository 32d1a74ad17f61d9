"""What runs out is listed until it is renewed, exported on record, and told to the head once at every stage."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from huakai_platform.kernel import clock, workbooks
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.audit import AuditEntry
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.notices import Notice
from huakai_tenants.training import expiring, notifications
from huakai_tenants.training.listing import TRAINING
from tests.support.make import Make
from tests.support.staffed import Staffed
from tests.tenants.training.test_coverage import Room

PAGE = "/room/training/expiring"
TODAY = clock.today()


@pytest.fixture
def room(make: Make) -> Room:
    return Room(make)


@pytest.fixture
def head(make: Make, room: Room) -> Actor:
    return make.member(Role.SITE_HEAD, room.site)


@pytest.fixture
def browser(app: Flask, make: Make, head: Actor) -> FlaskClient:
    return make.browser(app, head)


def ends(days: int) -> date:
    return TODAY + timedelta(days=days)


def told(databases: Databases, room: Room, *days: date) -> list[Notice]:
    for day in days:
        with databases.session(Login.WORKER, room.site.id) as session:
            notifications.of_the_day(session, day)
    with databases.session(Login.TENANT, room.site.id) as session:
        return list(session.scalars(select(Notice).order_by(Notice.id)))


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_c: Any, _k: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    engine = app.extensions["huakai"].databases.engine(Login.TENANT)
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def test_what_was_renewed_is_listed_no_longer_and_a_failure_renews_nothing(databases: Databases, room: Room) -> None:
    member, other = room.member(), room.member()
    old = room.record(member, "crisis", 6, ends(-400), expires_on=ends(-10))
    with databases.session(Login.TENANT, room.site.id) as session:
        assert [one.id for one in expiring.all_rows(session, TODAY)] == [old]
    room.record(member, "crisis", 6, ends(-20), result="failed", expires_on=ends(300))
    room.record(other, "crisis", 6, ends(-20), expires_on=ends(300))
    with databases.session(Login.TENANT, room.site.id) as session:
        assert [one.id for one in expiring.all_rows(session, TODAY)] == [old]
    room.record(member, "crisis", 6, ends(-5), expires_on=ends(300))
    with databases.session(Login.TENANT, room.site.id) as session:
        assert expiring.all_rows(session, TODAY) == []


def test_the_list_is_narrowed_by_time_left_sorted_and_exported_on_record(
    databases: Databases, browser: FlaskClient, room: Room
) -> None:
    member = room.member(name="到期人员")
    for course, left in (
        ("crisis", -1),
        ("law_ethics", 0),
        ("key_groups", 7),
        ("promotion", 90),
        ("communication", 91),
    ):
        room.record(member, course, 6, ends(-400), expires_on=ends(left))

    for query, number in (("", 4), ("?within=gone", 1), ("?within=1", 1), ("?within=7", 2), ("?within=90", 3)):
        assert f"共 {number} 条" in browser.get(PAGE + query).text, query
    assert "没有符合条件的证书" in browser.get(f"{PAGE}?kind=qualification").text
    assert browser.get(f"{PAGE}?within=8").status_code == 422
    lines = workbooks.read(browser.get(f"{PAGE}.xlsx?within=7&sort=-expires").data).sheets[0].rows
    assert [line[-1].text for line in lines[1:]] == ["7", "0"]
    with databases.session(Login.TENANT, room.site.id) as session:
        last = session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1)).one()
    assert (last.deed, last.detail["rows"]) == ("training.ending_exported", 2)


def test_other_rooms_and_roles_of_the_console_see_nothing_of_it(app: Flask, make: Make, room: Room) -> None:
    room.record(room.member(name="只在本站"), "crisis", 6, ends(-400), expires_on=ends(1))
    stranger = make.browser(app, make.member(Role.SITE_HEAD, make.site()))
    assert "没有即将到期的证书" in stranger.get(PAGE).text
    assert make.browser(app, make.member(Role.VOLUNTEER, room.site)).get(PAGE).status_code == 403


def test_the_head_is_told_at_each_stage_and_on_the_last_day_once(
    databases: Databases, make: Make, room: Room, head: Actor
) -> None:
    make.member(Role.COUNSELLOR, room.site)
    room.record(room.member(), "crisis", 6, ends(-400), expires_on=ends(95))
    stages = [ends(95 - left) for left in (95, 91, 90, 89, 30, 7, 1, 0, -1)]

    found = told(databases, room, *stages, *stages)

    assert {one.account_id for one in found} == {head.account_id}
    assert [one.dedup.rpartition(":")[2] for one in found] == ["90", "30", "7", "1", "0"]
    assert "还有 90 天到期" in found[0].text
    assert "到期了" in found[-1].text


def test_a_day_that_was_missed_is_made_up_for_and_a_new_date_is_told_anew(
    databases: Databases, room: Room, head: Actor
) -> None:
    member = room.member()
    room.record(member, "crisis", 6, ends(-400), expires_on=ends(-2))
    room.record(member, "law_ethics", 6, ends(-400), expires_on=ends(-30))
    assert [one.dedup.rpartition(":")[2] for one in told(databases, room, TODAY)] == ["0"]
    room.record(member, "crisis", 6, ends(-1), expires_on=ends(29))
    assert [one.dedup.rpartition(":")[2] for one in told(databases, room, TODAY)] == ["0", "30"]


def test_a_room_without_a_head_is_no_fault(databases: Databases, room: Room) -> None:
    room.record(room.member(), "crisis", 6, ends(-400), expires_on=ends(1))
    assert told(databases, room, TODAY) == []


@pytest.mark.parametrize("path", ["/room/training", "/room/training/records", PAGE])
def test_a_page_takes_as_many_statements_for_many_people(
    app: Flask, browser: FlaskClient, make: Make, room: Room, path: str
) -> None:
    staffed = Staffed(make, room.site)

    def more(first: int, last: int) -> None:
        for number in range(first, last):
            member = staffed.member(f"S{number:03}", "counsellor").id
            for course in ("crisis", "law_ethics"):
                room.record(member, course, 6, ends(-30), expires_on=ends(number))

    more(0, 2)
    browser.get(path)
    with statements(app) as few:
        assert "人员S001" in browser.get(path).text
    more(2, 12)
    with statements(app) as many:
        assert "人员S011" in browser.get(path).text
    assert len(many) == len(few)


def test_an_export_that_was_cut_says_so_in_the_file_and_on_the_page(
    browser: FlaskClient, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = room.member()
    for course in ("crisis", "law_ethics", "key_groups"):
        room.record(member, course, 6, ends(-1))
    said = "共 3 条，一次最多导出 2 条"
    assert said not in browser.get("/room/training/records").text
    monkeypatch.setitem(vars(TRAINING), "most", 2)
    assert said in browser.get("/room/training/records").text
    lines = workbooks.read(browser.get("/room/training/records.xlsx").data).sheets[0].rows
    assert len(lines) == 6
    assert "共 3 条，这里只有前 2 条" in lines[2][0].text
    assert said not in browser.get("/room/training/records?course=crisis").text
