"""One site is moved to a release's edition, or back, by rules that know nothing of jobs and pages."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.errors import Conflict, NotFound
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.operations import Operation
from huakai_platform.kernel.sites import WORKING, Site, SiteState
from huakai_platform.releases import moving, pins
from huakai_platform.releases.models import EditionPin, Reached, Release, ReleaseSite, State
from huakai_platform.releases.moving import Dropped, Held, Task
from huakai_platform.standards import pinned
from huakai_platform.standards.models import Edition
from tests.support.cleaner import Cleaner
from tests.support.make import Make
from tests.support.released import planned

OLD, NEW = uuid7(), uuid7()


def task(number: int = 1, target: int = 2, **changes: Any) -> Task:
    """A site on the first edition and its place in a release of the second; no row of it is kept."""
    release = Release(edition_id=NEW, state=changes.pop("running", State.RUNNING), most_drop=changes.pop("most", None))
    site = Site(id=uuid7(), edition_id=OLD, state=changes.pop("site", SiteState.OPEN), version=1)
    place = ReleaseSite(**({"state": Reached.WAITING, "error": "以前的原因", "confirmed_at": clock.now()} | changes))
    return Task(release, place, site, number, target, None)


@pytest.fixture
def unpinned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pins, "of", lambda _session, _site: None)


@pytest.mark.parametrize("state", list(SiteState))
@pytest.mark.usefixtures("unpinned")
def test_only_a_site_that_works_is_moved(state: SiteState) -> None:
    if state in WORKING:
        moving.admit(None, task(site=state))  # type: ignore[arg-type]
        return
    with pytest.raises(Conflict, match="站点没有开放"):
        moving.admit(None, task(site=state))  # type: ignore[arg-type]


@pytest.mark.parametrize("number", [2, 3])
@pytest.mark.usefixtures("unpinned")
def test_a_site_is_never_moved_to_what_it_has_or_had(number: int) -> None:
    with pytest.raises(Conflict, match=f"站点已经使用第 {number} 版"):
        moving.admit(None, task(number))  # type: ignore[arg-type]


def test_a_pinned_site_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pins, "of", lambda _session, _site: EditionPin(until=date(2026, 3, 1)))
    with pytest.raises(Held, match="站点固定在原版本，至 2026-03-01。"):
        moving.admit(None, task())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("most", "before", "after"),
    [
        (None, "90", "10"),
        ("5", None, "10"),
        ("5", "90", None),
        ("5", "90", "85"),
        ("5", "85", "90"),
        ("0", "85", "85"),
    ],
)
def test_a_move_is_written_down_with_its_scores(most: str | None, before: str | None, after: str | None) -> None:
    scores = [Decimal(score) if score else None for score in (before, after)]
    one = task(most=Decimal(most) if most else None)

    moving.moved(one, OLD, *scores)

    assert (one.place.state, one.place.from_edition_id) == (Reached.MOVED, OLD)
    assert [one.place.before, one.place.after] == scores
    assert (one.place.error, one.place.confirmed_at) == (None, None)
    assert one.place.moved_at


@pytest.mark.parametrize(("most", "after"), [("5", "84.99"), ("0", "89.99")])
def test_a_site_that_would_lose_too_much_is_dropped(most: str, after: str) -> None:
    one = task(most=Decimal(most))

    with pytest.raises(Dropped, match=f"得分将从 90 降到 {after}，超过允许的 {most} 分"):
        moving.moved(one, OLD, Decimal(90), Decimal(after))
    assert (one.place.state, one.place.moved_at) == (Reached.WAITING, None)


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("reached", list(Reached))
def test_a_site_is_reached_while_its_release_runs_and_it_waits_or_failed(state: State, reached: Reached) -> None:
    expected = state == State.RUNNING and reached in {Reached.WAITING, Reached.FAILED}
    assert moving.running(task(running=state, state=reached)) is expected


@dataclass(frozen=True)
class Released:
    """Two sites on the first edition, and a release of the second to both."""

    pools: Databases
    admin: Actor
    sites: tuple[Site, Site]
    edition_id: UUID
    release_id: UUID
    operation_id: UUID


@pytest.fixture(scope="module")
def released(pools: Databases, settings: Settings, cleaner: Cleaner) -> Iterator[Released]:
    make = Make(pools, settings)
    admin, sites = make.member(Role.INSTITUTION_ADMIN), (make.site(), make.site())
    edition = make.add(Edition(id=uuid7(), number=2, title={}, digest="2", published_at=clock.now()))
    release_id = planned(make, admin, edition.id, most_failures=1)
    about = {"kind": "release", "title": "发布", "total": 2, "params": {"release": str(release_id)}}
    operation = make.add(Operation(id=uuid7(), created_by=admin.account_id, created_at=clock.now(), **about))
    yield Released(pools, admin, sites, edition.id, release_id, operation.id)
    cleaner.clean()


class Undone(Exception):
    """Nothing of a test is kept."""


@pytest.fixture
def session(released: Released) -> Iterator[Session]:
    """Of the first site."""
    with suppress(Undone), released.pools.session(Login.WORKER, released.sites[0].id) as opened:
        yield opened
        raise Undone


@pytest.fixture
def taken(session: Session, released: Released) -> Task:
    return moving.take(session, released.operation_id, released.sites[0].id)


def place(session: Session, released: Released, site: int) -> ReleaseSite:
    return session.get_one(ReleaseSite, (released.release_id, released.sites[site].id))


def test_an_item_says_which_site_goes_where_and_for_whom(taken: Task, released: Released) -> None:
    assert (taken.site.id, taken.release.id) == (released.sites[0].id, released.release_id)
    assert (taken.place.state, taken.place.wave) == (Reached.WAITING, 1)
    assert (taken.number, taken.target, taken.asked_by) == (1, 2, released.admin.account_id)


@pytest.mark.parametrize(("operation", "site"), [(False, True), (True, False), (False, False)])
def test_an_item_of_nothing_is_not_found(session: Session, released: Released, operation: bool, site: bool) -> None:
    asked = released.operation_id if operation else uuid7(), released.sites[0].id if site else uuid7()
    with pytest.raises(NotFound, match="没有这次发布"):
        moving.take(session, *asked)


def test_a_pin_holds_the_site_until_it_is_taken_away(released: Released) -> None:
    site = released.sites[0].id

    def admit() -> None:
        with released.pools.session(Login.WORKER, site) as session:
            moving.admit(session, moving.take(session, released.operation_id, site))

    admit()
    with released.pools.session(Login.OVERSIGHT) as above:
        pins.pin(above, released.admin, site, reason="正在整改", until=clock.today())
    with pytest.raises(Held):
        admit()
    with released.pools.session(Login.OVERSIGHT) as above:
        pins.unpin(above, released.admin, site)
    admit()


def test_a_site_moves_and_comes_back(session: Session, released: Released, taken: Task) -> None:
    first, version = released.sites[0].edition_id, taken.site.version
    assert pinned.pinned(session).edition_id == first

    left = moving.move(session, taken)
    assert (left, taken.site.edition_id, taken.site.version) == (first, released.edition_id, version + 1)
    assert pinned.pinned(session).edition_id == released.edition_id, "the room is read anew"
    moving.moved(taken, left, None, None)

    assert moving.bring_back(session, taken) == released.edition_id
    assert (taken.site.edition_id, taken.site.version, taken.place.state) == (first, version + 2, Reached.BACK)
    assert pinned.pinned(session).edition_id == first


def test_a_site_that_was_not_moved_or_went_on_is_not_brought_back(
    session: Session, released: Released, taken: Task
) -> None:
    with pytest.raises(Conflict, match="站点后来又换过版本"):
        moving.bring_back(session, taken)
    moving.move(session, taken)
    with pytest.raises(Conflict, match="站点后来又换过版本"):
        moving.bring_back(session, taken)
    assert taken.site.edition_id == released.edition_id


@pytest.mark.parametrize(
    ("refused", "state", "other", "most", "too_many"),
    [
        (Conflict("没有开放"), Reached.FAILED, Reached.WAITING, 1, False),
        (Conflict("没有开放"), Reached.FAILED, Reached.FAILED, 1, True),
        (Conflict("没有开放"), Reached.FAILED, Reached.WAITING, 0, True),
        (Conflict("没有开放"), Reached.FAILED, Reached.FAILED, None, False),
        (Dropped("降得太多"), Reached.FAILED, Reached.WAITING, 1, False),
        (Held("固定"), Reached.HELD, Reached.WAITING, 0, False),
        (Held("固定"), Reached.HELD, Reached.FAILED, 1, False),
    ],
)
def test_failures_are_counted_and_pinned_sites_are_none(
    session: Session,
    released: Released,
    taken: Task,
    refused: Conflict,
    state: Reached,
    other: Reached,
    most: int | None,
    too_many: bool,
) -> None:
    place(session, released, 1).state = other
    bounded = replace(taken, release=Release(id=released.release_id, most_failures=most))

    assert moving.failed(session, bounded, refused) is too_many
    assert (taken.place.state, taken.place.error) == (state, refused.message)


def test_a_room_confirms_once_and_a_strange_release_never(session: Session, released: Released) -> None:
    moving.confirm(session, uuid7(), released.sites[0].id)
    moving.confirm(session, released.release_id, released.sites[0].id)
    said = place(session, released, 0).confirmed_at
    moving.confirm(session, released.release_id, released.sites[0].id)

    assert said
    assert place(session, released, 0).confirmed_at == said
    assert place(session, released, 1).confirmed_at is None
