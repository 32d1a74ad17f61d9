"""What is so at present is summed up from the sites and their standings, exactly, whatever became of them."""

import pytest
from sqlalchemy import delete, select, update

from huakai_platform.compliance.models import ComplianceStanding
from huakai_platform.drift.models import DriftStanding
from huakai_platform.kernel import clock
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.events import DayBegan, RegionsMoved, SitesTakenIn, SiteStateChanged
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.outbox import publish
from huakai_platform.kernel.sites import Site
from huakai_platform.kernel.tenancy import PLATFORM
from huakai_platform.oversight import facts, rollups
from huakai_platform.oversight.models import DirtyRegion, SiteFact
from huakai_platform.regions import present
from huakai_platform.regions.present import PRESENT
from huakai_platform.regions.service import COUNTRY
from huakai_worker import dispatcher, folding
from tests.support.days import this_month
from tests.support.make import ANCESTORS, TOWNSHIP, Make

GUANGZHOU = "440103001000"
GUANGZHOU_ABOVE = [GUANGZHOU, "440103000000", "440100000000", "440000000000", COUNTRY]


def work(databases: Databases, settings: Settings) -> None:
    while dispatcher.drain(databases, settings).rows:
        pass
    folding.fold(databases)


def tell(databases: Databases, event: object, tenant: object = PLATFORM) -> None:
    with databases.session(Login.MIGRATOR, tenant) as session:  # type: ignore[arg-type]
        publish(session, event)  # type: ignore[arg-type]


def numbers(make: Make, code: str = COUNTRY, within: str | None = None) -> dict[str, int]:
    with make.databases.session(Login.OVERSIGHT) as session:
        found = present.numbers(session, make.institution().id, code, within=within)
        return {name: number for name, number in found.items() if number}


def unequal(databases: Databases) -> list[str]:
    with databases.session(Login.WORKER) as session:
        return [row.region_code for row in rollups.check(session, PRESENT)]


def test_taken_in_opened_and_moved_the_country_knows_it(databases: Databases, settings: Settings, make: Make) -> None:
    site = make.site(state="approved")
    tell(databases, SitesTakenIn())
    work(databases, settings)
    assert numbers(make) == numbers(make, TOWNSHIP) == {"sites": 1, "state_approved": 1}

    change(databases, site, state="open")
    tell(databases, SiteStateChanged(site.id))
    work(databases, settings)
    found = numbers(make)
    assert (found["state_open"], found["drift_sites"]) == (1, 1)
    assert sum(number for name, number in found.items() if name.startswith("grade_")) == 1
    assert unequal(databases) == []

    change(databases, site, region_code=GUANGZHOU, ancestors=GUANGZHOU_ABOVE)
    tell(databases, SiteStateChanged(site.id))
    work(databases, settings)
    assert (numbers(make, TOWNSHIP), numbers(make, GUANGZHOU)["sites"], numbers(make)["sites"]) == ({}, 1, 1)
    assert unequal(databases) == []


def test_a_new_month_takes_nothing_away_and_loses_no_former_place(databases: Databases, make: Make) -> None:
    site = make.site()
    count(databases, site)
    folding.fold(databases)
    with databases.session(Login.MIGRATOR) as session:
        last = clock.months_on(this_month(), -1)
        session.execute(update(SiteFact).values(month=last))
        session.execute(update(Site).values(region_code=GUANGZHOU, ancestors=GUANGZHOU_ABOVE))
    assert numbers(make)["sites"] == 1

    count(databases, site)
    folding.fold(databases)

    assert (numbers(make, TOWNSHIP), numbers(make, GUANGZHOU)["sites"]) == ({}, 1)
    assert unequal(databases) == []


@pytest.mark.calendar
def test_a_day_that_changes_nothing_marks_nothing(databases: Databases, settings: Settings, make: Make) -> None:
    site = make.site()
    tell(databases, DayBegan(clock.today().isoformat()), site.id)
    work(databases, settings)
    before = numbers(make)

    tell(databases, DayBegan(clock.today().isoformat()), site.id)
    while dispatcher.drain(databases, settings).rows:
        pass

    with databases.session(Login.WORKER) as session:
        assert PRESENT not in set(session.scalars(select(DirtyRegion.month)))
    assert before == numbers(make)
    assert before["drift_core"] <= before["drift_unexplained"]


@pytest.mark.parametrize("model", [ComplianceStanding, DriftStanding])
def test_another_standing_is_summed_up(
    databases: Databases, settings: Settings, make: Make, model: type[ComplianceStanding | DriftStanding]
) -> None:
    site = make.site()
    tell(databases, DayBegan(clock.today().isoformat()), site.id)
    work(databases, settings)
    before = numbers(make)
    with databases.session(Login.MIGRATOR) as session:
        session.execute(delete(model))
    assert unequal(databases) == [*sorted(ANCESTORS)]
    with databases.session(Login.WORKER, site.id) as session:
        facts.stood(session, [TOWNSHIP])
    folding.fold(databases)
    assert numbers(make) != before

    tell(databases, DayBegan(clock.today().isoformat()), site.id)
    work(databases, settings)

    assert numbers(make) == before
    assert unequal(databases) == []


def test_another_tree_is_summed_up_anew(databases: Databases, settings: Settings, make: Make) -> None:
    make.site()
    tell(databases, RegionsMoved())

    work(databases, settings)

    assert numbers(make)["sites"] == 1
    assert unequal(databases) == []


def test_what_lies_beyond_the_reach_or_is_another_institutions_too_is_not_known(
    databases: Databases, make: Make
) -> None:
    count(databases, make.site())
    folding.fold(databases)
    assert numbers(make, TOWNSHIP, within="410300000000")["sites"] == 1
    assert numbers(make, COUNTRY, within="410300000000") == {}
    assert numbers(make, TOWNSHIP, within="") == {}

    from huakai_platform.identity.models import Institution

    other = make.add(Institution(id=uuid7(), name="别家", short_name="别家", created_at=clock.now()))
    make.site(institution_id=other.id)
    assert numbers(make) == {}
    with databases.session(Login.OVERSIGHT) as session:
        assert present.below(session, make.institution().id, COUNTRY) == []


def count(databases: Databases, site: Site) -> None:
    with databases.session(Login.WORKER, site.id) as session:
        facts.recompute(session, site.id, this_month())


def change(databases: Databases, site: Site, **values: object) -> None:
    with databases.session(Login.MIGRATOR) as session:
        session.execute(update(Site).where(Site.id == site.id).values(**values))
