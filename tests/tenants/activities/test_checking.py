"""What does not go together in an activity is said at its field, whatever page or program sent it."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.sites import Site
from huakai_tenants.activities import checking
from huakai_tenants.activities.catalogue import OWN, Catalogue
from huakai_tenants.activities.models import Activity, ActivityTotal
from tests.support.active import Active
from tests.support.cleaner import Cleaner
from tests.support.make import ANCESTORS, Make
from tests.support.staffed import Staffed

TODAY = clock.today()
MARCH = date(2026, 3, 5)
COUNTED = "2026-01-01 至 2026-01-31 已按汇总数上报，不能再登记单次活动，否则会重复计算"
LISTED = "请从列出的选项中选择"
OTHER_COUNTY = {"region_code": "410302001000", "ancestors": ["410302001000", "410302000000", *ANCESTORS[2:]]}
COUNTY_ITSELF = {"region_code": ANCESTORS[1], "ancestors": ANCESTORS[1:]}
KNOWN = Catalogue(
    venues={"community": {}, "school": {}},
    programmes={"lessons": {}, "visits": {}},
    themes={"square_clinic": {}},
    flowers={"lotus": {}},
    forms={"lecture": {}, "clinic": {}},
    audiences={"residents": {}, "elderly": {}},
    venue_of={"lessons": "school"},
    months={},
)


def given(**changes: Any) -> dict[str, Any]:
    """The values of every field of a held activity with which nothing is wrong."""
    values: dict[str, Any] = {
        "title": "广场义诊", "held_on": MARCH, "starts_at": None, "ends_at": None, "state": "held", "direction": "out",
        "venue": "community", "form": "clinic", "theme": None, "programme": None, "audiences": ["residents"],
        "flowers": [], "facilitators": [], "sessions": 2, "attendances": 120, "people": 100, "leads": None,
        "reported_with": None, "counted": True,
    }  # fmt: skip
    return values | changes


def planned(**changes: Any) -> dict[str, Any]:
    nothing = dict.fromkeys(checking.NUMBERS)
    return given(state="planned", held_on=TODAY + timedelta(days=9), **(nothing | changes))


@pytest.mark.parametrize(
    ("values", "faults"),
    [
        (given(), {}),
        (given(starts_at="09:00", ends_at="09:01"), {}),
        (given(starts_at="09:00", ends_at="09:00"), {"ends_at": ["应晚于开始时间"]}),
        (given(starts_at="10:00", ends_at="09:00"), {"ends_at": ["应晚于开始时间"]}),
        (given(starts_at="10:00"), {}),
        (given(ends_at="09:00"), {}),
        (planned(), {}),
        (planned(leads=5), {}),
        (planned(starts_at="10:00", ends_at="09:00"), {"ends_at": ["应晚于开始时间"]}),
        (planned(people=0), {"people": ["还没有举办，不填数字"]}),
        (
            planned(sessions=1, attendances=2),
            {"sessions": ["还没有举办，不填数字"], "attendances": ["还没有举办，不填数字"]},
        ),
        (given(held_on=TODAY), {}),
        (given(held_on=TODAY + timedelta(days=1)), {"held_on": ["已举办的活动不能晚于今天"]}),
        (given(sessions=None), {"sessions": ["请填写场次"]}),
        (given(sessions=0), {"sessions": ["请填写场次"]}),
        (given(attendances=None, people=None), {"attendances": ["人次和人数至少填写一项"]}),
        (given(attendances=None), {}),
        (given(people=None), {}),
        (given(attendances=0, people=None), {}),
        (given(people=120), {}),
        (given(people=121), {"people": ["人数不能多于人次"]}),
        (given(leads=120), {}),
        (given(leads=121), {"leads": ["不能多于参加的人"]}),
        (given(leads=100, attendances=None), {}),
        (given(leads=101, attendances=None), {"leads": ["不能多于参加的人"]}),
        (
            given(leads=1, attendances=None, people=None),
            {"attendances": ["人次和人数至少填写一项"], "leads": ["不能多于参加的人"]},
        ),
        (given(leads=0, attendances=0, people=None), {}),
    ],
)
def test_its_numbers_and_times_agree(values: Mapping[str, Any], faults: dict[str, list[str]]) -> None:
    assert checking.plain(KNOWN, values, None) == faults


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"theme": "square_clinic"}, {}),
        ({"theme": OWN}, {}),
        ({"flowers": ["lotus"], "programme": "visits"}, {}),
        ({"audiences": []}, {}),
        ({"venue": "moon"}, {"venue": [LISTED]}),
        ({"programme": "moon"}, {"programme": [LISTED]}),
        ({"form": "moon"}, {"form": [LISTED]}),
        ({"theme": "moon"}, {"theme": [LISTED]}),
        ({"audiences": ["residents", "moon"]}, {"audiences": [LISTED]}),
        ({"flowers": ["moon"]}, {"flowers": [LISTED]}),
    ],
)
def test_what_is_chosen_is_in_the_edition(changes: dict[str, Any], faults: dict[str, list[str]]) -> None:
    assert checking.plain(KNOWN, given(**changes), None) == faults


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"form": "gone", "audiences": ["residents", "gone"], "flowers": ["gone"]}, {}),
        ({"form": "other", "audiences": ["other"], "flowers": []}, {"form": [LISTED], "audiences": [LISTED]}),
        ({"theme": "gone"}, {"theme": [LISTED]}),
    ],
)
def test_a_code_that_the_edition_dropped_may_stay_where_it_stands(
    changes: dict[str, Any], faults: dict[str, list[str]]
) -> None:
    row = Activity(venue="community", form="gone", audiences=["gone"], flowers=["gone"], theme=None, programme=None)
    assert checking.plain(KNOWN, given(**changes), row) == faults


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"direction": "in", "venue": None}, {}),
        ({"venue": None}, {"venue": ["走出去的活动请选择进了哪里"]}),
        ({"programme": "lessons", "venue": "school"}, {}),
        ({"programme": "lessons"}, {"programme": ["这个项目不是为这类单位开设的"]}),
        ({"programme": "visits", "venue": "school"}, {}),
        ({"programme": "lessons", "direction": "in", "venue": None}, {}),
    ],
)
def test_a_place_goes_with_the_direction_and_the_programme(
    changes: dict[str, Any], faults: dict[str, list[str]]
) -> None:
    assert checking.plain(KNOWN, given(**changes), None) == faults


@pytest.mark.parametrize(
    ("changes", "state", "faults"),
    [
        ({}, None, {}),
        ({"held_on": TODAY}, "held", {}),
        ({"people": 121}, None, {"people": ["人数不能多于人次"]}),
        ({}, "cancelled", {"title": ["这次活动已经取消，请先恢复。"]}),
        ({"state": "cancelled"}, None, {"state": ["取消活动请在活动页面进行。"]}),
        ({"state": "cancelled"}, "held", {"state": ["取消活动请在活动页面进行。"]}),
        ({"state": "cancelled"}, "cancelled", {"title": ["这次活动已经取消，请先恢复。"]}),
        ({"held_on": date(2026, 1, 1)}, None, {"held_on": [COUNTED]}),
        ({"held_on": date(2026, 1, 31)}, "held", {"held_on": [COUNTED]}),
        ({"held_on": date(2026, 2, 1)}, None, {}),
        ({"held_on": date(2026, 1, 9), "counted": False}, None, {}),
    ],
)
def test_a_row_of_a_sheet_is_held_against_its_activity_and_the_totals(
    changes: dict[str, Any], state: str | None, faults: dict[str, list[str]]
) -> None:
    row = Activity(state=state, venue="community", form="clinic", audiences=[], flowers=[]) if state else None
    past = ActivityTotal(from_on=date(2026, 1, 1), to_on=date(2026, 1, 31))

    assert checking.of_row(KNOWN, given(**changes), row, [past]) == faults


def test_a_planned_activity_of_a_counted_day_is_no_fault() -> None:
    past = ActivityTotal(from_on=TODAY, to_on=TODAY + timedelta(days=30))
    assert checking.of_row(KNOWN, planned(), None, [past]) == {}


@dataclass(frozen=True)
class Around:
    """A room with somebody of its staff, an activity in March, a total of January, and other sites near and far."""

    pools: Databases
    site: Site
    centre: Site
    elsewhere: Site
    whole_county: Site
    colleague: UUID
    stranger: UUID
    activity: Activity
    total: ActivityTotal


@pytest.fixture(scope="module")
def around(pools: Databases, settings: Settings, cleaner: Cleaner) -> Iterator[Around]:
    make = Make(pools, settings)
    site, centre = make.site(), make.site(kind="center", tier="T3")
    elsewhere, whole_county = make.site(**OTHER_COUNTY), make.site(**COUNTY_ITSELF)
    make.site(state="closed")
    active = Active(make, site)
    yield Around(
        pools,
        site,
        centre,
        elsewhere,
        whole_county,
        Staffed(make, site).member("S1", "counsellor").id,
        Staffed(make, centre).member("S1", "counsellor").id,
        active.activity(MARCH, title="广场义诊"),
        active.total(date(2026, 1, 1), to_on=date(2026, 1, 31)),
    )
    cleaner.clean()


class Undone(Exception):
    """Nothing of a test is kept."""


@pytest.fixture
def session(around: Around) -> Iterator[Session]:
    with suppress(Undone), around.pools.session(Login.TENANT, around.site.id) as opened:
        yield opened
        raise Undone


def test_a_sound_activity_has_no_faults(session: Session) -> None:
    assert checking.wrong(session, KNOWN, given(title="另一场")) == {}


def test_every_rule_speaks_and_a_field_may_have_two_faults(session: Session) -> None:
    values = given(venue="moon", programme="moon", form="moon", sessions=0, facilitators=[str(uuid7())], counted=False)

    assert checking.wrong(session, KNOWN, values | {"programme": "lessons"}) == {
        "sessions": ["请填写场次"],
        "venue": [LISTED],
        "form": [LISTED],
        "programme": ["这个项目不是为这类单位开设的"],
        "facilitators": [LISTED],
        "reported_with": ["请选择上报数字的站点"],
        "title": ["当天已经登记了同名的活动；同一活动办几场，请填写场次"],
    }
    late = given(title="x", held_on=TODAY + timedelta(days=1))
    session.add(_total(late["held_on"]))
    session.flush()
    assert len(checking.wrong(session, KNOWN, late)["held_on"]) == 2


def test_who_leads_it_is_of_the_rooms_staff_or_was_named_before(session: Session, around: Around) -> None:
    def faults(who: UUID, row: Activity | None = None) -> list[str] | None:
        values = given(title="另一场", facilitators=[str(who), str(around.colleague)])
        return checking.wrong(session, KNOWN, values, row).get("facilitators")

    assert faults(around.colleague) is None
    assert faults(around.stranger) == [LISTED]
    former = Activity(id=uuid7(), facilitators=[str(around.stranger)], audiences=[], flowers=[])
    assert faults(around.stranger, former) is None


def test_it_is_reported_by_this_room_or_a_site_of_the_same_county(session: Session, around: Around) -> None:
    def faults(site: UUID | None, counted: bool) -> list[str] | None:
        values = given(title="另一场", reported_with=site, counted=counted)
        return checking.wrong(session, KNOWN, values).get("reported_with")

    assert faults(None, True) is None
    assert faults(None, False) == ["请选择上报数字的站点"]
    assert faults(around.centre.id, False) is None
    assert faults(around.whole_county.id, True) is None
    assert faults(around.elsewhere.id, True) == [LISTED]
    assert faults(around.site.id, True) == [LISTED]


def test_one_title_a_day_is_one_activity(session: Session, around: Around) -> None:
    said = ["当天已经登记了同名的活动；同一活动办几场，请填写场次"]
    other = Activity(id=uuid7(), facilitators=[], audiences=[], flowers=[])

    assert checking.wrong(session, KNOWN, given())["title"] == said
    assert checking.wrong(session, KNOWN, given(), other)["title"] == said
    assert checking.wrong(session, KNOWN, given(), around.activity) == {}
    assert checking.wrong(session, KNOWN, given(held_on=MARCH + timedelta(days=1))) == {}


@pytest.mark.parametrize(
    ("changes", "free"),
    [
        ({"held_on": date(2025, 12, 31)}, True),
        ({"held_on": date(2026, 1, 1)}, False),
        ({"held_on": date(2026, 1, 31)}, False),
        ({"held_on": date(2026, 2, 1)}, True),
        ({"held_on": date(2026, 1, 9), "counted": False}, True),
        ({"held_on": date(2026, 1, 9), "state": "planned"}, True),
    ],
)
def test_what_a_total_has_counted_is_not_counted_again(
    session: Session, around: Around, changes: dict[str, Any], free: bool
) -> None:
    faults = checking.wrong(session, KNOWN, given(reported_with=around.centre.id, title="另一场", **changes))

    assert faults.get("held_on") == (None if free else [COUNTED])


def test_a_total_is_found_by_any_day_of_its_period(session: Session, around: Around) -> None:
    found = checking.total_over(session, date(2026, 1, 15))
    assert found
    assert (found.id, checking.total_over(session, MARCH)) == (around.total.id, None)


@pytest.mark.parametrize(
    ("whose", "near"),
    [
        ("site", ["centre", "whole_county"]),
        ("whole_county", ["centre", "site"]),
        ("elsewhere", []),
    ],
)
def test_neighbours_are_the_open_sites_of_the_same_county(around: Around, whose: str, near: list[str]) -> None:
    with around.pools.session(Login.TENANT, getattr(around, whose).id) as session:
        assert [one.id for one in checking.neighbours(session)] == [getattr(around, name).id for name in near]


def test_no_room_has_no_neighbours(around: Around) -> None:
    with around.pools.session(Login.TENANT, uuid7()) as session:
        assert checking.neighbours(session) == []


def test_the_lock_is_the_rooms_own_and_ends_with_the_transaction(around: Around) -> None:
    free = text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": around.site.id.int % 2**63}
    with around.pools.session(Login.TENANT, around.site.id) as session:
        checking.period_lock(session)
        with around.pools.session(Login.TENANT, around.site.id) as beside:
            assert beside.execute(*free).scalar_one() is False
        with around.pools.session(Login.TENANT, around.centre.id) as beside:
            checking.period_lock(beside)
    with around.pools.session(Login.TENANT, around.site.id) as session:
        assert session.execute(*free).scalar_one() is True


def _total(day: date) -> ActivityTotal:
    return ActivityTotal(
        id=uuid7(), from_on=day, to_on=day, sessions=1, estimated=False, sites=1, source="summary",
        recorded_by=uuid7(), recorded_at=clock.now(),
    )  # fmt: skip
