"""A run stays what it was when it was begun, wherever it is shown and counted, whatever the room is held to since."""

import io
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import update

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.sites import Site
from huakai_platform.standards.pinned import pinned
from huakai_tenants.checklists import answers, counting, reminding, schedule, service
from huakai_tenants.checklists.models import ChecklistRun, OpenPoint
from huakai_tenants.checklists.schedule import Expected
from huakai_tenants.search import service as search
from tests.support.make import Make
from tests.support.released import next_edition

DROPPED, LEFT = 4, 3
"""Items that the next edition drops of the daily checklist, and after how many answers it is released."""


def shorter(bodies: dict[str, dict[str, Any]]) -> None:
    """The daily checklist loses four items that nothing else names, and the weekly one is retired."""
    operation = bodies["daily"]["sections"][-1]["items"]
    del operation[-DROPPED:]
    bodies["weekly"]["code"] = "weekly_anew"


@pytest.fixture
def room(make: Make) -> Site:
    return make.site()


@pytest.fixture
def head(make: Make, room: Site) -> Actor:
    return make.member(Role.SITE_HEAD, room)


@pytest.fixture
def runs(databases: Databases, make: Make, room: Site, head: Actor) -> dict[str, UUID]:
    """A daily run of today that was begun, and a weekly one that is overdue; then the room got the next edition."""
    today, late = clock.today(), clock.today() - timedelta(days=3)
    assert room.edition_id
    with databases.session(Login.TENANT, room.id) as session:
        wanted = [Expected("daily", today, today), Expected("weekly", late - timedelta(days=4), late)]
        schedule.write(session, room.edition_id, wanted)
        found = {row.code: row.id for row in session.execute(service.runs())}
        items = list(service.sheet(session, found["daily"]).definition)
        for item in [one for one in items if one.kind == "yes_no_na"][:LEFT]:
            answers.save(session, head, found["daily"], item.code, "yes", version=0)
    later = next_edition(make, shorter)
    with databases.session(Login.MIGRATOR) as session:
        session.execute(update(Site).where(Site.id == room.id).values(edition_id=later))
    return found


@pytest.fixture
def browser(app: Flask, make: Make, head: Actor) -> FlaskClient:
    return make.browser(app, head)


def test_the_page_of_today_counts_as_the_run_does(
    databases: Databases, room: Site, runs: dict[str, UUID], browser: FlaskClient
) -> None:
    with databases.session(Login.TENANT, room.id) as session:
        whole = sum(1 for _item in service.sheet(session, runs["daily"]).definition)
        due = {one.run_id: one for one in service.today(session, clock.today())}
        now = schedule.definitions(session, pinned(session))["daily"]

    assert (due[runs["daily"]].answered, due[runs["daily"]].total) == (LEFT, whole)
    assert sum(1 for _item in now) == whole - DROPPED
    assert f"{LEFT} / {whole}" in browser.get("/room/").text


@pytest.mark.calendar
def test_a_retired_lists_overdue_run_is_shown_wherever_it_is_counted(
    app: Flask, databases: Databases, make: Make, room: Site, head: Actor, runs: dict[str, UUID], browser: FlaskClient
) -> None:
    run_id, day = runs["weekly"], clock.today()
    with databases.session(Login.TENANT, room.id) as session:
        shown = [one.run_id for one in service.today(session, day) if one.state(day) == "overdue"]
        assert shown == [run_id]
        assert reminding.overdue(session, day) == len(shown)
        title = service.sheet(session, run_id).definition.title
        assert [one.id for one in search.checklists(session, title.zh) if not one.done] == [run_id]
        assert counting.counts(session, clock.month(day - timedelta(days=3)))["checklists_overdue"] == 1
    program = make.program(app, head)

    today = browser.get("/room/").text
    assert str(run_id) in today
    assert title.zh in today
    assert title.zh in browser.get("/room/checklists?state=overdue").text
    assert browser.get(f"/room/checklists/{run_id}").status_code == 200
    said = program.get("/api/v1/room/today").get_json()
    assert [one["state"] for one in said["items"] if one["run_id"] == str(run_id)] == ["overdue"]
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(browser.get("/room/checklists/export").data)).get_sheet_by_index(
        0
    )
    assert title.zh in {str(row[0]) for row in sheet.to_python()}


def test_a_point_is_told_in_the_words_of_its_run(
    databases: Databases, make: Make, room: Site, head: Actor, runs: dict[str, UUID], browser: FlaskClient
) -> None:
    with databases.session(Login.TENANT, room.id) as session:
        item = list(service.sheet(session, runs["daily"]).definition)[-1]
    today, now = clock.today(), clock.now()
    row = OpenPoint(id=uuid7(), tenant_id=room.id, number=1, run_id=runs["daily"], item=item.code, core=True)
    row.owner_id, row.due_on, row.state, row.opened_at = head.account_id, today, "open", now
    make.add(row, room.id)

    assert item.text.zh in browser.get("/room/points").text
    assert item.text.zh in browser.get(f"/room/points/{row.id}").text


@pytest.mark.calendar
def test_nothing_falls_due_of_a_list_that_is_retired(databases: Databases, room: Site, runs: dict[str, UUID]) -> None:
    with databases.session(Login.WORKER, room.id) as session:
        schedule.make_due(session, clock.today())
        weekly = ChecklistRun.code.in_(("weekly", "weekly_anew"))
        open_now = service.runs(completed=False).where(weekly, ChecklistRun.due_on >= clock.today())
        assert {row.code for row in session.execute(open_now)} <= {"weekly_anew"}
