"""Releases of a month's counts of people: once, in order, protected, and the only way out."""

from collections.abc import Iterator
from datetime import date, datetime

import pytest
import time_machine
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from huakai_platform.kernel import clock
from huakai_platform.kernel.audit import AuditEntry
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.errors import Conflict
from huakai_platform.kernel.sites import Site
from huakai_platform.oversight import persons, release
from huakai_platform.oversight.metrics import UnknownMetric
from huakai_platform.oversight.models import FigureRelease, PersonFact, ReleasedFigure
from tests.support.make import TOWNSHIP, Make

SEPTEMBER, OCTOBER = date(2026, 9, 1), date(2026, 10, 1)
COUNTRY, LUOYANG, LEAST = "000000000000", "410300000000", 10
SOUTH = {"region_code": "441900003000", "ancestors": ["441900003000", "441900000000", "440000000000", COUNTRY]}


@pytest.fixture(autouse=True)
def _tenth_of_november() -> Iterator[None]:
    with time_machine.travel(datetime(2026, 11, 10, 9, tzinfo=clock.CHINA), tick=False):
        yield


def count(databases: Databases, site: Site, month: date, staff: int, untrained: int = 0, **more: int) -> None:
    numbers = {"staff": staff, "staff_untrained": untrained, **more}
    with databases.session(Login.WORKER, site.id) as session:
        persons.recompute(session, site.id, month, lambda _session, _month: numbers)


def let_out(databases: Databases, month: date = OCTOBER) -> dict[str, dict[str, int]]:
    with databases.session(Login.WORKER) as session:
        release.release(session, month, LEAST)
    with databases.session(Login.OVERSIGHT) as session:
        rows = session.scalars(select(ReleasedFigure).where(ReleasedFigure.month == month))
        return {row.place: row.metrics for row in rows}


@pytest.fixture
def rooms(databases: Databases, make: Make) -> list[Site]:
    """Four rooms in Luoyang, three in Dongguan."""
    made = [make.site() for _ in range(4)] + [make.site(**SOUTH) for _ in range(3)]
    for site in made:
        count(databases, site, OCTOBER, staff=6, untrained=3)
    return made


@pytest.mark.usefixtures("rooms")
def test_places_of_three_sites_and_enough_people_are_told(databases: Databases) -> None:
    told = let_out(databases)

    assert told[COUNTRY] == {"staff": 42, "staff_untrained": 21}
    assert told[LUOYANG] == told[TOWNSHIP] == {"staff": 24}, "12 untrained would give away the 9 in the south"
    assert told["441900000000"] == {"staff": 18}


def test_a_single_site_is_told_only_when_it_is_large_and_others_cannot_be_told_from_it(
    databases: Databases, make: Make, rooms: list[Site]
) -> None:
    centre = make.site(kind="center")
    count(databases, centre, OCTOBER, staff=25)

    told = let_out(databases)
    assert told[str(centre.id)] == {"staff": 25}
    assert told[TOWNSHIP] == {"staff": 49}
    assert set(map(str, told)) & {str(room.id) for room in rooms} == set()


def test_too_few_people_in_the_country_are_told_nowhere(databases: Databases, make: Make) -> None:
    for _ in range(3):
        count(databases, make.site(), OCTOBER, staff=3)

    assert let_out(databases) == {}
    with databases.session(Login.OVERSIGHT) as session:
        assert session.scalars(select(FigureRelease)).one().threshold == LEAST


@pytest.mark.usefixtures("rooms")
def test_a_release_is_written_in_the_trail(databases: Databases) -> None:
    places = let_out(databases)

    with databases.session(Login.OVERSIGHT) as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.deed == "figures.released")).one()
        digest = session.scalars(select(FigureRelease.digest)).one()
    assert (entry.object, entry.detail) == ("2026-10", {"threshold": 10, "places": len(places), "digest": digest})


@pytest.mark.usefixtures("rooms")
def test_a_month_is_released_once_and_none_before_it(databases: Databases) -> None:
    let_out(databases)

    for month in (OCTOBER, SEPTEMBER):
        with pytest.raises(Conflict):
            let_out(databases, month)


@pytest.mark.parametrize(("day", "month"), [(10, date(2026, 11, 1)), (7, OCTOBER)])
def test_a_month_that_may_still_change_is_not_released(databases: Databases, day: int, month: date) -> None:
    with time_machine.travel(datetime(2026, 11, day, 9, tzinfo=clock.CHINA), tick=False), pytest.raises(Conflict):
        let_out(databases, month)
    assert release.month_due(date(2026, 11, 7)) is None
    assert release.month_due(date(2026, 11, 8)) == OCTOBER


def test_a_released_month_is_closed(databases: Databases, rooms: list[Site]) -> None:
    let_out(databases)
    count(databases, rooms[0], OCTOBER, staff=60)

    with databases.session(Login.WORKER) as session:
        wanted = select(PersonFact.metrics).where(PersonFact.tenant_id == rooms[0].id)
        assert session.scalars(wanted).one()["staff"] == 6


def test_a_small_change_since_an_earlier_release_is_not_told(
    databases: Databases, make: Make, rooms: list[Site]
) -> None:
    for site in rooms:
        count(databases, site, SEPTEMBER, staff=6, untrained=3)
    let_out(databases, SEPTEMBER)
    newcomer = make.site()
    count(databases, newcomer, OCTOBER, staff=4)

    assert let_out(databases) == {}, "the difference would be the newcomer's four"


def test_a_large_change_is_told_where_it_happened_and_hides_where_it_was_small(
    databases: Databases, make: Make, rooms: list[Site]
) -> None:
    for site in rooms:
        count(databases, site, SEPTEMBER, staff=6, untrained=3)
    before = let_out(databases, SEPTEMBER)
    for _ in range(3):
        count(databases, make.site(), OCTOBER, staff=5)
    count(databases, rooms[-1], OCTOBER, staff=7)

    told = let_out(databases)
    assert {COUNTRY, LUOYANG, "441900000000"} <= before.keys()
    assert told == {COUNTRY: {"staff": 58}}, "Luoyang's change would give the one of the south away"


@pytest.mark.parametrize("table", ["figure_release", "released_figure"])
@pytest.mark.parametrize("deed", ["UPDATE oversight.{} SET month = month", "DELETE FROM oversight.{}"])
@pytest.mark.parametrize("login", [Login.WORKER, Login.OVERSIGHT, Login.TENANT])
def test_nobody_changes_a_release(databases: Databases, table: str, deed: str, login: Login) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), databases.session(login) as session:
        session.execute(text(deed.format(table)))


@pytest.mark.parametrize("login", [Login.OVERSIGHT, Login.TENANT])
def test_counts_of_people_are_read_by_jobs_alone(databases: Databases, login: Login) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), databases.session(login) as session:
        session.scalars(select(PersonFact)).all()


def test_counts_of_work_are_not_taken_for_counts_of_people(databases: Databases, make: Make) -> None:
    with pytest.raises(UnknownMetric):
        count(databases, make.site(), OCTOBER, staff=3, checklists_done=1)
