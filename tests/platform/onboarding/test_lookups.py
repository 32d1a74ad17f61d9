"""What the database answers to a register."""

from datetime import date

from sqlalchemy import update

from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.ids import uuid7
from huakai_platform.onboarding import codes, importing, summaries
from huakai_platform.onboarding.lookups import DatabaseLookups
from huakai_platform.regions.models import Region
from tests.support.lookups import REGISTER
from tests.support.make import TOWNSHIP, Make


def test_a_region_that_was_closed_names_its_successor(databases: Databases, make: Make) -> None:
    admin: Actor = make.member(Role.INSTITUTION_ADMIN)
    with databases.session(Login.OVERSIGHT) as session:
        session.execute(
            update(Region)
            .where(Region.code == TOWNSHIP)
            .values(valid_to=date(2024, 1, 1), successor_code="410311003000")
        )
        kept = importing.check(session, admin, REGISTER.name, REGISTER.read_bytes())
        told = {problem for line in summaries.lines(kept.summary, "error") for problem in line.problems}
        session.rollback()

    assert {problem.code for problem in told} == {"region_retired"}
    assert all("410311003000" in problem.message for problem in told)


def test_the_sites_of_another_institution_are_not_there(databases: Databases, make: Make) -> None:
    site = make.site()
    with databases.session(Login.OVERSIGHT) as session:
        mine, theirs = DatabaseLookups(session, site.institution_id), DatabaseLookups(session, uuid7())

        assert set(mine.sites_by_key([site.natural_key, "x"])) == {site.natural_key}
        assert theirs.sites_by_key([site.natural_key]) == {}
        assert [found.id for found in mine.sites_in_townships([TOWNSHIP])] == [site.id]
        assert theirs.sites_in_townships([TOWNSHIP]) == []


def test_the_country_is_no_place_and_a_county_may_be_missing(databases: Databases, make: Make) -> None:
    with databases.session(Login.OVERSIGHT) as session:
        lookups = DatabaseLookups(session, make.institution().id)

        assert lookups.regions(["000000000000", "999999999999"]) == {}
        assert lookups.county_of(TOWNSHIP) == "410311000000"
        assert lookups.county_of("441900003000") == "441900000000"
        assert lookups.county_of("410311000000") == "410311000000"


def test_numbers_run_on_by_county(databases: Databases, make: Make) -> None:
    institution = make.institution().id
    make.site(code="HK-410311-9999")
    make.site(code="HK-410311-oddly")
    with databases.session(Login.OVERSIGHT) as session:
        allotted = codes.allot(session, institution, ["410311000000", "441900000000", "410311000000"])

    assert allotted == ["HK-410311-10000", "HK-441900-0001", "HK-410311-10001"]
