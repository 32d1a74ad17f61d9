"""A release at one site: tried without writing, moved whole or not at all, taken back, stopped by its conditions."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from huakai_platform.compliance.models import ComplianceStanding
from huakai_platform.drift.models import DriftStanding
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.audit import AuditEntry
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.notices import Notice
from huakai_platform.kernel.operations import ItemState, Operation, OperationItem
from huakai_platform.kernel.sites import Site, SiteState
from huakai_platform.kernel.tenancy import PLATFORM
from huakai_platform.releases import pins
from huakai_platform.releases.models import Reached, Release, ReleaseSite, State, Wave
from huakai_platform.releases.trials import Trial
from huakai_tenants.standard.models import EditionChange
from huakai_worker.jobs import releases
from huakai_worker.scope import Work
from tests.support.cleaner import Cleaner
from tests.support.make import Make
from tests.support.released import next_edition, planned

Job = Callable[..., None]


@dataclass(frozen=True)
class Country:
    """An institution with two editions; every test releases the second to a site of its own."""

    make: Make
    admin: Actor
    edition_id: UUID

    def one(self, **changes: Any) -> "One":
        """A release that runs, to one site, with the operation that asks for it; `changes` are the release's."""
        about = {name: changes.pop(name) for name in ("state", "launched_by") if name in changes}
        site = self.make.site(**changes.pop("site", {}))
        release_id = planned(self.make, self.admin, self.edition_id, asked={"codes": site.code}, **changes)
        values = {"state": State.RUNNING, "launched_by": self.admin.account_id} | about
        with self.make.databases.session(Login.MIGRATOR) as session:
            session.execute(update(Release).where(Release.id == release_id).values(**values))
        operation = Operation(
            id=uuid7(), kind="release", title="发布", total=1, params={"release": str(release_id)},
            created_by=self.admin.account_id, created_at=clock.now(),
        )  # fmt: skip
        self.make.add(operation)
        self.make.add(OperationItem(operation_id=operation.id, position=1, site_id=site.id, label=site.name))
        with self.make.databases.session(Login.MIGRATOR) as session:
            session.execute(update(Wave).where(Wave.release_id == release_id).values(operation_id=operation.id))
        return One(self, site, release_id, operation.id)


@dataclass(frozen=True)
class One:
    country: Country
    site: Site
    release_id: UUID
    operation_id: UUID

    @property
    def databases(self) -> Databases:
        return self.country.make.databases

    def do(self, job: Job, **asked: str) -> None:
        """A job as the dispatcher does it."""
        about = asked or {"operation_id": str(self.operation_id), "site_id": str(self.site.id)}
        with self.databases.session(Login.WORKER, self.site.id) as session:
            job(Work(session, self.databases, self.country.make.settings, self.site.id, uuid7()), **about)

    def set(self, model: type[Any], *where: Any, **values: Any) -> None:
        with self.databases.session(Login.MIGRATOR, self.site.id) as session:
            session.execute(update(model).where(*where).values(**values))

    def place_is(self, **values: Any) -> None:
        self.set(ReleaseSite, ReleaseSite.release_id == self.release_id, **values)

    def known(self, percent: str, grade: str = "excellent") -> None:
        """The score that the site is known to have."""
        row = ComplianceStanding(
            tenant_id=self.site.id, region_code=self.site.region_code, edition_id=self.site.edition_id,
            as_of=clock.today(), age_set="new", points=Decimal(percent), possible=Decimal(100),
            percent=Decimal(percent), grade=grade, capped=False, failed_core=[], risk=0, risks={},
            computed_at=clock.now(),
        )  # fmt: skip
        self.country.make.add(row, self.site.id)

    @property
    def place(self) -> ReleaseSite:
        with self.databases.session(Login.OVERSIGHT) as session:
            return session.get_one(ReleaseSite, (self.release_id, self.site.id))

    @property
    def release(self) -> Release:
        with self.databases.session(Login.OVERSIGHT) as session:
            return session.get_one(Release, self.release_id)

    @property
    def item(self) -> tuple[str, str | None]:
        """State and fault of the operation's item."""
        with self.databases.session(Login.OVERSIGHT) as session:
            found = session.get_one(OperationItem, (self.operation_id, 1))
            return found.state, found.error

    @property
    def edition_id(self) -> UUID | None:
        with self.databases.session(Login.OVERSIGHT) as session:
            return session.get_one(Site, self.site.id).edition_id

    def rows(self, model: type[Any], tenant_id: UUID | None = None) -> list[Any]:
        """What stands in a table of the site's, or of another tenant."""
        with self.databases.session(Login.MIGRATOR, tenant_id or self.site.id) as session:
            return list(session.scalars(select(model).where(model.tenant_id == (tenant_id or self.site.id))))

    def deeds(self) -> list[str]:
        return [one.deed for one in self.rows(AuditEntry)]


@pytest.fixture(scope="module")
def country(pools: Databases, settings: Settings, cleaner: Cleaner) -> Iterator[Country]:
    make = Make(pools, settings)
    yield Country(make, make.member(Role.INSTITUTION_ADMIN), next_edition(make))
    cleaner.clean()


def trial(one: One) -> Trial:
    return Trial.of(one.place.trial or {})


def test_a_trial_says_what_would_change_and_leaves_the_site(country: Country) -> None:
    one = country.one(state=State.PLANNED)
    one.known("92.50")
    one.do(releases.attempt)

    found = trial(one)
    assert found.changes == {"added": 1, "retired": 1, "tightened": 2, "loosened": 0, "changed": 0, "reworded": 0}
    assert (found.before, found.grade_before) == ("92.50", "excellent")
    assert found.after
    assert found.drop == Decimal("92.50") - Decimal(found.after)
    assert found.grade_after
    assert (one.edition_id, one.place.state, one.item) == (one.site.edition_id, Reached.WAITING, (ItemState.DONE, None))
    assert (one.rows(EditionChange), one.deeds()) == ([], [])


@pytest.mark.parametrize(
    ("since", "after"), [(clock.today() - timedelta(days=9), True), (None, True), (clock.today() + timedelta(9), False)]
)
def test_a_trial_scores_whoever_operates(country: Country, since: Any, after: bool) -> None:
    one = country.one(site={"operating_since": since})
    one.do(releases.attempt)

    found = trial(one)
    assert (found.before, found.grade_before) == (None, None)
    assert (found.after is not None, found.grade_after is not None) == (after, after)


def test_a_trial_says_why_a_site_would_not_be_moved_and_still_what_it_would_do(country: Country) -> None:
    one = country.one(site={"state": SiteState.SUSPENDED})
    with country.make.databases.session(Login.OVERSIGHT) as session:
        pins.pin(session, country.admin, one.site.id, reason="正在整改", until=clock.today())
    one.do(releases.attempt)

    assert one.item == (ItemState.FAILED, f"站点固定在原版本，至 {clock.today().isoformat()}。")
    assert trial(one).changes["added"] == 1


def test_a_site_is_moved_told_and_scored_anew(country: Country) -> None:
    one = country.one()
    one.known("92.50")
    one.do(releases.reach)

    assert one.edition_id == country.edition_id
    place = one.place
    assert (place.state, place.from_edition_id, place.before) == (Reached.MOVED, one.site.edition_id, Decimal("92.50"))
    standing = one.rows(ComplianceStanding)[0]
    assert (standing.edition_id, standing.percent) == (country.edition_id, place.after)
    assert one.rows(DriftStanding)
    told = one.rows(EditionChange)[0]
    assert (told.release, told.from_edition_id, told.to_edition_id, told.note) == (
        one.release_id,
        one.site.edition_id,
        country.edition_id,
        "请延长开放时间。",
    )
    assert (one.item, one.deeds()) == ((ItemState.DONE, None), ["editions.moved"])


def test_a_site_that_was_moved_already_is_done_again_without_a_trace(country: Country) -> None:
    one = country.one()
    one.do(releases.reach)
    one.set(OperationItem, OperationItem.operation_id == one.operation_id, state=ItemState.WAITING)
    one.do(releases.reach)

    assert (one.item, one.deeds()) == ((ItemState.DONE, None), ["editions.moved"])
    assert len(one.rows(EditionChange)) == 1


@pytest.mark.parametrize(
    ("state", "reached"),
    [(State.PAUSED, Reached.WAITING), (State.ENDED, Reached.FAILED), (State.RUNNING, Reached.BACK)],
)
def test_a_release_that_stands_still_reaches_nobody(country: Country, state: State, reached: Reached) -> None:
    one = country.one(state=state)
    one.place_is(state=reached)
    one.do(releases.reach)

    assert one.item == (ItemState.FAILED, "发布已暂停或结束，站点没有更换版本。")
    assert (one.edition_id, one.place.state) == (one.site.edition_id, reached)


@pytest.mark.parametrize(("most", "state"), [(None, State.RUNNING), (1, State.RUNNING), (0, State.PAUSED)])
def test_a_site_that_cannot_be_moved_says_why_and_one_failure_too_many_stops_the_release(
    country: Country, most: int | None, state: State
) -> None:
    one = country.one(most_failures=most)
    one.set(Site, Site.id == one.site.id, state=SiteState.CLOSED)
    one.do(releases.reach)

    assert (one.place.state, one.place.error) == (Reached.FAILED, "站点没有开放，不采用标准。")
    assert one.item == (ItemState.FAILED, "站点没有开放，不采用标准。")
    assert one.release.state == state
    assert one.release.stopped_why == (None if state == State.RUNNING else "失败的站点超过 0 个，已自动暂停。")
    assert (one.edition_id, one.deeds()) == (one.site.edition_id, [])


def test_a_pinned_site_is_held_and_stops_nothing(country: Country) -> None:
    one = country.one(most_failures=0)
    with country.make.databases.session(Login.OVERSIGHT) as session:
        pins.pin(session, country.admin, one.site.id, reason="正在整改", until=clock.today())
    one.do(releases.reach)

    assert (one.place.state, one.release.state, one.item[0]) == (Reached.HELD, State.RUNNING, ItemState.FAILED)


def test_a_site_that_would_lose_too_much_is_left_whole_and_stops_the_release(country: Country) -> None:
    one = country.one(most_drop=Decimal("0.5"), title="春天")
    one.known("100.00")
    one.do(releases.reach)

    place, release = one.place, one.release
    assert (one.edition_id, place.state, place.from_edition_id) == (one.site.edition_id, Reached.FAILED, None)
    assert place.error
    assert "超过允许的 0.50 分，没有更换。" in place.error
    assert one.item == (ItemState.FAILED, place.error)
    assert [one.percent for one in one.rows(ComplianceStanding)] == [Decimal("100.00")]
    assert (one.rows(EditionChange), one.deeds()) == ([], [])
    assert (release.state, release.stopped_why) == (State.PAUSED, "有站点得分下降超过 0.50 分，已自动暂停。")
    told = [each for each in one.rows(Notice, PLATFORM) if each.href == f"/console/releases/{one.release_id}"]
    assert [(each.account_id, each.kind, each.text) for each in told] == [
        (country.admin.account_id, "release", "发布“春天”：有站点得分下降超过 0.50 分，已自动暂停。")
    ]
    stops = [each.object for each in one.rows(AuditEntry, PLATFORM) if each.deed == "releases.stopped"]
    assert str(one.release_id) in stops


@pytest.mark.parametrize("changes", [{"launched_by": None}, {"state": State.PAUSED}])
def test_a_release_stops_once_and_tells_whoever_launched_it(country: Country, changes: dict[str, Any]) -> None:
    one = country.one(most_failures=0, **changes)
    one.do(releases.give_up)

    told = [each for each in one.rows(Notice, PLATFORM) if each.href == f"/console/releases/{one.release_id}"]
    assert (told, one.release.state) == ([], State.PAUSED)
    assert bool(one.release.stopped_why) is ("state" not in changes)


def test_a_site_that_never_answered_counts_among_the_failures(country: Country) -> None:
    one, why = country.one(), "系统多次尝试仍未成功，请在“运行状态”中查看原因后重新发送。"
    one.do(releases.give_up)

    assert (one.place.state, one.place.error, one.item) == (Reached.FAILED, why, (ItemState.FAILED, why))
    assert one.release.state == State.RUNNING


def test_a_site_comes_back_is_told_and_scored_anew_once(country: Country) -> None:
    one = country.one()
    one.do(releases.reach)
    one.do(releases.bring_back)
    one.do(releases.bring_back)

    assert (one.edition_id, one.place.state) == (one.site.edition_id, Reached.BACK)
    assert one.rows(ComplianceStanding)[0].edition_id == one.site.edition_id
    told = one.rows(EditionChange)
    assert {(each.from_edition_id, each.to_edition_id) for each in told} >= {(country.edition_id, one.site.edition_id)}
    assert (one.item, sorted(one.deeds())) == ((ItemState.DONE, None), ["editions.moved", "editions.taken_back"])


def test_a_site_that_went_on_is_not_brought_back(country: Country) -> None:
    one = country.one()
    one.do(releases.bring_back)

    assert one.item == (ItemState.FAILED, "站点后来又换过版本，不能撤回这一次。")
    assert (one.place.state, one.deeds()) == (Reached.WAITING, [])


def test_a_rooms_word_reaches_its_release(country: Country) -> None:
    one = country.one()
    one.do(releases.confirmed, release_id=str(one.release_id))
    assert one.place.confirmed_at
