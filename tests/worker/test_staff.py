"""Each morning the heads hear of background checks, once a stage."""

from datetime import date, timedelta
from typing import cast

import pytest
from sqlalchemy import select

from huakai_platform.kernel import clock, outbox
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.events import DayBegan
from huakai_platform.kernel.i18n import Message
from huakai_platform.kernel.notices import Notice
from huakai_tenants.staff import notifications
from huakai_worker import dispatcher
from tests.support.make import Make
from tests.support.staffed import Staffed

TODAY = clock.today()
YEAR_AGO = clock.months_on(TODAY, -12)


@pytest.fixture
def room(make: Make) -> Staffed:
    return Staffed(make, make.site())


@pytest.fixture
def head(make: Make, room: Staffed) -> Actor:
    return make.member(Role.SITE_HEAD, room.site)


def told(databases: Databases, room: Staffed, day: date = TODAY) -> list[Notice]:
    with databases.session(Login.WORKER, room.site.id) as session:
        notifications.of_the_day(session, day)
    with databases.session(Login.TENANT, room.site.id) as session:
        return list(session.scalars(select(Notice).order_by(Notice.dedup)))


def test_the_heads_alone_hear_who_is_due_or_soon_will_be(
    databases: Databases, make: Make, room: Staffed, head: Actor
) -> None:
    make.member(Role.COUNSELLOR, room.site)
    room.member("NEVER", "counsellor")
    room.member("LATE", "counsellor", background_checked_on=YEAR_AGO - timedelta(days=1))
    room.member("SOON", "counsellor", background_checked_on=YEAR_AGO + timedelta(days=10))
    room.member("GOOD", "counsellor", background_checked_on=TODAY)
    room.member("GONE", "counsellor", left_on=TODAY)

    said = {cast(Message, one.text).params["number"]: one for one in told(databases, room)}

    assert set(said) == {"NEVER", "LATE", "SOON"}
    assert {one.account_id for one in said.values()} == {head.account_id}


def test_a_stage_is_told_once_and_the_next_one_again(databases: Databases, room: Staffed, head: Actor) -> None:
    room.member("S1", "counsellor", background_checked_on=YEAR_AGO + timedelta(days=10))
    for day, number in ((0, 1), (1, 1), (10, 1), (11, 2), (12, 2)):
        assert len(told(databases, room, TODAY + timedelta(days=day))) == number


def test_the_day_tells_an_open_room_and_no_other(
    databases: Databases, settings: Settings, make: Make, room: Staffed, head: Actor
) -> None:
    shut = Staffed(make, make.site(state="suspended"))
    make.member(Role.SITE_HEAD, shut.site)
    for one in (room, shut):
        one.member("S1", "counsellor")
        with databases.session(Login.MIGRATOR, one.site.id) as session:
            outbox.publish(session, DayBegan(TODAY.isoformat()))
    while dispatcher.drain(databases, settings).rows:
        pass
    for one, number in ((room, 1), (shut, 0)):
        with databases.session(Login.TENANT, one.site.id) as session:
            kinds = session.scalars(select(Notice.kind).where(Notice.kind == "background_check")).all()
            assert len(kinds) == number
