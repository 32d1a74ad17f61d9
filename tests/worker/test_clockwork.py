"""The clock's deeds: each stands alone, and one that fails is named until it is done or given up."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from huakai_deploy import doctor
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.outbox import OutboxMessage
from huakai_platform.kernel.plumbing import Tick
from huakai_worker import dispatcher, schedules
from huakai_worker.schedules import Schedule
from tests.support.make import Make


def test_a_deed_that_fails_stops_no_other_and_is_named_until_it_is_done(
    databases: Databases, settings: Settings, make: Make, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    done, broken = [], [True]

    def fail(session: Session) -> None:
        if broken:
            session.execute(text("SELECT 1 / 0"))
        done.append("mended")

    year = timedelta(days=365)
    ours = (Schedule("bad", year, fail, label="坏的"), Schedule("good", year, lambda _session: done.append("good")))
    monkeypatch.setattr(schedules, "SCHEDULES", ours)

    assert schedules.fire_due(databases, ours) == ["good"]
    assert schedules.fire_due(databases, ours) == [], "what failed is the queue's, and is not tried each five seconds"
    dispatcher.drain(databases, settings)

    assert done == ["good"]
    page = make.browser(app, make.member(Role.INSTITUTION_ADMIN)).get("/console/jobs").text
    assert "定时任务" in page
    assert "坏的：DataError 22012" in page
    (finding,) = [one for one in doctor.examine(databases, settings) if one.subject == "定时任务"]
    assert (finding.good, finding.found) == (False, "定时任务（坏的：DataError 22012）")

    broken.clear()
    with databases.session(Login.WORKER) as session:
        session.execute(update(OutboxMessage).values(next_at=clock.now()))
    dispatcher.drain(databases, settings)

    assert done == ["good", "mended"]
    (finding,) = [one for one in doctor.examine(databases, settings) if one.subject == "定时任务"]
    assert finding.good


def test_a_deed_that_fails_in_every_slot_lies_in_the_queue_once(
    databases: Databases, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_session: object) -> None:
        raise RuntimeError

    ours = (Schedule("bad", timedelta(microseconds=1), fail, label="坏的"),)
    monkeypatch.setattr(schedules, "SCHEDULES", ours)
    for _slot in range(3):
        schedules.fire_due(databases, ours)
    with databases.session(Login.WORKER) as session:
        assert session.scalars(select(OutboxMessage.topic)).all() == ["ScheduleFailed"]
        session.execute(update(OutboxMessage).values(attempts=dispatcher.DEAD_AFTER - 1))

    dispatcher.drain(databases, settings)
    schedules.fire_due(databases, ours)

    with databases.session(Login.WORKER) as session:
        row = session.scalars(select(OutboxMessage)).one()
    assert (row.attempts, row.last_error) == (dispatcher.DEAD_AFTER, "坏的：RuntimeError")
    assert row.dead_at


def test_any_of_the_clocks_own_jobs_may_fail_alone(databases: Databases) -> None:
    def fail(_session: object) -> None:
        raise RuntimeError

    for bad in (one.name for one in schedules.SCHEDULES):
        ours = tuple(replace(one, deed=fail) if one.name == bad else one for one in schedules.SCHEDULES)

        assert schedules.fire_due(databases, ours) == [one.name for one in ours if one.name != bad]
        with databases.session(Login.WORKER) as session:
            wanted = OutboxMessage.topic == "ScheduleFailed"
            assert session.scalars(select(OutboxMessage.payload).where(wanted)).all() == [{"name": bad}]
            session.execute(delete(OutboxMessage))
            session.execute(delete(Tick))
