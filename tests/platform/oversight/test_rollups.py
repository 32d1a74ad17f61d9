"""Rollups are exactly the sums of the facts below, whatever happened in between."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.sites import Site, SiteState
from huakai_platform.oversight import facts, rollups
from huakai_platform.oversight.models import DirtyRegion, RegionRollup, SiteFact
from huakai_platform.regions.models import Region
from tests.support.days import this_month
from tests.support.make import ANCESTORS, Make

COUNTRY = "000000000000"
PLACES = ("410311002000", "410311003000", "410302001000", "441900003000", "440103001000", "410311000000")
Numbers = dict[str, dict[str, int]]
REACHED = ("communities_open", "townships_open")
"""Counted by region, not summed up from sites."""


@pytest.fixture
def above(databases: Databases) -> dict[str, list[str]]:
    with databases.session(Login.OVERSIGHT) as session:
        rows = session.execute(select(Region.code, Region.ancestors).where(Region.code.in_(PLACES)))
        found = {row.code: row.ancestors for row in rows}
    assert len(found) == len(PLACES)
    return found


def count(databases: Databases, site: UUID, **counts: int) -> None:
    with databases.session(Login.WORKER, site) as session:
        facts.recompute(session, site, this_month(), counts)


def fold(databases: Databases, most: int = rollups.MOST) -> int:
    with databases.session(Login.WORKER) as session:
        return rollups.fold(session, most=most)


def fold_all(databases: Databases) -> None:
    while fold(databases):
        pass


def stored(databases: Databases, month: date | None = None) -> Numbers:
    with databases.session(Login.OVERSIGHT) as session:
        rows = session.execute(
            select(RegionRollup.region_code, RegionRollup.metrics).where(RegionRollup.month == (month or this_month()))
        )
        return {
            row.region_code: {name: number for name, number in row.metrics.items() if name not in REACHED}
            for row in rows
            if row.metrics
        }


def summed(sites: dict[UUID, tuple[str, dict[str, int]]], above: dict[str, list[str]]) -> Numbers:
    """The same by brute force."""
    sums: dict[str, Counter[str]] = {}
    for place, numbers in sites.values():
        for code in above[place]:
            sums.setdefault(code, Counter()).update(numbers)
    return {code: dict(numbers) for code, numbers in sums.items()}


def numbers_of(state: SiteState, counts: dict[str, int]) -> dict[str, int]:
    return {"sites": 1, "rooms": 1, f"state_{state}": 1, **counts}


def different(databases: Databases) -> list[str]:
    with databases.session(Login.WORKER) as session:
        return [row.region_code for row in rollups.check(session, this_month())]


deeds = st.lists(
    st.tuples(
        st.integers(0, 7),
        st.sampled_from(PLACES),
        st.sampled_from([SiteState.OPEN, SiteState.SUSPENDED, SiteState.APPROVED]),
        st.dictionaries(st.sampled_from(["checklists_due", "checklists_done", "core_failures"]), st.integers(0, 9)),
        st.sampled_from([0, 0, 1, 2, 100]),
    ),
    max_size=25,
)


@given(deeds)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_moves_the_sums_are_exact(
    databases: Databases,
    make: Make,
    above: dict[str, list[str]],
    done: list[tuple[int, str, SiteState, dict[str, int], int]],
) -> None:
    forget(databases)
    sites = [make.site(region_code=PLACES[0]).id for _ in range(8)]
    model: dict[UUID, tuple[str, dict[str, int]]] = {}
    for number, place, state, counts, most in done:
        change(databases, sites[number], region_code=place, state=state.value)
        count(databases, sites[number], **counts)
        model[sites[number]] = (place, numbers_of(state, counts))
        if most:
            fold(databases, most)
        assert different(databases) == []

    fold_all(databases)

    assert stored(databases) == summed(model, above)
    assert different(databases) == []


def forget(databases: Databases) -> None:
    with databases.session(Login.MIGRATOR) as session:
        for table in (SiteFact, RegionRollup, DirtyRegion, Site):
            session.execute(delete(table))


def change(databases: Databases, site: UUID, **values: str) -> None:
    with databases.session(Login.MIGRATOR) as session:
        session.execute(update(Site).where(Site.id == site).values(**values))


def test_a_fold_that_dies_leaves_everything_marked(databases: Databases, make: Make) -> None:
    count(databases, make.site().id)

    with pytest.raises(KeyboardInterrupt):
        fold_and_die(databases)

    assert stored(databases) == {}
    fold_all(databases)
    assert set(stored(databases)) == set(ANCESTORS)


def fold_and_die(databases: Databases) -> None:
    with databases.session(Login.WORKER) as session:
        assert rollups.fold(session)
        raise KeyboardInterrupt


def test_a_fact_that_comes_during_a_fold_is_not_lost(databases: Databases, make: Make) -> None:
    first, second = make.site().id, make.site().id
    count(databases, first)
    with databases.session(Login.WORKER) as session:
        rollups.fold(session)
        count(databases, second)

    assert stored(databases)[COUNTRY]["sites"] == 1
    fold_all(databases)
    assert stored(databases)[COUNTRY]["sites"] == 2


def test_only_one_folds_at_a_time_and_the_other_does_not_wait(databases: Databases, make: Make) -> None:
    count(databases, make.site().id)
    with databases.session(Login.WORKER) as session:
        assert rollups.fold(session) == 2 * len(ANCESTORS)  # of the month and of the present
        assert fold(databases) == 0


def test_folding_and_counting_at_once_ends_exact(databases: Databases, make: Make) -> None:
    sites = [make.site(region_code=PLACES[number % 2]).id for number in range(12)]

    def work(number: int) -> None:
        for turn in range(5):
            count(databases, sites[number % 12], checklists_done=turn + number)
            fold(databases, 3)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(24)))
    fold_all(databases)

    assert different(databases) == []
    assert stored(databases)[COUNTRY]["sites"] == 12


def test_a_little_at_a_time_comes_to_the_same(databases: Databases, make: Make, above: dict[str, list[str]]) -> None:
    for place in PLACES:
        count(databases, make.site(region_code=place).id)

    while fold(databases, 1):
        pass

    model = {UUID(int=number): (place, numbers_of(SiteState.OPEN, {})) for number, place in enumerate(PLACES)}
    assert stored(databases) == summed(model, above)


def test_a_site_that_moves_leaves_nothing_behind(databases: Databases, make: Make) -> None:
    site = make.site().id
    count(databases, site)
    fold_all(databases)

    change(databases, site, region_code="441900003000")
    count(databases, site)
    fold_all(databases)

    numbers = stored(databases)
    assert set(numbers) == {"441900003000", "441900000000", "440000000000", COUNTRY}
    assert numbers[COUNTRY]["sites"] == 1


def test_a_region_that_is_moved_takes_its_numbers_along(databases: Databases, make: Make) -> None:
    site = make.site().id
    count(databases, site)
    fold_all(databases)
    with moved(databases, "410311002000", to="440103000000"):
        count(databases, site)
        fold_all(databases)

        assert set(stored(databases)) == {"410311002000", "440103000000", "440100000000", "440000000000", COUNTRY}


class moved:
    """Hang a region elsewhere for a while."""

    def __init__(self, databases: Databases, code: str, *, to: str) -> None:
        self.databases, self.code, self.to = databases, code, to

    def __enter__(self) -> None:
        self.former = self._hang(self.to)

    def __exit__(self, *_error: object) -> None:
        self._hang(self.former)

    def _hang(self, parent: str) -> str:
        with self.databases.session(Login.MIGRATOR) as session:
            former = session.scalar(select(Region.parent_code).where(Region.code == self.code))
            session.execute(update(Region).where(Region.code == self.code).values(parent_code=parent))
        return str(former)


def test_a_lost_rollup_is_named_and_made_again(databases: Databases, make: Make) -> None:
    count(databases, make.site().id, checklists_done=3)
    fold_all(databases)
    before = stored(databases)
    with databases.session(Login.MIGRATOR) as session:
        session.execute(delete(RegionRollup).where(RegionRollup.region_code == "410300000000"))
        session.execute(update(RegionRollup).where(RegionRollup.region_code == COUNTRY).values(metrics={"sites": 9}))

    assert different(databases) == [COUNTRY, "410300000000"]
    with databases.session(Login.WORKER) as session:
        assert rollups.rebuild(session, this_month()) == len(ANCESTORS)
    assert stored(databases) == before
    assert different(databases) == []


def test_a_month_of_its_own_is_not_mixed_with_another(databases: Databases, make: Make) -> None:
    site, last = make.site().id, clock.month(this_month() - timedelta(days=1))
    count(databases, site, checklists_done=2)
    with databases.session(Login.WORKER, site) as session:
        facts.recompute(session, site, last, {"checklists_done": 7})
    fold_all(databases)

    assert stored(databases)[COUNTRY]["checklists_done"] == 2
    assert stored(databases, last)[COUNTRY]["checklists_done"] == 7


@pytest.fixture
def many(databases: Databases) -> int:
    """Ten thousand facts over all townships of the tests' country, all marked."""
    with databases.session(Login.MIGRATOR) as session:
        session.execute(MANY, {"month": this_month()})
    return 10_000


MANY = text(
    """
    WITH places AS (SELECT code, row_number() OVER () AS place FROM platform.region WHERE level = 'township'),
    known AS (
        INSERT INTO oversight.site_fact (tenant_id, month, region_code, metrics, computed_at)
        SELECT gen_random_uuid(), :month, code, '{"sites": 1, "rooms": 1, "state_open": 1, "checklists_due": 30,
            "checklists_done": 28, "checklists_on_time": 25, "checklists_overdue": 2, "core_failures": 1}', now()
        FROM generate_series(1, 10000) AS number
        JOIN places ON place = 1 + number % (SELECT count(*) FROM places)
        RETURNING region_code, month
    )
    INSERT INTO oversight.dirty_region SELECT region_code, month, gen_random_uuid(), now() FROM known
    """
)


def test_ten_thousand_facts_are_folded_in_two_seconds(databases: Databases, many: int) -> None:
    began = clock.now()

    fold_all(databases)

    seconds = (clock.now() - began).total_seconds()
    assert stored(databases)[COUNTRY]["sites"] == many
    assert seconds < 6, "three times the goal, for a loaded machine"
    print(f"{many / seconds:.0f} facts/s")  # noqa: T201


def test_the_worker_alone_may_write_rollups(databases: Databases) -> None:
    def allowed(session: Session, verb: str) -> list[str]:
        logins = ("huakai_tenant", "huakai_oversight", "huakai_worker")
        question = text("SELECT has_table_privilege(:login, 'oversight.region_rollup', :verb)")
        return [login for login in logins if session.scalar(question, {"login": login, "verb": verb})]

    with databases.session(Login.OVERSIGHT) as session:
        assert allowed(session, "INSERT") == ["huakai_worker"]
        assert allowed(session, "UPDATE") == ["huakai_worker"]


def test_communities_and_townships_with_an_open_site_are_counted_once(databases: Databases, make: Make) -> None:
    for place, state in (("410311002001", "open"), ("410311002001", "open"), ("410311002002", "open")):
        count(databases, make.site(place_code=place, state=state).id)
    count(databases, make.site(place_code="410311002003", state="building").id)
    count(databases, make.site(place_code="410311003000", region_code="410311003000").id)
    county = make.site(place_code="410311000000", region_code="410311000000")
    count(databases, county.id)
    fold_all(databases)

    with databases.session(Login.OVERSIGHT) as session:
        of_month = RegionRollup.month == this_month()
        rows = session.execute(select(RegionRollup.region_code, RegionRollup.metrics).where(of_month)).all()
    reached = {row.region_code: tuple(row.metrics.get(name) for name in REACHED) for row in rows}
    assert reached["410311002000"] == (2, 1)
    assert reached["410311003000"] == (None, 1)
    assert reached["410311000000"] == reached[COUNTRY] == (2, 2)
    assert different(databases) == []
