"""Opening a site is one transaction: done once however often it is asked, and nothing when it is cut short."""

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import ProgrammingError

from huakai_platform.drift import standing as drift
from huakai_platform.drift.models import DriftStanding
from huakai_platform.identity.models import Account, Invitation, Membership
from huakai_platform.kernel import clock, crypto, operations, vault
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.errors import Conflict
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.operations import Ending, ItemState, Operation, OperationItem
from huakai_platform.kernel.sites import Site
from huakai_platform.kernel.vault import Contact, WrappedKey
from huakai_platform.onboarding import opening
from huakai_platform.onboarding.models import SiteEvent, SiteIntake
from huakai_platform.oversight.models import SiteFact
from huakai_platform.standards import service as standards
from huakai_platform.standards.pinned import Pinned
from huakai_platform.standards.shipped import load_shipped
from huakai_tenants.checklists import reminding, schedule
from huakai_tenants.checklists import service as checklists
from huakai_tenants.checklists.models import ChecklistRun
from huakai_tenants.measures import deviations, workload
from huakai_tenants.premises.models import Space
from huakai_worker.jobs.opening import open_site
from huakai_worker.scope import Work
from tests.support.make import Make

PEOPLE = {"A": {"name": "甲某", "phone": "19900000001"}, "B": {"name": "乙某", "phone": "19900010001"}}
Run = Callable[[UUID, UUID], None]


@pytest.fixture(autouse=True)
def edition(databases: Databases) -> UUID:
    with databases.session(Login.MIGRATOR) as session:
        return standards.publish(session, load_shipped())


@pytest.fixture
def run(databases: Databases, settings: Settings) -> Run:
    """Does one item as the dispatcher would."""

    def once(operation: UUID, site: UUID) -> None:
        with databases.session(Login.WORKER, site) as session:
            work = Work(session, databases, settings, site, uuid7())
            open_site(work, operation_id=str(operation), site_id=str(site))

    return once


def approved(make: Make, number: int = 1, **changes: Any) -> Site:
    site = make.site(state="approved", **changes)
    phones = {post: {**one, "phone": str(int(one["phone"]) + number)} for post, one in PEOPLE.items()}
    make.add(SiteIntake(site_id=site.id, people=phones))
    return site


def started(databases: Databases, actor: Actor | None, *sites: Site) -> UUID:
    with databases.session(Login.OVERSIGHT) as session:
        return opening.start(session, actor, opening.candidates(session, actor, ids=[site.id for site in sites])).id


def count(databases: Databases, model: type[Any], tenant: UUID) -> int:
    with databases.session(Login.WORKER, tenant) as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def ending(databases: Databases, operation: UUID) -> Ending:
    with databases.session(Login.OVERSIGHT) as session:
        return operations.progress(session, operation).ending


def test_an_opened_site_has_all_that_makes_it_a_tenant(
    databases: Databases, make: Make, run: Run, edition: UUID
) -> None:
    admin = make.member(Role.INSTITUTION_ADMIN)
    site = approved(make)
    operation = started(databases, admin, site)

    run(operation, site.id)

    with databases.session(Login.OVERSIGHT) as session:
        now = session.get_one(Site, site.id)
        assert (now.state, now.edition_id, now.operating_since) == ("open", edition, date(2020, 1, 1))
        assert now.opened_at
        told = session.scalars(select(SiteEvent)).one()
        assert (told.from_state, told.to_state, told.account_id) == ("approved", "open", admin.account_id)
        assert session.scalars(select(SiteIntake)).all() == []
        members = select(Account.name, Membership.role, Membership.post).join(
            Account, Account.id == Membership.account_id
        )
        assert set(session.execute(members.where(Membership.site_id == site.id)).all()) == {
            ("甲某", "site_head", "A"),
            ("乙某", "counsellor", "B"),
        }
        assert session.scalar(select(func.count()).select_from(Invitation)) == 2
    assert [count(databases, model, site.id) for model in (Space, WrappedKey, Contact)] == [2, 1, 2]
    assert count(databases, ChecklistRun, site.id) > 0
    assert ending(databases, operation) is Ending.DONE


def test_opening_twice_is_opening_once(databases: Databases, make: Make, run: Run) -> None:
    site = approved(make)
    first, second = started(databases, None, site), started(databases, None, site)

    for operation in (first, second, first):
        run(operation, site.id)

    assert [count(databases, model, site.id) for model in (Space, WrappedKey, Contact)] == [2, 1, 2]
    assert count(databases, SiteEvent, site.id) == 1
    assert count(databases, Membership, site.id) == 2
    assert ending(databases, second) is Ending.DONE


@pytest.mark.parametrize(
    "where",
    [
        "huakai_platform.kernel.vault.ensure_key",
        "huakai_tenants.premises.service.create_spaces",
        "huakai_platform.identity.invitations.invite_all",
        "huakai_platform.kernel.vault.keep_phones",
        "huakai_platform.onboarding.opening.complete",
        "huakai_tenants.checklists.schedule.first",
        "huakai_platform.oversight.facts.recompute",
        "huakai_platform.kernel.operations.finish_item",
    ],
)
def test_an_opening_cut_short_leaves_nothing_and_is_done_later(
    databases: Databases, make: Make, run: Run, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    site = approved(make)
    operation = started(databases, None, site)
    module, _, name = where.rpartition(".")
    real = getattr(sys.modules[module], name)

    def killed(*given: Any, **named: Any) -> None:
        real(*given, **named)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(where, killed)
        with pytest.raises(KeyboardInterrupt):
            run(operation, site.id)

    for model in (Space, WrappedKey, Contact, ChecklistRun, SiteEvent, Membership, Invitation):
        assert count(databases, model, site.id) == 0, model
    assert count(databases, SiteIntake, site.id) == 1
    assert ending(databases, operation) is Ending.RUNNING
    run(operation, site.id)
    assert ending(databases, operation) is Ending.DONE


def test_an_opening_gives_nobody_a_post_that_is_held_and_names_the_holder_at_its_item(
    databases: Databases, make: Make, run: Run
) -> None:
    site = approved(make)
    holder = make.member(Role.SITE_HEAD, site, make.account(name="王建国"), post="A")
    operation = started(databases, None, site)

    run(operation, site.id)

    with databases.session(Login.OVERSIGHT) as session:
        item = session.scalars(select(OperationItem)).one()
        assert (item.state, session.get_one(Site, site.id).state) == (ItemState.FAILED, "approved")
        assert "A 岗现由王建国担任" in (item.error or "")
        session.get_one(Membership, holder.membership_id).ended_at = clock.now()
    assert [count(databases, model, site.id) for model in (Contact, Membership, SiteIntake)] == [0, 1, 1]
    run(started(databases, None, site), site.id)
    with databases.session(Login.OVERSIGHT) as session:
        names = select(Account.name).join(Membership, Membership.account_id == Account.id)
        assert set(session.scalars(names.where(Membership.ended_at.is_(None)))) == {"甲某", "乙某"}


def test_a_site_that_cannot_be_opened_says_so_at_its_item(databases: Databases, make: Make, run: Run) -> None:
    site = approved(make)
    operation = started(databases, None, site)
    with databases.session(Login.OVERSIGHT) as session:
        session.get_one(Site, site.id).state = "declined"

    run(operation, site.id)

    with databases.session(Login.OVERSIGHT) as session:
        item = session.scalars(select(OperationItem)).one()
        assert (item.state, "未通过" in (item.error or "")) == (ItemState.FAILED, True)
    assert ending(databases, operation) is Ending.FAILED
    assert count(databases, WrappedKey, site.id) == 0


def test_what_a_refusal_had_begun_is_taken_back(
    databases: Databases, make: Make, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = approved(make)
    operation = started(databases, None, site)

    def refuse(*_given: Any, **_named: Any) -> None:
        raise Conflict("没有空号")

    monkeypatch.setattr("huakai_tenants.checklists.schedule.first", refuse)
    run(operation, site.id)

    assert [count(databases, model, site.id) for model in (Space, WrappedKey, SiteEvent)] == [0, 0, 0]
    assert ending(databases, operation) is Ending.FAILED


def test_a_cancelled_item_is_not_opened(databases: Databases, make: Make, run: Run) -> None:
    admin = make.member(Role.INSTITUTION_ADMIN)
    site = approved(make)
    operation = started(databases, admin, site)
    with databases.session(Login.OVERSIGHT) as session:
        operations.cancel(session, admin, operation)

    run(operation, site.id)

    assert count(databases, WrappedKey, site.id) == 0
    assert ending(databases, operation) is Ending.CANCELLED


def test_five_sites_opened_by_two_at_once_are_each_opened_once(databases: Databases, make: Make, run: Run) -> None:
    sites = [approved(make, number) for number in range(5)]
    operation = started(databases, None, *sites)

    with ThreadPoolExecutor(2) as two:
        list(two.map(lambda site: run(operation, site.id), [*sites, *sites]))

    with databases.session(Login.OVERSIGHT) as session:
        events = session.execute(select(SiteEvent.site_id, func.count()).group_by(SiteEvent.site_id)).all()
        assert sorted(row[1] for row in events) == [1] * 5
        assert session.scalar(select(func.count()).select_from(Membership)) == 10
    assert ending(databases, operation) is Ending.DONE


def test_a_site_is_opened_in_few_statements(databases: Databases, make: Make, run: Run) -> None:
    warm, site = approved(make, 1), approved(make, 2)
    operation = started(databases, None, warm, site)
    run(operation, warm.id)
    said: list[str] = []
    engine = databases.engine(Login.WORKER)

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        said.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    run(operation, site.id)
    event.remove(engine, "before_cursor_execute", note)

    assert len(said) <= 31, "\n".join(said)


@pytest.mark.calendar
def test_the_first_numbers_are_those_that_counting_the_room_gives(
    databases: Databases, make: Make, run: Run, edition: UUID
) -> None:
    site = approved(make)
    run(started(databases, None, site), site.id)

    with databases.session(Login.WORKER, site.id) as session:
        month = clock.month(clock.today())
        counted = workload.counts(session, month)
        room = Pinned(edition, site.tier, clock.today(), site.operating_since)
        assert workload.of_a_new_room(session, month, room=room) == counted
        kept = session.scalars(select(SiteFact.metrics)).one()
        assert kept.items() >= {name: number for name, number in counted.items() if number}.items()
        assert counted["spaces_required"] == 2
        assert counted["equipment_required"] > 0
        assert counted["wall_documents_required"] > 0


@pytest.mark.calendar
def test_the_first_departures_are_those_that_looking_at_the_room_gives(
    databases: Databases, make: Make, run: Run
) -> None:
    site = approved(make, weekly_hours=Decimal(4))
    run(started(databases, None, site), site.id)

    def known() -> dict[str, Any]:
        with databases.session(Login.OVERSIGHT) as session:
            row = session.scalars(select(DriftStanding)).one()
            return {name: value for name, value in vars(row).items() if not name.startswith(("_", "computed"))}

    first = known()
    with databases.session(Login.WORKER, site.id) as session:
        assert drift.recompute(session, site.id, clock.today(), deviations.look)
    assert known() == first
    assert {one["wrong"] for one in first["findings"]} >= {"planned", "missing", "no_photo", "incomplete", "below"}


@pytest.mark.calendar
def test_a_new_site_owes_nothing_that_was_due_before_it_was_opened(databases: Databases, make: Make, run: Run) -> None:
    site, today = approved(make), clock.today()
    run(started(databases, None, site), site.id)

    with databases.session(Login.WORKER, site.id) as session:
        for ahead in range(1, 8):
            schedule.make_due(session, today + timedelta(days=ahead))
        found = session.execute(select(ChecklistRun.code, ChecklistRun.due_on).order_by(ChecklistRun.due_on)).all()
        assert found[0].due_on >= today
        assert {one.code for one in found} >= {"daily", "monthly"}
        assert reminding.overdue(session, today) == 0
        assert workload.counts(session, clock.month(today))["checklists_overdue"] == 0
    with databases.session(Login.TENANT, site.id) as session:
        assert [one.code for one in checklists.today(session, today) if one.due_on < today] == []


def test_a_sealed_telephone_opens_only_at_its_place(
    databases: Databases, make: Make, run: Run, settings: Settings
) -> None:
    site = approved(make)
    run(started(databases, None, site), site.id)

    with databases.session(Login.TENANT, site.id) as session:
        first, second = session.scalars(select(Contact)).all()
        opened = {vault.phone_of(session, settings.master_key, one.account_id) for one in (first, second)}
        assert opened == {"19900000002", "19900010002"}
        assert b"199000" not in first.phone_sealed
        key = vault.data_key(session, settings.master_key)
        elsewhere = crypto.Place(site.id, "contact", "phone_sealed", second.id)
        with pytest.raises(crypto.Sealed):
            crypto.unseal(key, elsewhere, first.phone_sealed)
        with pytest.raises(crypto.Sealed):
            vault.data_key(session, bytes(32))


def test_oversight_has_no_way_to_what_is_sealed(databases: Databases, make: Make, run: Run) -> None:
    site = approved(make)
    run(started(databases, None, site), site.id)

    for table in ("contact", "data_key"):
        with databases.open(Login.OVERSIGHT) as session:
            session.info["tenant_id"] = site.id
            with pytest.raises(ProgrammingError, match="permission denied for schema confidential"):
                session.execute(text(f"SELECT * FROM confidential.{table}"))


def test_only_what_can_be_opened_is_started(databases: Databases, make: Make) -> None:
    ready, young = approved(make, 1), approved(make, 2, operating_since=clock.today() + timedelta(days=3))
    unknown, building = approved(make, 3, operating_since=None), make.site(state="building")

    operation = started(databases, None, ready, young, unknown, building)

    with databases.session(Login.OVERSIGHT) as session:
        assert session.get_one(Operation, operation).total == 1
        for site, said in ((young, "晚于今天"), (unknown, "缺少开始运营日期"), (building, "建设中")):
            with pytest.raises(Conflict, match=said):
                opening.start(session, None, opening.candidates(session, None, ids=[site.id]))


def test_an_office_opens_nothing_outside_its_region(databases: Databases, make: Make) -> None:
    office = make.member(Role.REGIONAL_OFFICE, region_code="440100000000")
    site = approved(make)

    with databases.session(Login.OVERSIGHT) as session:
        assert opening.candidates(session, office, ids=[site.id]) == []
