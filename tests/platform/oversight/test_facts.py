"""A site's facts: counted in its own tenant, by the last to count, and only numbers of the page."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import ProgrammingError

from huakai_platform.kernel import clock
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.sites import Site, SiteState
from huakai_platform.oversight import facts
from huakai_platform.oversight.metrics import METRICS, PERSONS, STANDING, Nature, UnknownMetric, checked
from huakai_platform.oversight.models import DirtyRegion, SiteFact
from huakai_platform.regions.present import PRESENT
from tests.support.make import TOWNSHIP, Make

MONTH = clock.month(clock.today())
LAST = clock.month(MONTH - timedelta(days=1))


def marks(databases: Databases) -> set[tuple[str, date]]:
    with databases.session(Login.OVERSIGHT) as session:
        return {(row.region_code, row.month) for row in session.scalars(select(DirtyRegion))}


def known(databases: Databases) -> dict[date, SiteFact]:
    with databases.session(Login.OVERSIGHT) as session:
        return {fact.month: fact for fact in session.scalars(select(SiteFact))}


def test_a_site_says_what_it_is_and_what_it_did(databases: Databases, make: Make) -> None:
    site = make.site(kind="center", state="suspended")
    with databases.session(Login.WORKER, site.id) as session:
        facts.recompute(session, site.id, MONTH, {"checklists_done": 4})

    assert known(databases)[MONTH].metrics == {"sites": 1, "centers": 1, "state_suspended": 1, "checklists_done": 4}
    assert marks(databases) == {(TOWNSHIP, MONTH), (TOWNSHIP, PRESENT)}


def test_counting_begins_when_nobody_else_counts(databases: Databases, make: Make) -> None:
    site = make.site()
    with databases.session(Login.WORKER, site.id) as session:
        facts.recompute(session, site.id, MONTH, lambda _session, month: {"checklists_due": month.day})

    assert known(databases)[MONTH].metrics["checklists_due"] == 1


def test_a_month_that_is_over_keeps_what_the_site_was_then(databases: Databases, make: Make) -> None:
    site = make.site()
    with databases.session(Login.WORKER, site.id) as session:
        facts.recompute(session, site.id, LAST, {"checklists_done": 1})
    with databases.session(Login.MIGRATOR) as session:
        session.execute(update(Site).values(state="closed", region_code="441900003000"))
    with databases.session(Login.WORKER, site.id) as session:
        facts.recompute(session, site.id, LAST, {"checklists_done": 2})
        facts.recompute(session, site.id, MONTH)

    before, now = known(databases)[LAST], known(databases)[MONTH]
    assert (before.region_code, before.metrics["state_open"], before.metrics["checklists_done"]) == (TOWNSHIP, 1, 2)
    assert (now.region_code, now.metrics["state_closed"]) == ("441900003000", 1)


def test_in_the_first_days_the_month_before_is_counted_again(databases: Databases, make: Make) -> None:
    site = make.site()
    with databases.session(Login.WORKER, site.id) as session:
        facts.refresh(session, site.id, MONTH.replace(day=2))
    assert set(known(databases)) == {MONTH}

    with databases.session(Login.WORKER, site.id) as session:
        facts.recompute(session, site.id, LAST)
        facts.refresh(session, site.id, MONTH.replace(day=2), {"checklists_overdue": 1})
    assert known(databases)[LAST].metrics["checklists_overdue"] == 1


def test_nobody_writes_the_numbers_of_another_site(databases: Databases, make: Make) -> None:
    site, other = make.site(), make.site()

    with pytest.raises(ProgrammingError, match="row-level security"), databases.session(Login.WORKER, other.id) as here:
        facts.recompute(here, site.id, MONTH)
    assert known(databases) == {}


def test_a_site_that_is_not_there_has_no_numbers(databases: Databases) -> None:
    nobody = uuid7()

    with pytest.raises(NotFound), databases.session(Login.WORKER, nobody) as session:
        facts.recompute(session, nobody, MONTH)


@pytest.mark.parametrize("numbers", [{"clients": 3}, {"staff": 12}, {"sites": 1.5}, {"sites": True}, {"张三": 1}])
def test_only_whole_numbers_of_the_page_are_taken(numbers: dict[str, int]) -> None:
    with pytest.raises(UnknownMetric):
        checked(numbers)


def test_counts_of_work_and_of_people_are_kept_apart() -> None:
    assert {METRICS[name].nature for name in checked({"sites": 1, "core_failures": 2})} == {Nature.WORKLOAD}
    assert {METRICS[name].nature for name in PERSONS} == {Nature.PERSON}
    assert all(
        whole is None or list(PERSONS).index(whole) < list(PERSONS).index(name) for name, whole in PERSONS.items()
    )
    assert set(METRICS) > STANDING
    assert {f"state_{state}" for state in SiteState} < STANDING
    assert all(str(metric.label) for metric in METRICS.values())
