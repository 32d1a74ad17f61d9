"""Who has the training that the post asks for, and what runs out."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import event

from huakai_platform.kernel import clock
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.sites import Site
from huakai_tenants.staff.models import Qualification, StaffMember
from huakai_tenants.training import coverage, curriculum
from huakai_tenants.training.coverage import PersonCoverage, State
from huakai_tenants.training.expiring import expiring
from huakai_tenants.training.models import TrainingRecord
from tests.support.make import Make

ON = date(2026, 6, 30)


class Room:
    """A room's people and what they have learnt."""

    def __init__(self, make: Make, site: Site | None = None) -> None:
        self.make, self.site = make, site or make.site()

    def member(self, post: str = "counsellor", **changes: Any) -> UUID:
        values = {"name": "某人", "employment": "full_time", "joined_on": date(2024, 1, 1), "created_at": clock.now()}
        number = f"S{uuid7().hex[-8:]}"
        row = StaffMember(id=uuid7(), tenant_id=self.site.id, number=number, post=post, **(values | changes))
        return self.make.add(row, self.site.id).id

    def record(self, member: UUID, course: str, hours: int | str, held_on: date = ON, **changes: Any) -> UUID:
        values = {"result": "passed", "recorded_by": uuid7(), "recorded_at": clock.now()} | changes
        row = TrainingRecord(
            id=uuid7(),
            tenant_id=self.site.id,
            member_id=member,
            course=course,
            hours=Decimal(hours),
            held_on=held_on,
            **values,
        )
        return self.make.add(row, self.site.id).id

    def all_of(self, member: UUID, post: str = "counsellor", **changes: Any) -> None:
        assert self.site.edition_id
        with self.make.databases.session(Login.TENANT, self.site.id) as session:
            plan = curriculum.of(session, self.site.edition_id)
        for code in {code for programme in plan.programmes[post] for code in programme.courses}:
            self.record(member, code, str(plan.courses[code].hours), **changes)

    def people(self, login: Login = Login.TENANT, on: date = ON) -> dict[UUID, PersonCoverage]:
        assert self.site.edition_id
        with self.make.databases.session(login, self.site.id) as session:
            return {one.member_id: one for one in coverage.people(session, self.site.edition_id, on)}


def test_somebody_with_nothing_recorded_is_listed(make: Make) -> None:
    room = Room(make)
    member = room.member()

    one = room.people()[member]

    assert one.state is State.NOTHING
    assert one.hours == 0
    assert [standing.programme.code for standing in one.standings] == ["pre_service", "yearly_counsellor"]
    assert all(standing.missing == standing.programme.courses for standing in one.standings)


def test_every_course_of_the_post_makes_it_complete(make: Make) -> None:
    room = Room(make)
    member = room.member()
    room.all_of(member)

    assert room.people()[member].state is State.COMPLETE
    assert room.people()[member].hours == 54


def test_a_failed_test_and_mere_attendance_of_a_tested_course_do_not_count(make: Make) -> None:
    room = Room(make)
    member = room.member()
    room.record(member, "crisis", 6, result="failed")
    room.record(member, "law_ethics", 8, result="attended")
    room.record(member, "case_seminar", 6, result="attended")

    one = room.people()[member]

    assert one.state is State.PARTIAL
    assert one.done == {"case_seminar"}


def test_a_yearly_programme_begins_anew_with_the_year(make: Make) -> None:
    room = Room(make)
    member = room.member()
    room.all_of(member, held_on=date(2025, 12, 31))

    assert room.people(on=date(2025, 12, 31))[member].state is State.COMPLETE
    one = room.people(on=date(2026, 1, 1))[member]
    assert one.state is State.PARTIAL
    assert [standing.complete for standing in one.standings] == [True, False]


def test_what_has_run_out_no_longer_counts(make: Make) -> None:
    room = Room(make)
    member = room.member()
    room.all_of(member, expires_on=ON)

    assert room.people(on=ON)[member].state is State.COMPLETE
    assert room.people(on=ON + timedelta(days=1))[member].state is State.EXPIRED


def test_only_those_in_service_are_asked_for(make: Make) -> None:
    room = Room(make)
    gone, today, coming = room.member(left_on=ON), room.member(joined_on=ON), room.member(joined_on=date(2026, 7, 1))

    assert set(room.people()) == {today}
    assert set(room.people(on=ON - timedelta(days=1))) == {gone}
    assert coming in room.people(on=date(2026, 7, 1))


def test_a_course_is_counted_among_those_whose_post_asks_for_it(make: Make) -> None:
    room = Room(make)
    trained = room.member()
    room.member()
    room.member("supervisor")
    room.record(trained, "law_ethics", 8)
    assert room.site.edition_id

    with make.databases.session(Login.TENANT, room.site.id) as session:
        found = coverage.people(session, room.site.edition_id, ON)
        by_course = {one.course.code: one for one in coverage.courses(session, room.site.edition_id, found)}

    assert (by_course["law_ethics"].wanted, by_course["law_ethics"].done) == (2, 1)
    assert by_course["case_seminar"].wanted == 3
    assert "promotion" not in by_course


def test_it_takes_two_statements_however_many_there_are(make: Make, databases: Databases) -> None:
    room = Room(make)
    for _number in range(3):
        room.all_of(room.member())
    room.people()
    said: list[str] = []
    engine = databases.engine(Login.TENANT)

    def hear(*given: Any) -> None:
        said.append(given[2])

    event.listen(engine, "before_cursor_execute", hear)
    assert len(room.people()) == 3
    event.remove(engine, "before_cursor_execute", hear)
    assert len([one for one in said if one.startswith("SELECT")]) == 2


def test_those_above_may_count_it_and_another_room_sees_nothing(make: Make) -> None:
    room, other = Room(make), Room(make)
    member = room.member()
    room.record(member, "crisis", 6)

    assert all(member in room.people(login) for login in (Login.TENANT, Login.WORKER, Login.OVERSIGHT))
    assert other.people() == {}


def test_what_ends_soon_is_told_with_the_days_left(make: Make, databases: Databases) -> None:
    room = Room(make)
    member, gone = room.member(), room.member(left_on=ON)
    soon = room.record(member, "crisis", 6, expires_on=ON + timedelta(days=90))
    room.record(member, "law_ethics", 8, expires_on=ON + timedelta(days=91))
    room.record(gone, "crisis", 6, expires_on=ON + timedelta(days=1))
    held = Qualification(
        id=uuid7(),
        tenant_id=room.site.id,
        member_id=member,
        kind="cps_assistant",
        certificate_number="1",
        expires_on=ON - timedelta(days=1),
        created_at=clock.now(),
    )
    make.add(held, room.site.id)

    with databases.session(Login.TENANT, room.site.id) as session:
        assert [one.id for one in expiring(session, ON)] == [soon]
        assert [(one.kind, one.days(ON)) for one in expiring(session, ON, gone=30)] == [
            ("qualification", -1),
            ("training", 90),
        ]
