"""What a room comes to for its score: read from its own rows, as they were at the end of the day that is asked for."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.ids import uuid7
from huakai_tenants.checklists.models import ChecklistReopening
from huakai_tenants.measures import compliance
from huakai_tenants.premises.service import create_spaces
from huakai_tenants.staff.enrolling import Newcomer, enrol
from tests.support.make import Make
from tests.support.staffed import Staffed, good, measured_by

DAY = date(2026, 11, 20)
EVERYTHING = ("area_share", "spaces_share", "opening_share", "daily_share", "posts_share", "certified_share")


@pytest.fixture
def room(make: Make) -> Staffed:
    return Staffed(make, make.site(opened_at=datetime(2024, 1, 1, tzinfo=clock.CHINA)))


def value(room: Staffed, metric: str, day: date = DAY) -> Any:
    found = measured_by(room.make, room.site, day).found[metric]
    return found.missing if found.value is None else found.value


@pytest.mark.parametrize("login", [Login.TENANT, Login.WORKER, Login.OVERSIGHT])
def test_every_login_that_may_read_a_room_reads_the_same(make: Make, login: Login) -> None:
    room = good(make, DAY)
    found = measured_by(make, room.site, DAY, login).found
    assert {name: found[name].value for name in (*EVERYTHING, "background_share")} == dict.fromkeys(
        (*EVERYTHING, "background_share"), Decimal(100)
    )
    assert found == measured_by(make, room.site, DAY).found


def test_nothing_of_another_room_is_counted(make: Make) -> None:
    good(make, DAY)
    empty = measured_by(make, make.site(), DAY)
    assert {one.missing for one in empty.found.values() if one.value is None} >= {"no_runs", "nobody", "no_register"}
    assert empty.found["posts_share"].value == empty.found["area_share"].value == 0
    assert (empty.signals.overdue_checklists, empty.signals.quiet_days) == (0, None)


def test_only_spaces_in_use_count_and_area_is_capped(room: Staffed) -> None:
    room.space("individual_room", "15.9")
    room.space("reception_corner", "100", "planned")
    assert (value(room, "area_share"), value(room, "spaces_share")) == (Decimal("79.50"), Decimal("50.00"))
    room.space("group_room", "50")
    assert (value(room, "area_share"), value(room, "spaces_share")) == (Decimal(100), Decimal(50))


def test_a_space_that_was_surveyed_later_leaves_the_day_unsaid(room: Staffed) -> None:
    room.space("individual_room", "20", surveyed_on=DAY)
    assert value(room, "area_share") == Decimal(100)
    assert value(room, "area_share", DAY - timedelta(days=1)) == "replaced_since"
    assert value(room, "spaces_share", DAY - timedelta(days=1)) == "replaced_since"


def test_checks_count_by_the_day_they_were_first_done(room: Staffed) -> None:
    room.daily(DAY, opened=None)
    room.daily(DAY - timedelta(days=1), done=DAY - timedelta(days=1), opened="yes")
    room.daily(DAY - timedelta(days=2), done=DAY - timedelta(days=1), opened="no")
    room.daily(DAY - timedelta(days=3), opened="yes")
    late = room.daily(DAY - timedelta(days=4), opened="na")
    room.add(
        ChecklistReopening(
            run_id=late,
            reason="x",
            completed_at=datetime(2026, 11, 16, 9, tzinfo=clock.CHINA),
            completed_by=uuid7(),
            score={},
            reopened_by=uuid7(),
            reopened_at=datetime(2026, 11, 18, 9, tzinfo=clock.CHINA),
        )
    )
    found = measured_by(room.make, room.site, DAY).found
    assert [found["daily_share"].met, found["daily_share"].of] == [Decimal(2), Decimal(4)]
    assert [found["opening_share"].met, found["opening_share"].of] == [Decimal(1), Decimal(2)]
    assert value(room, "daily_share", DAY - timedelta(days=2)) == Decimal("50.00")


def test_the_window_is_twelve_months_or_since_the_opening(make: Make) -> None:
    old = Staffed(make, make.site(opened_at=datetime(2020, 1, 1, tzinfo=clock.CHINA)))
    old.daily(date(2025, 11, 20))
    old.daily(date(2025, 11, 21), done=date(2025, 11, 21))
    assert (measured_by(make, old.site, DAY).since, value(old, "daily_share")) == (date(2025, 11, 21), Decimal(100))
    young = Staffed(make, make.site(opened_at=datetime(2026, 11, 10, tzinfo=clock.CHINA)))
    assert measured_by(make, young.site, DAY).since == date(2026, 11, 10)
    assert measured_by(make, young.site, date(2026, 11, 1)).since == date(2026, 11, 1)


def test_a_post_needs_its_a_and_its_b(room: Staffed) -> None:
    room.member("1", "site_head", "A")
    room.member("2", "site_head", "A")
    room.member("3", "counsellor", "B", left_on=DAY + timedelta(days=1))
    room.member("4", "counsellor", "A", joined_on=DAY + timedelta(days=1))
    room.member("5", "assistant", "A")
    assert value(room, "posts_share") == Decimal("50.00")
    assert value(room, "posts_share", DAY + timedelta(days=1)) == Decimal("50.00")
    assert value(room, "posts_share", date(2023, 12, 31)) == Decimal(0)


def test_a_certificate_counts_while_it_is_in_force_and_fits_the_post(room: Staffed) -> None:
    held, other = room.member("1", "counsellor", "A"), room.member("2", "counsellor", "B")
    room.member("3", "site_head", "A")
    room.certificate(held, "psychiatrist", issued_on=date(2026, 1, 1), expires_on=DAY)
    room.certificate(other, "social_worker")
    assert value(room, "certified_share") == Decimal("50.00")
    assert value(room, "certified_share", DAY + timedelta(days=1)) == Decimal(0)
    assert value(room, "certified_share", date(2025, 12, 31)) == Decimal(0)


def test_a_background_check_lasts_twelve_months_and_the_last_one_hides_those_before(room: Staffed) -> None:
    checked = date(2024, 2, 29)
    room.member("1", "site_head", "A", background_checked_on=checked)
    assert value(room, "background_share", date(2025, 2, 28)) == Decimal(100)
    assert value(room, "background_share", date(2025, 3, 1)) == Decimal(0)
    assert value(room, "background_share", checked - timedelta(days=1)) == "replaced_since"
    room.member("2", "site_head", "B")
    assert value(room, "background_share", date(2025, 2, 28)) == Decimal(50)


def test_training_counts_the_hours_of_the_calendar_year_up_to_the_day(room: Staffed) -> None:
    assert value(room, "training_share") == "nobody"
    counsellor, head = room.member("1", "counsellor", "A"), room.member("2", "site_head", "A")
    room.trained(counsellor, "ethics_refresher", date(2026, 3, 1), "20")
    room.trained(counsellor, "case_seminar", date(2026, 11, 20), "10")
    room.trained(head, "communication", date(2025, 12, 31), "24")
    assert value(room, "training_share") == Decimal(50)
    assert value(room, "training_share", DAY - timedelta(days=1)) == Decimal(0)
    assert value(room, "training_share", date(2025, 12, 31)) == Decimal(50)


def test_evidence_names_nobody(make: Make) -> None:
    found = measured_by(make, good(make, DAY).site, DAY).found
    assert "人员" not in repr(found)
    assert {one.says["number"] for one in found["background_share"].evidence} == {"S0", "S1", "S2", "S3"}


def test_evidence_is_known_again_by_its_hash(room: Staffed) -> None:
    room.space("individual_room", "20")
    one = measured_by(room.make, room.site, DAY).found["area_share"].evidence
    again = measured_by(room.make, room.site, DAY).found["area_share"].evidence
    assert [row.digest for row in one] == [row.digest for row in again]
    other = Staffed(room.make, room.make.site())
    other.space("individual_room", "20.1")
    assert measured_by(room.make, other.site, DAY).found["area_share"].evidence[0].digest != one[0].digest


def test_signals_are_counted_as_of_the_day(room: Staffed) -> None:
    run = room.daily(DAY - timedelta(days=10), done=DAY - timedelta(days=10), opened="yes")
    room.daily(DAY - timedelta(days=3))
    room.daily(DAY)
    room.point(run, DAY - timedelta(days=1))
    room.point(run, DAY, number=2, item="room_ready")
    closed = datetime(2026, 11, 20, 12, tzinfo=clock.CHINA)
    room.point(run, DAY - timedelta(days=2), number=3, item="on_duty", state="closed", closed_at=closed)
    room.member("1", "site_head", "A")
    found = measured_by(room.make, room.site, DAY).signals
    assert (found.overdue_points, found.overdue_checklists, found.unchecked_backgrounds) == (1, 1, 1)
    assert found.quiet_days == 10
    assert measured_by(room.make, room.site, date(2026, 11, 19)).signals.overdue_points == 1


def test_the_number_of_statements_does_not_grow_with_the_room(databases: Databases, make: Make) -> None:
    room = good(make, DAY)

    def counted() -> int:
        seen: list[str] = []
        engine = databases.engine(Login.WORKER)
        with databases.session(Login.WORKER, room.site.id) as session:

            def note(_c: Any, _k: Any, statement: str, *_rest: Any) -> None:
                seen.append(statement)

            event.listen(engine, "before_cursor_execute", note)
            compliance.measure(session, DAY)
            event.remove(engine, "before_cursor_execute", note)
        return len(seen)

    measured_by(make, room.site, DAY)
    before = counted()
    for back in range(20, 60):
        room.daily(DAY - timedelta(days=back), done=DAY - timedelta(days=back), opened="yes")
        room.member(f"M{back}", "counsellor")
    assert counted() == before <= 12


@pytest.mark.calendar
def test_a_new_room_is_known_without_being_read(databases: Databases, make: Make) -> None:
    today = clock.today()
    site = make.site(opened_at=clock.now())
    assert site.edition_id
    with databases.session(Login.WORKER, site.id) as session:
        create_spaces(session, site.edition_id, site.tier)
        members: Any = enrol(session, [Newcomer(make.account().id, ab, Role.SITE_HEAD, ab) for ab in "AB"])
    with databases.session(Login.WORKER, site.id) as session:
        read = compliance.measure(session, today)
        known = compliance.of_a_new_room(session, site.edition_id, site.tier, today, members)
    said = [
        {name: (one.met, one.of, one.missing) for name, one in measures.found.items()} for measures in (read, known)
    ]
    assert said[0] == said[1]
    assert (read.signals, read.since, read.until) == (known.signals, known.since, known.until)
