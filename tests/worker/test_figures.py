"""Counts of people follow the rooms, and leave once a month."""

from datetime import date, datetime

import pytest
import time_machine
from sqlalchemy import func, select

from huakai_platform.kernel import clock, outbox
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.events import DayBegan, FiguresDue, NumbersChanged
from huakai_platform.kernel.outbox import OutboxMessage
from huakai_platform.oversight import persons
from huakai_platform.oversight.models import FigureRelease, PersonFact
from huakai_tenants.measures import headcount
from huakai_worker import dispatcher
from huakai_worker.jobs import figures
from tests.support.days import this_month
from tests.support.make import Make
from tests.support.staffed import Staffed, good


def work(databases: Databases, settings: Settings) -> None:
    while dispatcher.drain(databases, settings).rows:
        pass


@pytest.mark.calendar
def test_people_are_counted_in_their_room(databases: Databases, make: Make) -> None:
    room = good(make, clock.today())
    room.member("S9", "counsellor", "B")
    room.member("S10", "counsellor", "B", left_on=date(2025, 1, 1))
    ending = room.member("S11", "site_head", "B")
    room.certificate(ending, "counsellor_2", expires_on=clock.months_on(clock.today(), 1))
    good(make, clock.today())

    with databases.session(Login.WORKER, room.site.id) as session:
        counts = headcount.counts(session, this_month())
    assert counts["staff"] == 6
    assert (counts["staff_unrecorded"], counts["staff_untrained"]) == (2, 6)
    assert (counts["staff_counselling"], counts["staff_certified"]) == (3, 2)
    assert counts["staff_expiring"] == 1


def test_a_room_without_an_edition_has_nobody_to_count(databases: Databases, make: Make) -> None:
    site = make.site(state="approved", edition_id=None)
    with databases.session(Login.WORKER, site.id) as session:
        assert headcount.counts(session, this_month()) == {}


@pytest.mark.calendar
@pytest.mark.parametrize("event", [NumbersChanged, DayBegan])
def test_jobs_write_the_counts_down(
    databases: Databases, settings: Settings, make: Make, event: type[NumbersChanged | DayBegan]
) -> None:
    room = Staffed(make, make.site())
    room.member("S1", "site_head", "A")
    with databases.session(Login.MIGRATOR, room.site.id) as session:
        outbox.publish(session, event((this_month() if event is NumbersChanged else clock.today()).isoformat()))
    work(databases, settings)

    with databases.session(Login.WORKER) as session:
        fact = session.scalars(select(PersonFact)).one()
        assert (fact.tenant_id, fact.month, fact.metrics["staff"]) == (room.site.id, this_month(), 1)


def test_the_last_month_is_let_out_once_from_the_eighth_on(
    databases: Databases, settings: Settings, make: Make
) -> None:
    site = make.site()
    with databases.session(Login.WORKER, site.id) as session:
        persons.recompute(session, site.id, date(2026, 10, 1), lambda _session, _month: {"staff": 4})
    for day, asked in ((7, 0), (8, 1), (9, 1)):
        with time_machine.travel(datetime(2026, 11, day, 3, tzinfo=clock.CHINA), tick=False):
            with databases.session(Login.WORKER) as session:
                figures.announce(session)
                wanted = select(func.count()).where(OutboxMessage.topic == FiguresDue.__name__)
                assert session.scalar(wanted) == asked
            work(databases, settings)
    with databases.session(Login.OVERSIGHT) as session:
        assert session.scalars(select(FigureRelease.month)).all() == [date(2026, 10, 1)]


@time_machine.travel(datetime(2026, 11, 9, 3, tzinfo=clock.CHINA), tick=False)
def test_a_month_without_counts_is_left_alone(databases: Databases) -> None:
    with databases.session(Login.WORKER) as session:
        figures.announce(session)
        assert not session.scalars(select(OutboxMessage.topic)).all()
