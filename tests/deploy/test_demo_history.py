"""The demonstration's rooms have a year behind them: whole, countable, the same every time, written once."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from huakai_deploy import demo
from huakai_deploy.cli import main
from huakai_deploy.demo_history import numbers, people, photos
from huakai_deploy.demo_history.rooms import LONGEST, SHORTEST, Place, opened_on
from huakai_deploy.demo_history.sheets import Stock
from huakai_deploy.local import Urls
from huakai_platform import forms
from huakai_platform.kernel import clock, i18n
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.ids import uuid7
from huakai_platform.regions import importing as regions
from huakai_platform.standards import service as standards
from huakai_platform.standards.models import Edition
from huakai_tenants.checklists import schedule
from huakai_worker import dispatcher
from tests.support import servers

Seed = Callable[..., None]
SITES = 2
TABLES = (
    "tenant.staff_member",
    "tenant.activity",
    "tenant.activity_plan",
    "oversight.region_total",
    "tenant.training_record",
    "tenant.qualification",
    "tenant.checklist_run",
    "tenant.checklist_answer",
    "tenant.attachment",
    "tenant.open_point",
    "tenant.point_entry",
    "tenant.audit_entry",
    "tenant.notice",
    "oversight.site_fact",
    "oversight.figure_release",
    "oversight.assessment",
    "platform.oversight_visit",
    "platform.operation",
    "platform.proposal",
    "platform.waiver",
    "tenant.variation",
)
TODAY_AT_THE_OWN_SITE = """
    SELECT count(*), count(completed_at) FROM tenant.checklist_run
    WHERE code = 'daily' AND due_on >= CAST(:today AS date) AND tenant_id = (
        SELECT site_id FROM platform.membership m JOIN platform.account a ON a.id = m.account_id
        WHERE a.login_name = 'head')
"""
ACTIVITIES_OF_2019 = """
    SELECT sum((metrics ->> 'activity_sessions')::int), sum((metrics ->> 'activity_people')::int),
           sum((metrics ->> 'activity_sessions_out')::int), sum((metrics ->> 'activity_people_out')::int),
           sum((metrics ->> 'activity_sessions_in')::int), sum((metrics ->> 'activity_people_in')::int),
           sum((metrics ->> 'activity_themes_held')::int)
    FROM oversight.region_rollup WHERE region_code = '000000000000' AND month BETWEEN '2019-01-01' AND '2019-12-01'
"""
ESTIMATED_2019 = """
    SELECT sum((metrics ->> 'activity_people_estimated')::int) FROM oversight.region_rollup
    WHERE region_code = '000000000000' AND month BETWEEN '2019-01-01' AND '2019-12-01'
"""
TOTALS = """
    SELECT sum((metrics ->> 'activity_total_sessions')::int), sum((metrics ->> 'activity_total_attendances')::int)
    FROM oversight.region_rollup WHERE region_code = '000000000000'
"""
REGISTERS_OF_2019 = """
    SELECT sum((metrics ->> 'reg_visitors_visits')::int), sum((metrics ->> 'reg_leaflets_copies')::int),
           sum((metrics ->> 'reg_leaflets_estimated')::int), sum((metrics ->> 'reg_front_desk_walk_ins')::int),
           sum((metrics ->> 'reg_front_desk_consulted')::int), sum((metrics ->> 'reg_partners_partners')::int),
           sum((metrics ->> 'reg_partners_role_university')::int), sum((metrics ->> 'reg_partners_role_agency')::int),
           sum((metrics ->> 'reg_partners_role_community')::int), sum((metrics ->> 'reg_partners_actor_residents')::int)
    FROM oversight.region_rollup WHERE region_code = '000000000000'
"""
OF_THE_INSTITUTION = """
    SELECT register, count(*)::int,
           sum((answers #>> '{items,centres}')::numeric)::int, sum((answers #>> '{items,spent}')::numeric)::int,
           sum((answers #>> '{items,local}')::numeric)::int, sum((answers #>> '{items,migrant}')::numeric)::int,
           sum((answers #>> '{items,overseas}')::numeric)::int,
           sum(jsonb_array_length(answers #> '{rows,handling}'))::int
    FROM platform.institution_entry GROUP BY register ORDER BY register
"""
"""The figures of the seeds, as the country's rollup has them: F18, F19, F14 and F95."""
ENDING = """
    SELECT expires_on - CAST(:today AS date) FROM tenant.training_record
    WHERE expires_on IS NOT NULL
"""


@pytest.fixture
def seed(databases: Databases, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Seed:
    """A start of the demonstration, with the worker's part done in between and after it."""

    def work(*_asked: object) -> None:
        dispatcher.drain(databases, settings)
        numbers.sum_up(databases)

    def start(sites: int = SITES) -> None:
        demo.seed(databases, settings, sites=sites, password="x" * 20)
        work()

    monkeypatch.setattr(demo, "_wait", work)
    return start


def asked(databases: Databases, statement: str) -> list[Any]:
    with databases.engine(Login.MIGRATOR).connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement), {"today": clock.today()})]


def counted(databases: Databases) -> dict[str, int]:
    return {name: asked(databases, f"SELECT count(*) FROM {name}")[0][0] for name in TABLES}


def huakai(urls: Urls, monkeypatch: pytest.MonkeyPatch, *words: str) -> Result:
    monkeypatch.setattr(i18n, "translate", i18n.translate)
    return CliRunner().invoke(main, [*words], env=servers.environment(urls))


def test_a_first_start_tells_a_whole_story_and_a_second_adds_nothing(
    seed: Seed, databases: Databases, urls: Urls, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed()

    first = counted(databases)
    assert all(first.values()), first
    states = dict(asked(databases, "SELECT state, count(*) FROM tenant.open_point GROUP BY state"))
    assert set(states) == {"open", "fixed", "closed"}
    assert asked(databases, "SELECT 1 FROM tenant.open_point WHERE state = 'open' AND due_on < :today LIMIT 1")
    recent = "SELECT DISTINCT month FROM oversight.site_fact WHERE month >= '2020-01-01'"
    assert len(asked(databases, recent)) == numbers.MONTHS
    assert asked(databases, "SELECT count(*) FROM platform.site WHERE opened_at >= created_at") == [(0,)]
    assert asked(databases, "SELECT count(*) FROM confidential.staff_contact") == [(0,)]

    assert asked(databases, ACTIVITIES_OF_2019) == [(72, 5_531, 43, 5_000, 29, 531, 12)]
    assert asked(databases, ESTIMATED_2019) == [(5_000,)]
    assert asked(databases, TOTALS) == [(24_575, 1_269_301)]
    assert asked(databases, REGISTERS_OF_2019) == [(302, 15_000, 15_000, 800, 160, 6, 1, 1, 4, 1)]
    assert asked(databases, OF_THE_INSTITUTION) == [
        ("benchmarks", 3, None, None, None, None, None, None),
        ("budgets", 3, 55, 120_000_000, None, None, None, None),
        ("contracts", 1, None, None, None, None, None, None),
        ("policies", 4, None, None, None, None, None, None),
        ("profiles", 1, None, None, 2_000_000, 6_000_000, 800_000, None),
        ("proposals", 1, None, None, None, None, None, 2),
    ]

    whole = huakai(urls, monkeypatch, "audit", "verify", "--all")
    assert whole.exit_code == 0, whole.output
    for back in range(numbers.MONTHS):
        month = clock.months_on(clock.month(clock.today()), -back)
        right = huakai(urls, monkeypatch, "facts", "check", "--month", f"{month:%Y-%m}")
        assert right.exit_code == 0, right.output

    seed()
    assert counted(databases) == first

    assert asked(databases, TODAY_AT_THE_OWN_SITE) == [(1, 0)]
    left = {days for (days,) in asked(databases, ENDING)}
    assert left >= set(people.SOON), "something ends at every stage of which people are told"


def test_a_start_that_was_cut_goes_on_and_writes_nothing_twice(
    seed: Seed, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    count, seen = numbers.count, []

    def cut(session: Any, place: Place, today: date) -> None:
        seen.append(place.code)
        if len(seen) == 2:
            raise RuntimeError("the machine was switched off")
        count(session, place, today)

    monkeypatch.setattr(numbers, "count", cut)
    with pytest.raises(RuntimeError):
        seed()
    monkeypatch.setattr(numbers, "count", count)
    seed()

    twice = "SELECT 1 FROM tenant.staff_member GROUP BY tenant_id, post, name, joined_on HAVING count(*) > 1"
    assert asked(databases, twice) == []
    told = "SELECT count(DISTINCT tenant_id) FROM tenant.checklist_run WHERE due_on < current_date - 40"
    assert asked(databases, told) == [(SITES,)]
    counted = "SELECT tenant_id FROM oversight.site_fact JOIN platform.site ON site.id = tenant_id GROUP BY tenant_id"
    assert len(asked(databases, counted)) == SITES


def test_the_same_site_gets_the_same_story(seed: Seed, databases: Databases, urls: Urls) -> None:
    told = []
    for _again in range(2):
        seed(1)
        staff = "SELECT code, post, s.name, joined_on FROM tenant.staff_member s JOIN platform.site p"
        runs = "SELECT code, due_on, completed_at FROM tenant.checklist_run WHERE due_on < current_date - 2"
        told.append(
            (
                asked(databases, f"{staff} ON p.id = s.tenant_id ORDER BY 1, 2, 3, 4"),
                asked(databases, f"{runs} ORDER BY 1, 2, 3"),
            )
        )
        servers.wipe(urls)

    assert told[0] == told[1]


@pytest.mark.parametrize("tier", ["T1", "T2", "T3"])
def test_every_filled_in_sheet_could_have_been_completed(databases: Databases, tier: str) -> None:
    with databases.session(Login.OVERSIGHT) as session:
        edition = session.query(Edition).one()
        lists = schedule.recurring(session, edition.id, tier)
        stock = Stock(lists)
        assert standards.checklists(session, edition.id, tier)

    for one in stock.sheets:
        proofs = {item: one.proofs.count(item) for item in one.proofs}
        assert forms.missing(lists[one.code], one.answers, proofs) == []
        assert {name: forms.check(lists[one.code].item(name), value) for name, value in one.answers.items()}  # type: ignore[arg-type]
    failed = {item for one in stock.sheets for item in one.failed_core}
    assert failed == {item.code for one in lists.values() for item in one if item.core}


def test_the_pictures_are_few_small_and_always_the_same() -> None:
    drawn = photos.drawn()
    assert drawn == photos.drawn()
    assert len({one.sha256 for one in drawn}) == photos.COUNT
    assert max(len(one.content) for one in drawn) < 8_000


def test_a_site_joined_between_the_shortest_and_the_longest_time_ago_and_never_before_it_worked() -> None:
    today, edition = date(2026, 11, 25), uuid7()
    for number in range(200):
        place = Place(edition, f"HK-{number}", "T1", edition, 30, date(2016, 1, 1), own=False)
        assert today - timedelta(days=LONGEST) <= opened_on(place, today) <= today - timedelta(days=SHORTEST)
        late = Place(edition, f"HK-{number}", "T1", edition, 30, date(2026, 11, 1), own=False)
        assert opened_on(late, today) == date(2026, 11, 1)


def test_the_regions_are_compared_while_no_transaction_waits(
    databases: Databases, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[int] = []

    def compare(*_given: object, **_more: object) -> regions.Plan:
        looked.append(databases.engine(Login.OVERSIGHT).pool.checkedout())  # type: ignore[attr-defined]
        return regions.Plan()

    monkeypatch.setattr(regions, "compare", compare)
    monkeypatch.setattr(demo, "_there", lambda session: False)
    demo._load_regions(databases)

    assert looked == [0]
