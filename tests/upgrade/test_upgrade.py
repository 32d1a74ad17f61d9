"""An installation of every earlier migration is brought to the newest one and works on as if it had begun there."""

import os
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from huakai_deploy import doctor, migrating
from huakai_deploy.local import Urls
from huakai_deploy.web import create_app
from huakai_platform.kernel import clock, operations
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Base, Databases
from huakai_platform.kernel.operations import Operation
from huakai_platform.kernel.plumbing import Heartbeat
from huakai_platform.kernel.sites import Site
from huakai_platform.oversight import recounting, rollups
from huakai_platform.oversight.models import PersonFact, RegionRollup, SiteFact
from huakai_platform.regions.present import PRESENT
from huakai_worker.heartbeat import HeartbeatWriter
from tests.support.make import Make
from tests.support.routes import API, Route, everything
from tests.support.web import post
from tests.upgrade import dumps, filling
from tests.upgrade.dumps import Dump
from tests.upgrade.household import Household

Numbers = dict[tuple[str, str, date], dict[str, Any]]
DONE = frozenset({200, 204, 302, 303})
ALSO = {"onboarding.transition": frozenset({409})}
"""An open site is not planned again."""
EXPECTED = {"标准版本", "任务队列"}
"""What the doctor may say of a database of an earlier day: its edition is not the one that is shipped now, and the dump
holds a piece of work that was given up."""
SAMPLED = 6 if os.environ.get("HUAKAI_TEST_FAST") else 1
"""Of how many pages one is asked for."""
GROWING = frozenset({"audit_entry", "outbox", "tick", "heartbeat"})
"""Tables that every deed adds to."""


@pytest.fixture(scope="module", params=dumps.every(), ids=str)
def dump(request: pytest.FixtureRequest) -> Dump:
    found: Dump = request.param
    return found


@pytest.fixture(scope="module")
def settings(dump: Dump, urls: Urls, worker_id: str) -> Settings:
    return dump.settings(urls.of(f"upgrade_{worker_id}"))


@pytest.fixture(scope="module")
def upgraded(dump: Dump, settings: Settings, urls: Urls, worker_id: str) -> Iterator[Databases]:
    """The dump's database at the newest migration, on the dump's day."""
    begun = clock.now()
    with pytest.MonkeyPatch.context() as patch:
        mine = urls.of(f"upgrade_{worker_id}")
        dump.load(mine)
        at, now = dump.taken_at, clock.now
        patch.setattr(clock, "now", lambda: at + (now() - begun))
        patch.setenv("DATABASE_URL_MIGRATOR", mine.login(Login.MIGRATOR))
        databases = Databases(settings)
        migrating.migrate(databases)
        keep_alive(databases)
        yield databases
        databases.dispose()


@pytest.fixture(scope="module")
def application(upgraded: Databases, settings: Settings) -> Iterator[Flask]:
    made = create_app(settings)
    made.testing = True
    yield made
    made.extensions["huakai"].databases.dispose()


@pytest.fixture(scope="module")
def household(upgraded: Databases, settings: Settings, application: Flask, dump: Dump) -> Household:
    return Household(Make(upgraded, settings), application, dump.objects)


def asked(role: Role, *, api: bool) -> list[Route]:
    """The reading routes of a role; in a short run some of them, others for each role."""
    found = [one for one in everything() if "GET" in one.methods and role in one.access.roles]
    found = [one for one in found if one.path.startswith(API) is api]
    return found[list(Role).index(role) % SAMPLED :: SAMPLED]


def test_a_dump_is_small_and_has_rows_in_every_table(dump: Dump) -> None:
    assert dump.size <= dumps.MOST
    assert dump.without_rows == []
    assert dump.manifest.revision == str(dump)


def test_the_doctor_finds_nothing_that_is_not_expected(upgraded: Databases, settings: Settings) -> None:
    findings = doctor.examine(upgraded, settings)

    assert {one.subject for one in findings if not one.good} <= EXPECTED, findings
    assert next(one for one in findings if one.subject == "数据库迁移").found == migrating.head()


def test_what_is_so_at_present_is_summed_up_and_what_has_ended_counted(upgraded: Databases) -> None:
    with upgraded.session(Login.WORKER) as session:
        assert rollups.check(session, PRESENT) == []
        assert session.scalar(select(func.count()).where(RegionRollup.month == PRESENT))
        for one in session.scalars(select(Operation).where(Operation.done.is_not(None))):
            found = operations.progress(session, one.id)
            assert (one.done, one.failed, one.cancelled) == (found.done, found.failed, found.cancelled)
            assert one.institution_id
            assert one.ancestors


@pytest.mark.parametrize("role", Role)
def test_every_page_of_a_role_is_there(household: Household, role: Role) -> None:
    client, _token = household.client(household.person(role), role)
    wrong = []
    for route in asked(role, api=False):
        answer = client.get(household.address(route, role), buffered=True)
        if answer.status_code not in DONE | ALSO.get(route.endpoint, frozenset()):
            wrong.append(f"{route} {answer.request.path}: {answer.status}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", Role)
def test_every_answer_to_a_program_of_a_role_is_there(household: Household, application: Flask, role: Role) -> None:
    program = household.make.program(application, household.person(role))
    wrong = []
    for route in asked(role, api=True):
        answer = program.get(household.address(route, role), buffered=True)
        if answer.status_code not in DONE:
            wrong.append(f"{route} {answer.request.path}: {answer.status} {answer.text[:200]}")
    assert not wrong, "\n".join(wrong)


def test_what_was_sealed_is_read_and_who_was_known_is_known(household: Household, application: Flask) -> None:
    head = household.person(Role.SITE_HEAD)
    client, _token = household.client(head, head.role)
    letter = household.objects[Role.SITE_HEAD]["letter"]
    assert filling.LETTER["content"] in client.get("/room/registers/{code}/{entry_id}".format(**letter)).text

    for identifier, next_page in (("admin", "/"), (filling.PHONE, "/second-factor")):
        form = {"identifier": identifier, "password": filling.PASSWORD}
        answer = post(application.test_client(), "/sign-in", form)
        assert (answer.status_code, answer.location) == (303, next_page), identifier


def test_counting_anew_gives_the_numbers_that_were_there(
    household: Household, upgraded: Databases, settings: Settings
) -> None:
    filling.drain(upgraded, settings)
    since = clock.month(clock.months_on(clock.today(), -11))
    before, months = counted(upgraded, since)

    for month in months:
        with upgraded.session(Login.OVERSIGHT) as session:
            begun = recounting.start(session, household.person(Role.INSTITUTION_ADMIN), month).id
        filling.drain(upgraded, settings)
        with upgraded.session(Login.WORKER) as session:
            rollups.rebuild(session, month)
            assert rollups.check(session, month) == []
            assert operations.progress(session, begun).ending is operations.Ending.DONE

    after, _months = counted(upgraded, since)
    assert after.keys() >= before.keys()
    for key, numbers in before.items():
        assert {name: after[key].get(name, 0) for name in numbers} == numbers, key


def test_the_demonstration_starts_again_and_adds_nothing(upgraded: Databases, settings: Settings) -> None:
    filling.drain(upgraded, settings)
    before = rows_of(upgraded)

    filling.demonstrate(upgraded, settings)

    assert rows_of(upgraded) == before


def keep_alive(databases: Databases) -> None:
    """A worker that is there as long as the tests take."""
    HeartbeatWriter(databases, "worker", "worker-1").beat()
    with databases.session(Login.MIGRATOR) as session:
        session.execute(update(Heartbeat).values(seen_at=clock.now() + timedelta(hours=1)))


def counted(databases: Databases, since: date) -> tuple[Numbers, list[date]]:
    """The numbers by what they are of, and the months of sites; what is older outlives the rows that it was counted
    from, which a register keeps for its time only."""
    found: Numbers = {}
    with databases.session(Login.MIGRATOR) as session:
        for model in (SiteFact, PersonFact):
            for row in session.execute(select(model.tenant_id, model.month, model.metrics).where(model.month >= since)):
                found[model.__tablename__, str(row.tenant_id), row.month] = row.metrics
        for region in session.scalars(select(RegionRollup).where(RegionRollup.month >= since)):
            found[RegionRollup.__tablename__, region.region_code, region.month] = region.metrics
        months = select(SiteFact.month).join(Site, Site.id == SiteFact.tenant_id).where(SiteFact.month >= since)
        return found, sorted(set(session.scalars(months)))


def rows_of(databases: Databases) -> dict[str, int]:
    """How many rows the demonstration's tables have."""
    with databases.session(Login.MIGRATOR) as session:
        return {
            table.fullname: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
            if table.name not in GROWING
        }
