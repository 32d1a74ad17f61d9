"""A site moves only along the table, with reasons, within reach, and never over somebody else's step."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor, Permission, Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.operations import Operation
from huakai_platform.kernel.outbox import OutboxMessage
from huakai_platform.kernel.sites import Site, SiteState
from huakai_platform.onboarding import lifecycle
from huakai_platform.onboarding.models import SiteEvent, SiteIntake
from huakai_platform.onboarding.transitions import TABLE, TRANSITIONS, Transition
from huakai_platform.standards import service
from huakai_platform.standards.shipped import load_shipped
from tests.support.make import Make

S = SiteState
PEOPLE = {"A": {"name": "甲", "phone": "19900000001"}, "B": {"name": "乙", "phone": "19900010001"}}
DETAILS: dict[SiteState, dict[str, Any]] = {
    S.RELOCATING: {"place_code": "410311003009", "community": "新安社区", "address": "新安路9号"},
}


@pytest.fixture
def admin(make: Make) -> Actor:
    return make.member(Role.INSTITUTION_ADMIN)


@pytest.fixture
def edition(make: Make) -> UUID:
    with make.databases.session(Login.MIGRATOR) as session:
        return service.publish(session, load_shipped())


def complete(make: Make, state: SiteState, **changes: Any) -> Site:
    """A site that lacks nothing for any step."""
    opened = {"opened_at": clock.now()} if state in {S.OPEN, S.SUSPENDED, S.RELOCATING} else {}
    site = make.site(state=state.value, host="党群服务中心", address="旧路1号", **(opened | changes))
    make.add(SiteIntake(site_id=site.id, people=PEOPLE))
    return site


def take(databases: Databases, actor: Actor, site: Site, to: SiteState, **given: Any) -> lifecycle.Moved:
    with databases.session(Login.OVERSIGHT) as session:
        details = DETAILS.get(to, {}) | ({"confirm": site.code} if to is S.CLOSED else {})
        asked: dict[str, Any] = {"reason": "有理由", "version": site.version} | details | given
        return lifecycle.move(session, actor, site.id, to, **asked)


@pytest.mark.parametrize("step", TRANSITIONS, ids=lambda step: f"{step.source}-{step.target}")
def test_every_step_of_the_table_can_be_taken(
    databases: Databases, make: Make, admin: Actor, edition: UUID, step: Transition
) -> None:
    site = complete(make, step.source)

    moved = take(databases, admin, site, step.target)

    with databases.session(Login.OVERSIGHT) as session:
        now = session.get_one(Site, site.id)
        if step.target is S.OPEN and step.source in {S.APPROVED, S.ACCEPTANCE}:
            assert moved.operation
            assert session.get_one(Operation, moved.operation.id).total == 1
            assert (now.state, session.scalars(select(SiteEvent)).all()) == (step.source, [])
        else:
            event = session.scalars(select(SiteEvent)).one()
            assert (event.from_state, event.to_state, event.account_id) == (step.source, now.state, admin.account_id)
            assert (now.state, now.version) == (step.target, site.version + 1)
            assert session.scalars(select(OutboxMessage.topic)).all() == ["SiteStateChanged"]


@pytest.mark.parametrize(
    ("source", "target"),
    [(S.LEAD, S.OPEN), (S.APPLIED, S.OPEN), (S.CLOSED, S.OPEN), (S.OPEN, S.APPROVED), (S.DECLINED, S.APPROVED)],
)
def test_a_step_that_is_not_in_the_table_is_refused(
    databases: Databases, make: Make, admin: Actor, source: SiteState, target: SiteState
) -> None:
    with pytest.raises(Conflict, match="不能改为"):
        take(databases, admin, complete(make, source), target)


@pytest.mark.parametrize(
    "step", [step for step in TRANSITIONS if step.needs_reason], ids=lambda s: f"{s.source}-{s.target}"
)
def test_a_grave_step_needs_its_reason(databases: Databases, make: Make, admin: Actor, step: Transition) -> None:
    with pytest.raises(Invalid) as refused:
        take(databases, admin, complete(make, step.source), step.target, reason="  ")
    assert "reason" in refused.value.fields


def test_a_stale_page_is_told_who_was_faster_and_when(databases: Databases, make: Make, admin: Actor) -> None:
    site = complete(make, S.APPLIED)
    take(databases, admin, site, S.APPROVED)

    with pytest.raises(Conflict, match=f"{admin.name}.*{clock.today():%Y-%m-%d}.*已批准"):
        take(databases, admin, site, S.DECLINED)


def test_an_office_prepares_but_does_not_decide(databases: Databases, make: Make) -> None:
    office = make.member(Role.REGIONAL_OFFICE)
    site = complete(make, S.APPLIED)

    with pytest.raises(Forbidden):
        take(databases, office, site, S.APPROVED)
    assert take(databases, office, complete(make, S.PLANNING), S.BUILDING).site.state == S.BUILDING
    assert lifecycle.allowed(site, office) == ()


def test_a_site_of_another_region_or_institution_is_not_there(databases: Databases, make: Make, admin: Actor) -> None:
    office = make.member(Role.REGIONAL_OFFICE, region_code="440100000000")
    stranger = Actor(
        admin.account_id, "外人", Role.INSTITUTION_ADMIN, institution_id=uuid7(), permissions=admin.permissions
    )
    site = complete(make, S.PLANNING)

    for actor in (office, stranger):
        with pytest.raises(NotFound):
            take(databases, actor, site, S.BUILDING)


def test_approval_names_what_the_application_lacks(databases: Databases, make: Make, admin: Actor) -> None:
    with pytest.raises(Conflict, match="依托场所、A角"):
        take(databases, admin, make.site(state="applied"), S.APPROVED)


def test_a_running_room_is_opened_only_with_its_first_day(
    databases: Databases, make: Make, admin: Actor, edition: UUID
) -> None:
    site = complete(make, S.APPROVED, operating_since=None)

    with pytest.raises(Conflict, match="缺少开始运营日期"):
        take(databases, admin, site, S.OPEN)
    with pytest.raises(Conflict, match="晚于今天"):
        take(databases, admin, site, S.OPEN, operating_since=clock.today() + timedelta(days=1))
    assert take(databases, admin, site, S.OPEN, operating_since=date(2019, 9, 1)).operation
    with databases.session(Login.OVERSIGHT) as session:
        assert session.get_one(Site, site.id).operating_since == date(2019, 9, 1)


def test_closing_needs_the_code_typed_and_starts_the_sixty_days(databases: Databases, make: Make, admin: Actor) -> None:
    site = complete(make, S.OPEN)

    with pytest.raises(Invalid) as refused:
        take(databases, admin, site, S.CLOSED, confirm="HK")
    assert "confirm" in refused.value.fields
    take(databases, admin, site, S.CLOSED)
    with databases.session(Login.OVERSIGHT) as session:
        details = session.scalars(select(SiteEvent.details)).one()
    assert details
    assert details["collect_until"] == (clock.today() + timedelta(days=60)).isoformat()


def test_a_move_to_another_place_is_checked_for_duplicates(databases: Databases, make: Make, admin: Actor) -> None:
    site = complete(make, S.OPEN)
    there = make.site(place_code="410311003009", region_code="410311003000", name="新安社区心理咨询室")

    with pytest.raises(Conflict, match=there.name):
        take(databases, admin, site, S.RELOCATING)
    with pytest.raises(Conflict, match="不存在"):
        take(databases, admin, site, S.RELOCATING, place_code="419999999999")
    with pytest.raises(Invalid):
        take(databases, admin, site, S.RELOCATING, address="")
    moved = take(databases, admin, site, S.RELOCATING, override="原站点另有服务人群")
    assert (moved.site.region_code, moved.site.ancestors[0]) == ("410311003000", "410311003000")
    assert moved.site.natural_key.startswith("410311003009:room:")


def test_a_relocation_called_off_goes_back_to_the_old_place(databases: Databases, make: Make, admin: Actor) -> None:
    site = complete(make, S.OPEN)
    away = take(databases, admin, site, S.RELOCATING).site

    back = take(databases, admin, away, S.OPEN, called_off=True).site

    assert (back.address, back.place_code, back.ancestors) == (site.address, site.place_code, site.ancestors)


def test_a_suspended_site_works_again_without_a_second_opening(databases: Databases, make: Make, admin: Actor) -> None:
    site = complete(make, S.SUSPENDED)

    moved = take(databases, admin, site, S.OPEN)

    assert (moved.operation, moved.site.state) == (None, S.OPEN)
    with databases.session(Login.OVERSIGHT) as session:
        assert session.scalar(select(func.count()).select_from(Operation)) == 0


@given(st.sampled_from(SiteState), st.lists(st.sampled_from(SiteState), max_size=30))
def test_no_path_leaves_the_table(start: SiteState, wishes: list[SiteState]) -> None:
    admin = Actor(uuid7(), "甲", Role.INSTITUTION_ADMIN, permissions=frozenset(Permission))
    site = Site(state=start.value)
    for wish in wishes:
        offered = {step.target for step in lifecycle.allowed(site, admin)}
        try:
            taken = lifecycle.step(site.state, wish)
        except Conflict:
            assert wish not in offered
        else:
            assert wish in offered
            assert TABLE[taken.source, wish] is taken
            site.state = wish.value


def test_every_state_can_be_reached_and_only_closing_is_final() -> None:
    reached, edges = {S.LEAD}, set(TABLE)
    while more := {target for source, target in edges if source in reached} - reached:
        reached |= more
    assert reached == set(SiteState)
    assert {state for state in SiteState if not any(source is state for source, _ in edges)} == {S.CLOSED}
