"""An edition reaches sites wave by wave: tried without a trace, moved whole, stopped, pinned and taken back."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from huakai_platform.compliance import standing
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.errors import Conflict, Invalid, NotFound
from huakai_platform.kernel.operations import OperationItem
from huakai_platform.kernel.sites import Site
from huakai_platform.releases import listing, pins, running, service, trials
from huakai_platform.releases.models import Reached, Release, ReleaseSite, State
from huakai_platform.releases.service import Part
from huakai_platform.standards.shipped import load_shipped
from huakai_platform.standards.tiers import at_tier
from huakai_tenants.checklists import answers
from huakai_tenants.checklists import service as checklists
from huakai_tenants.measures import compliance
from huakai_tenants.standard import service as standard
from huakai_worker import dispatcher
from tests.support import web
from tests.support.make import Make
from tests.support.released import drain, next_edition, planned, stricter, tried
from tests.support.staffed import Staffed, good

ROWS = (
    "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname IN ('tenant', 'confidential', 'oversight')"
    " AND tablename <> 'outbox'"
)


@pytest.fixture
def admin(make: Make) -> Actor:
    return make.member(Role.INSTITUTION_ADMIN)


def scored(make: Make, room: Staffed) -> Staffed:
    with make.databases.session(Login.WORKER, room.site.id) as session:
        standing.recompute(session, room.site.id, clock.today(), compliance.measure)
    return room


def places(databases: Databases, release_id: UUID) -> dict[UUID, ReleaseSite]:
    with databases.session(Login.OVERSIGHT) as session:
        rows = session.scalars(select(ReleaseSite).where(ReleaseSite.release_id == release_id)).all()
        return {row.site_id: row for row in rows}


def editions(databases: Databases, *sites: UUID) -> list[UUID | None]:
    with databases.session(Login.OVERSIGHT) as session:
        found = {row.id: row.edition_id for row in session.execute(select(Site.id, Site.edition_id))}
    return [found[site] for site in sites]


def release_of(databases: Databases, release_id: UUID) -> Release:
    with databases.session(Login.OVERSIGHT) as session:
        return session.get_one(Release, release_id)


def launch(make: Make, admin: Actor, release_id: UUID) -> None:
    with make.databases.session(Login.OVERSIGHT) as session:
        running.launch(session, admin, release_id)
    drain(make)


def rows_of_rooms(make: Make) -> dict[str, int]:
    """A number for the content of every table of rooms and of their numbers."""
    with make.databases.session(Login.MIGRATOR) as session:
        tables = session.scalars(text(ROWS)).all()
        return {
            name: session.scalar(text(f"SELECT coalesce(sum(hashtext(t::text)::bigint), 0) FROM {name} t"))
            for name in tables
        }


def answered(make: Make, site: Site, code: str, item: str, value: Any) -> UUID:
    """A completed run of a checklist with one answer, written as the room's head does."""
    head = make.member(Role.SITE_HEAD, site)
    with make.databases.session(Login.TENANT, site.id) as session:
        run_id = checklists.begin(session, head, code, clock.today())
        answers.save(session, head, run_id, item, value, version=0, note=None)
        run = checklists.open_run(session, run_id)
        run.completed_at, run.completed_by, run.score = clock.now(), head.account_id, {"failed_core": []}
    return run_id


def test_what_is_another_tiers_alone_is_left_out() -> None:
    bodies = {(one.kind, one.code): one.body for one in load_shipped().definitions}
    small, large = at_tier(bodies, "T1"), at_tier(bodies, "T3")

    codes = {one["code"] for one in small["equipment", "equipment"]["equipment"]}
    items = {item["code"] for one in small["checklist", "weekly"]["sections"] for item in one["items"]}

    assert "biofeedback" not in codes
    assert "biofeedback" in str(large["equipment", "equipment"])
    assert "days_opened" not in items
    assert "hours_opened" in items
    assert [one["code"] for one in small["tiers", "tiers"]["tiers"]] == ["T1"]
    assert all(one["quantity"].keys() == {"T1"} for one in small["equipment", "equipment"]["equipment"])


def test_a_dry_run_says_what_would_be_and_leaves_no_trace(databases: Databases, make: Make, admin: Actor) -> None:
    room = scored(make, good(make, clock.today()))
    answered(make, room.site, "weekly", "hours_opened", "9")
    room.daily(clock.today())
    release_id = planned(make, admin, next_edition(make))
    with databases.session(Login.OVERSIGHT) as session:
        trials.start(session, admin, release_id)
    before = rows_of_rooms(make)

    drain(make)

    assert rows_of_rooms(make) == before
    assert editions(databases, room.site.id) == [room.site.edition_id]
    found = trials.Trial.of(places(databases, release_id)[room.site.id].trial or {})
    assert found.changes == {"added": 1, "retired": 1, "tightened": 2, "loosened": 0, "changed": 0, "reworded": 0}
    assert (found.to_review, found.failing) == (1, 1), "nine hours were enough, and are not any more"
    assert found.open_runs > 0
    assert found.drop > 0, "the room became too small"
    assert found.grade_before != found.grade_after


def test_nothing_is_released_that_was_not_tried(databases: Databases, make: Make, admin: Actor) -> None:
    make.site()
    release_id = planned(make, admin, next_edition(make))

    with databases.session(Login.OVERSIGHT) as session, pytest.raises(Conflict):
        running.launch(session, admin, release_id)


def test_a_release_moves_its_sites_tells_them_and_their_word_comes_back(
    databases: Databases, make: Make, admin: Actor, app: Flask
) -> None:
    room = scored(make, good(make, clock.today()))
    head = make.member(Role.SITE_HEAD, room.site)
    edition_id = next_edition(make)
    room.daily(clock.today())
    with databases.session(Login.WORKER, room.site.id) as session:
        open_run = session.execute(
            text("SELECT id, edition_id FROM tenant.checklist_run WHERE completed_at IS NULL LIMIT 1")
        ).one()
    release_id = planned(make, admin, edition_id)
    tried(make, admin, release_id)

    launch(make, admin, release_id)

    place = places(databases, release_id)[room.site.id]
    assert editions(databases, room.site.id) == [edition_id]
    assert place.state == Reached.MOVED
    assert place.before != place.after
    with databases.session(Login.TENANT, room.site.id) as session:
        kept = session.execute(text("SELECT edition_id FROM tenant.checklist_run WHERE id = :id"), {"id": open_run.id})
        assert kept.scalar_one() == open_run.edition_id == room.site.edition_id, "what was begun keeps its edition"
        told = standard.waiting(session)
        assert told is not None
        assert told.row.note == "请延长开放时间。"
        assert told.counts["retired"] == 1
    browser = make.browser(app, head)
    assert "标准有变化" in browser.get("/room/").text
    web.post(browser, f"/room/standard/{told.row.id}/confirmation", {})
    assert "标准有变化" not in browser.get("/room/").text
    drain(make)
    assert places(databases, release_id)[room.site.id].confirmed_at is not None


def test_an_abort_leaves_none_half_done(databases: Databases, make: Make, admin: Actor) -> None:
    sites = [make.site() for _number in range(9)]
    edition_id = next_edition(make)
    release_id = planned(make, admin, edition_id)
    tried(make, admin, release_id)
    with databases.session(Login.OVERSIGHT) as session:
        running.launch(session, admin, release_id)

    def four_are_through() -> bool:
        return sum(row.state == Reached.MOVED for row in places(databases, release_id).values()) == 4

    dispatcher.drain(databases, make.settings, stop=four_are_through)

    with databases.session(Login.OVERSIGHT) as session:
        running.pause(session, admin, release_id)
    drain(make)

    moved = {site for site, row in places(databases, release_id).items() if row.state == Reached.MOVED}
    on = dict(zip([site.id for site in sites], editions(databases, *(site.id for site in sites)), strict=True))
    assert {site for site, edition in on.items() if edition == edition_id} == moved
    assert len(moved) == 4
    with databases.session(Login.OVERSIGHT) as session:
        running.resume(session, admin, release_id)
    drain(make)
    assert set(editions(databases, *(site.id for site in sites))) == {edition_id}


def test_waves_begin_on_their_day(databases: Databases, make: Make, admin: Actor) -> None:
    sites = [make.site() for _number in range(4)]
    edition_id = next_edition(make)
    waves = [Part(clock.today(), 25), Part(clock.today() + timedelta(days=3), 75)]
    release_id = planned(make, admin, edition_id, waves=waves)
    tried(make, admin, release_id)

    launch(make, admin, release_id)

    found = places(databases, release_id)
    assert sorted(row.state for row in found.values()) == ["moved", "waiting", "waiting", "waiting"]
    with databases.session(Login.MIGRATOR) as session:
        session.execute(text("UPDATE tenant.outbox SET next_at = now() WHERE done_at IS NULL"))
    drain(make)
    assert set(editions(databases, *(site.id for site in sites))) == {edition_id}


def test_a_site_that_would_lose_too_much_is_not_moved_and_stops_the_release(
    databases: Databases, make: Make, admin: Actor
) -> None:
    rooms = [scored(make, good(make, clock.today())) for _number in range(3)]
    release_id = planned(make, admin, next_edition(make), most_drop=Decimal("0.5"))
    tried(make, admin, release_id)

    launch(make, admin, release_id)

    assert set(editions(databases, *(room.site.id for room in rooms))) == {rooms[0].site.edition_id}
    release = release_of(databases, release_id)
    assert release.state == State.PAUSED
    assert release.stopped_why
    states = sorted(row.state for row in places(databases, release_id).values())
    assert states == ["failed", "waiting", "waiting"]
    with databases.session(Login.TENANT, rooms[0].site.id) as session:
        assert standard.waiting(session) is None, "who was not moved is told nothing"


def test_more_failures_than_allowed_stop_the_release(databases: Databases, make: Make, admin: Actor) -> None:
    sites = [make.site() for _number in range(5)]
    release_id = planned(make, admin, next_edition(make), most_failures=1)
    tried(make, admin, release_id)
    with databases.session(Login.MIGRATOR) as session:
        session.execute(update(Site).values(state="closed"))

    launch(make, admin, release_id)

    found = places(databases, release_id).values()
    assert sorted(row.state for row in found) == ["failed"] * 2 + ["waiting"] * 3
    assert release_of(databases, release_id).state == State.PAUSED
    assert set(editions(databases, *(site.id for site in sites))) == {sites[0].edition_id}


def test_a_pinned_site_is_passed_by_until_its_pin_ends(databases: Databases, make: Make, admin: Actor) -> None:
    held, free = make.site(), make.site()
    edition_id = next_edition(make)
    release_id = planned(make, admin, edition_id)
    tried(make, admin, release_id)
    with databases.session(Login.OVERSIGHT) as session:
        pins.pin(session, admin, held.id, reason="正在整改", until=clock.today())

    launch(make, admin, release_id)

    assert editions(databases, held.id, free.id) == [held.edition_id, edition_id]
    assert places(databases, release_id)[held.id].state == Reached.HELD
    with databases.session(Login.OVERSIGHT) as session:
        assert [row.id for row in listing.pinned(session, admin, clock.today())] == [held.id]
        pins.unpin(session, admin, held.id)
        running.resume(session, admin, release_id)
    drain(make)
    assert editions(databases, held.id) == [edition_id]


def test_a_pin_wants_a_day_to_come_and_holds_once(databases: Databases, make: Make, admin: Actor) -> None:
    site = make.site()
    with databases.session(Login.OVERSIGHT) as session, pytest.raises(Invalid):
        pins.pin(session, admin, site.id, reason="正在整改", until=clock.today() - timedelta(days=1))
    with databases.session(Login.OVERSIGHT) as session:
        pins.pin(session, admin, site.id, reason="正在整改", until=clock.today())
    with databases.session(Login.OVERSIGHT) as session, pytest.raises(Conflict):
        pins.pin(session, admin, site.id, reason="再固定", until=clock.today())


def test_a_wave_is_taken_back_with_its_answers_and_scores(databases: Databases, make: Make, admin: Actor) -> None:
    room = scored(make, good(make, clock.today()))
    other = make.site()
    run_id = answered(make, room.site, "weekly", "activities_held", "3")
    edition_id = next_edition(make)
    release_id = planned(make, admin, edition_id)
    tried(make, admin, release_id)
    launch(make, admin, release_id)

    with databases.session(Login.OVERSIGHT) as session:
        running.take_back(session, admin, release_id, wave=None, sites=[room.site.id])
    drain(make)

    assert editions(databases, room.site.id, other.id) == [room.site.edition_id, edition_id]
    assert places(databases, release_id)[room.site.id].state == Reached.BACK
    with databases.session(Login.TENANT, room.site.id) as session:
        sheet = checklists.sheet(session, run_id)
        assert sheet.definition.item("activities_held"), "a retired item is readable in old runs"
        told = standard.waiting(session)
        assert told is not None
        assert told.row.to_edition_id == room.site.edition_id


def test_a_site_that_went_on_since_is_not_taken_back(databases: Databases, make: Make, admin: Actor) -> None:
    site = make.site()
    second, third = next_edition(make), next_edition(make, stricter, 3)
    first_release = planned(make, admin, second)
    tried(make, admin, first_release)
    launch(make, admin, first_release)
    later = planned(make, admin, third)
    tried(make, admin, later)
    launch(make, admin, later)

    with databases.session(Login.OVERSIGHT) as session:
        operation = running.take_back(session, admin, first_release, wave=1, sites=[])
    drain(make)

    assert editions(databases, site.id) == [third]
    with databases.session(Login.OVERSIGHT) as session:
        item = session.scalar(select(OperationItem).where(OperationItem.operation_id == operation))
        assert item is not None
        assert item.state == "failed"
        assert item.error


@pytest.mark.parametrize(
    ("asked", "codes"),
    [
        ({"tiers": ["T3"]}, ["large"]),
        ({"age": "young"}, ["young"]),
        ({"codes": "small, young"}, ["small", "young"]),
        ({"region": "410311000000"}, ["large", "small", "young"]),
    ],
)
def test_sites_are_chosen_by_tier_age_region_or_hand(
    databases: Databases, make: Make, admin: Actor, asked: dict[str, Any], codes: list[str]
) -> None:
    make.site(code="small")
    make.site(code="large", tier="T3")
    make.site(code="young", operating_since=clock.today() - timedelta(days=30))
    make.site(code="far", ancestors=["440100000000", "440000000000", "000000000000"], operating_since=None)

    release_id = planned(make, admin, next_edition(make), asked=asked)

    with databases.session(Login.OVERSIGHT) as session:
        found = listing.list_page(session, admin, release_id, {})
    assert [row.code for row in found.rows] == codes


def test_the_sites_of_an_earlier_wave_are_chosen_again(databases: Databases, make: Make, admin: Actor) -> None:
    for _number in range(4):
        make.site()
    edition_id = next_edition(make)
    earlier = planned(make, admin, edition_id, 25, 75)

    again = planned(make, admin, edition_id, asked={"like": f"{earlier.hex}-1"})

    first = {site for site, row in places(databases, earlier).items() if row.wave == 1}
    assert set(places(databases, again)) == first
    assert len(first) == 1


def test_codes_that_are_no_sites_are_named(make: Make, admin: Actor) -> None:
    make.site(code="here")
    with pytest.raises(Invalid) as refused:
        planned(make, admin, next_edition(make), asked={"codes": "here nowhere"})
    assert "nowhere" in str(refused.value.fields["codes"][0])


@pytest.mark.parametrize("percents", [(50,), (60, 60), (50, 30)])
def test_waves_that_do_not_add_up_are_refused(make: Make, admin: Actor, percents: tuple[int, ...]) -> None:
    make.site()
    with pytest.raises(Invalid):
        planned(make, admin, next_edition(make), *percents)


@pytest.mark.parametrize(
    ("percents", "count", "sizes"), [((100,), 3, [3]), ((10, 90), 9, [1, 8]), ((5, 20, 75), 319, [16, 64, 239])]
)
def test_sites_are_shared_out(percents: tuple[int, ...], count: int, sizes: list[int]) -> None:
    shared = service.shares(percents, count)
    assert [shared.count(number) for number in range(1, len(percents) + 1)] == sizes


def test_the_release_of_another_institution_is_not_there(databases: Databases, make: Make, admin: Actor) -> None:
    make.site()
    release_id = planned(make, admin, next_edition(make))
    stranger = Actor(admin.account_id, "x", Role.INSTITUTION_ADMIN, institution_id=UUID(int=7))

    with databases.session(Login.OVERSIGHT) as session, pytest.raises(NotFound):
        service.get(session, stranger, release_id)
