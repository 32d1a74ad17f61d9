"""Numbers follow what happens at the sites."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock, outbox, tenancy
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.events import ChecklistCompleted, DayBegan, DayTurned, Event, SitesTakenIn, SiteStateChanged
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.outbox import OutboxMessage
from huakai_platform.kernel.sites import Site
from huakai_platform.kernel.tenancy import PLATFORM
from huakai_platform.oversight import facts as counting_facts
from huakai_platform.oversight.facts import recompute
from huakai_platform.oversight.models import RegionRollup, SiteFact
from huakai_platform.regions.present import PRESENT
from huakai_platform.standards.models import Edition
from huakai_tenants.checklists import counting, schedule
from huakai_tenants.checklists.models import ChecklistRun
from huakai_worker import dispatcher, folding, routes
from huakai_worker.jobs import facts
from tests.support.days import this_month
from tests.support.make import Make


def tell(databases: Databases, event: Event, tenant_id: UUID = PLATFORM) -> None:
    with databases.session(Login.MIGRATOR, tenant_id) as session:
        outbox.publish(session, event)


def run(databases: Databases, site: UUID, due_on: date, **changes: Any) -> None:
    with databases.session(Login.MIGRATOR, site) as session:
        edition = session.scalars(select(Edition.id)).first()
        values = {"id": uuid7(), "tenant_id": site, "edition_id": edition, "code": f"c{uuid7()}"} | changes
        session.add(ChecklistRun(period_start=due_on, due_on=due_on, created_at=clock.now(), **values))


def work(databases: Databases, settings: Settings) -> None:
    while dispatcher.drain(databases, settings).rows:
        pass
    folding.fold(databases)


def numbers(databases: Databases, site: UUID, month: date | None = None) -> dict[str, int]:
    with databases.session(Login.OVERSIGHT) as session:
        metrics = session.scalar(
            select(SiteFact.metrics).where(SiteFact.tenant_id == site, SiteFact.month == (month or this_month()))
        )
        return dict(metrics or {})


def country(databases: Databases) -> dict[str, int]:
    with databases.session(Login.OVERSIGHT) as session:
        metrics = session.scalar(
            select(RegionRollup.metrics).where(RegionRollup.level == "country", RegionRollup.month > PRESENT)
        )
        return dict(metrics or {})


def failures(databases: Databases, tenant_id: UUID = PLATFORM) -> list[str | None]:
    with databases.session(Login.WORKER, tenant_id) as session:
        return list(session.scalars(select(OutboxMessage.last_error).where(OutboxMessage.last_error.is_not(None))))


def test_checklists_are_counted_by_the_day(databases: Databases, make: Make) -> None:
    site = make.site().id
    at = datetime(2026, 3, 10, 9, 0, tzinfo=clock.CHINA)
    failed: dict[str, Any] = {"failed_core": ["a", "b"]}
    run(databases, site, date(2026, 3, 10))
    run(databases, site, date(2026, 3, 9))
    run(databases, site, date(2026, 3, 11))
    run(databases, site, date(2026, 3, 31), completed_at=at, score={"failed_core": []})
    run(databases, site, date(2026, 3, 8), completed_at=at, score=failed)
    run(databases, site, date(2026, 3, 1), completed_at=datetime(2026, 3, 1, 23, 59, tzinfo=clock.CHINA), score=None)
    run(databases, site, date(2026, 2, 28))
    run(databases, make.site().id, date(2026, 3, 10))

    with time_machine.travel(at, tick=False), databases.session(Login.WORKER, site) as session:
        assert counting.counts(session, date(2026, 3, 1)) == {
            "checklists_due": 5,
            "checklists_done": 3,
            "checklists_on_time": 2,
            "checklists_overdue": 1,
            "core_failures": 2,
        }


def test_a_completed_checklist_reaches_the_country(databases: Databases, settings: Settings, make: Make) -> None:
    site = make.site().id
    run(databases, site, clock.today(), completed_at=clock.now(), score={"failed_core": ["x"]})
    tell(databases, ChecklistCompleted(uuid7(), this_month().isoformat()), site)

    work(databases, settings)

    assert country(databases)["checklists_done"] == 1
    assert country(databases)["core_failures"] == 1


def test_a_changed_site_is_counted_where_it_stands(databases: Databases, settings: Settings, make: Make) -> None:
    site = make.site(state="relocating")
    tell(databases, SiteStateChanged(site.id))
    work(databases, settings)
    with databases.session(Login.MIGRATOR) as session:
        session.execute(update(Site).values(region_code="441900003000", state="open"))
    tell(databases, SiteStateChanged(site.id))
    work(databases, settings)

    with databases.session(Login.OVERSIGHT) as session:
        rows = {row.region_code: row.metrics for row in session.scalars(select(RegionRollup))}
    assert rows["410000000000"] == {}
    assert rows["440000000000"]["state_open"] == rows["000000000000"]["sites"] == 1


def test_new_sites_are_counted_some_at_a_time(
    databases: Databases, settings: Settings, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts, "BATCH", 2)
    for _ in range(5):
        make.site(state="approved")
    tell(databases, SitesTakenIn())

    work(databases, settings)

    assert country(databases)["state_approved"] == 5
    assert failures(databases) == []


def test_a_site_that_cannot_be_counted_keeps_no_other_from_it(
    databases: Databases, settings: Settings, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts, "BATCH", 2)
    sites = sorted((make.site(state="approved") for _ in range(5)), key=lambda site: site.id)
    count = counting_facts.recompute

    def stumble(session: Session, site_id: UUID, *rest: Any) -> None:
        session.execute(text("SELECT 1 / 0" if site_id == sites[0].id else "SELECT 1"))
        count(session, site_id, *rest)

    monkeypatch.setattr(counting_facts, "recompute", stumble)
    tell(databases, SitesTakenIn())

    work(databases, settings)

    assert country(databases)["state_approved"] == 4
    assert failures(databases) == [f"{sites[0].name}：DataError 22012"]


def test_a_site_that_cannot_be_told_of_the_day_keeps_no_other_from_it(
    databases: Databases, settings: Settings, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    sites, publish = [make.site() for _ in range(3)], outbox.publish

    def stumble(session: Session, event: Event, **about: Any) -> UUID:
        session.execute(text("SELECT 1 / 0" if tenancy.current(session) == sites[0].id else "SELECT 1"))
        return publish(session, event, **about)

    with databases.session(Login.WORKER) as session:
        facts.turn_day(session)
    monkeypatch.setattr(outbox, "publish", stumble)

    dispatcher.drain(databases, settings)

    assert failures(databases) == [f"{sites[0].name}：DataError 22012"]
    for site in sites[1:]:
        with databases.session(Login.WORKER, site.id) as session:
            assert session.scalars(select(OutboxMessage.topic).where(OutboxMessage.topic == "DayBegan")).all()


def test_one_part_of_a_new_day_that_fails_leaves_all_others_done(
    databases: Databases, settings: Settings, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*_any: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(schedule, "make_due", stumble)
    site = make.site().id
    tell(databases, DayBegan(clock.today().isoformat()), site)

    work(databases, settings)

    assert country(databases)["state_open"] == 1
    assert failures(databases, site) == ["checklists.day_began：RuntimeError"]


def test_a_region_that_cannot_be_summed_up_keeps_no_other_from_it(
    databases: Databases, settings: Settings, make: Make
) -> None:
    bad, good = make.site(state="approved"), make.site(state="approved", region_code="441900003000")
    tell(databases, SitesTakenIn())
    dispatcher.drain(databases, settings)
    with databases.session(Login.MIGRATOR) as session:
        session.execute(update(SiteFact).where(SiteFact.tenant_id == bad.id).values(metrics={"sites": "many"}))

    work(databases, settings)

    assert numbers(databases, good.id)["sites"] == country(databases)["sites"] == 1
    assert not folding.waiting(databases)
    dispatcher.drain(databases, settings)
    assert failures(databases) == [f"地区 {bad.region_code} 的 {this_month():%Y-%m}：DataError 22P02"]

    with databases.session(Login.MIGRATOR) as session:
        session.execute(update(SiteFact).where(SiteFact.tenant_id == bad.id).values(metrics={"sites": 1}))
        session.execute(update(OutboxMessage).values(next_at=clock.now()))
    work(databases, settings)

    assert country(databases)["sites"] == 2


@time_machine.travel(datetime(2026, 11, 16, 9, tzinfo=clock.CHINA))
def test_a_new_day_reaches_every_open_site_once(
    databases: Databases, settings: Settings, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts, "BATCH", 2)
    sites = [make.site().id for _ in range(5)]
    waiting = make.site(state="approved").id
    for _ in range(2):
        with databases.session(Login.WORKER) as session:
            facts.turn_day(session)

    work(databases, settings)

    for site in sites:
        with databases.session(Login.WORKER, site) as session:
            topics = session.scalars(select(OutboxMessage.topic).where(OutboxMessage.done_at.is_not(None))).all()
            assert topics == ["DayBegan"]
            assert session.scalar(select(ChecklistRun.id).limit(1))
        assert numbers(databases, site)["state_open"] == 1
    assert numbers(databases, waiting) == {
        **{name: 0 for name in numbers(databases, waiting) if name.startswith(("checklists", "core", "points"))},
        "sites": 1,
        "rooms": 1,
        "state_approved": 1,
    }
    with databases.session(Login.WORKER, waiting) as session:
        assert session.scalar(select(ChecklistRun.id)) is None


def test_what_was_left_on_the_last_day_is_overdue_in_its_month(
    databases: Databases, settings: Settings, make: Make
) -> None:
    site, last = make.site().id, this_month() - timedelta(days=1)
    run(databases, site, last)
    with databases.session(Login.WORKER, site) as session:
        recompute(session, site, clock.month(last))
        outbox.publish(session, DayBegan(this_month().isoformat()))

    work(databases, settings)

    assert numbers(databases, site, clock.month(last))["checklists_overdue"] > 0


def test_every_event_has_its_jobs() -> None:
    for event in (ChecklistCompleted, SiteStateChanged, SitesTakenIn, DayTurned, DayBegan):
        assert routes.jobs(event.__name__)
