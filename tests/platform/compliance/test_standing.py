"""A site's standing: written inside its tenant by jobs, replaced and never added to; and the risk it carries."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.exc import ProgrammingError

from huakai_platform.compliance import risk, scoring, standing
from huakai_platform.compliance.models import ComplianceStanding
from huakai_platform.kernel import clock, outbox
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.events import ChecklistCompleted, DayBegan, Event, NumbersChanged, SiteStateChanged
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.tenancy import PLATFORM
from huakai_platform.standards.measured import Signals
from huakai_platform.standards.shipped import load_shipped
from huakai_tenants.measures import compliance
from huakai_worker import dispatcher
from tests.support.days import this_month
from tests.support.make import Make
from tests.support.staffed import Staffed, good

DEFINITION = load_shipped().find("indicators")
CALM = Signals(0, 0, 0, 0)


def stand(databases: Databases, site: UUID, day: date | None = None) -> bool:
    with databases.session(Login.WORKER, site) as session:
        return standing.recompute(session, site, day or clock.today(), compliance.measure)


def read(databases: Databases, site: UUID) -> ComplianceStanding | None:
    with databases.session(Login.OVERSIGHT) as session:
        return session.scalar(select(ComplianceStanding).where(ComplianceStanding.tenant_id == site))


def test_a_good_room_stands_well(databases: Databases, make: Make) -> None:
    site = good(make, clock.today()).site.id
    assert stand(databases, site)
    row = read(databases, site)
    assert row is not None
    assert (row.age_set, row.grade, row.capped, row.failed_core) == ("B", "excellent", False, [])
    assert (row.points, row.possible, row.percent) == (Decimal("27.00"), Decimal("27.00"), Decimal("100.00"))
    assert (row.risk, row.as_of) == (0, clock.today())


def test_it_is_replaced_and_not_added_to(databases: Databases, make: Make) -> None:
    room = good(make, clock.today())
    stand(databases, room.site.id)
    room.member("S9", "counsellor")
    stand(databases, room.site.id)
    row = read(databases, room.site.id)
    assert row is not None
    assert (row.grade, row.capped, row.failed_core) == ("unqualified", True, ["certified", "background"])
    assert row.risks["core"] == {"count": 2, "points": 30}
    assert row.risk == sum(part["points"] for part in row.risks.values())


@pytest.mark.parametrize("event", [NumbersChanged, ChecklistCompleted, DayBegan])
def test_what_happens_at_a_site_moves_its_standing(
    databases: Databases, settings: Settings, make: Make, event: type[Event]
) -> None:
    month = this_month().isoformat()
    facts: dict[type[Event], Event] = {
        NumbersChanged: NumbersChanged(month),
        ChecklistCompleted: ChecklistCompleted(uuid7(), month),
        DayBegan: DayBegan(clock.today().isoformat()),
    }
    site = good(make, clock.today()).site.id
    with databases.session(Login.WORKER, site) as session:
        outbox.publish(session, facts[event])
    dispatcher.drain(databases, settings)
    assert read(databases, site) is not None


def test_a_site_that_is_opened_again_is_scored(databases: Databases, settings: Settings, make: Make) -> None:
    site = make.site().id
    with databases.session(Login.OVERSIGHT, PLATFORM) as session:
        outbox.publish(session, SiteStateChanged(site))
    dispatcher.drain(databases, settings)
    assert read(databases, site) is not None


@pytest.mark.parametrize(
    "changes", [{"state": "building"}, {"state": "closed"}, {"operating_since": clock.today() + timedelta(days=1)}]
)
def test_what_is_not_open_has_no_standing(databases: Databases, make: Make, changes: dict[str, object]) -> None:
    site = make.site(**changes).id
    assert not stand(databases, site)
    assert read(databases, site) is None


def test_a_room_reads_its_own_standing_and_writes_none(databases: Databases, make: Make) -> None:
    one, other = good(make, clock.today()).site.id, good(make, clock.today()).site.id
    stand(databases, one)
    stand(databases, other)
    with databases.session(Login.TENANT, one) as session:
        assert list(session.scalars(select(ComplianceStanding.tenant_id))) == [one]
    with pytest.raises(ProgrammingError), databases.session(Login.TENANT, one) as session:
        standing.recompute(session, one, clock.today(), compliance.measure)


def test_a_job_cannot_write_another_sites_standing(databases: Databases, make: Make) -> None:
    one, other = make.site().id, make.site().id
    with pytest.raises(ProgrammingError), databases.session(Login.WORKER, one) as session:
        standing.recompute(session, other, clock.today(), compliance.measure)


@pytest.mark.parametrize(
    ("signals", "code", "points"),
    [
        (Signals(1, 0, 0, 0), "points", 5),
        (Signals(99, 0, 0, 0), "points", 20),
        (Signals(0, 3, 0, 0), "checklists", 6),
        (Signals(0, 99, 0, 0), "checklists", 15),
        (Signals(0, 0, 1, 0), "backgrounds", 5),
        (Signals(0, 0, 99, 0), "backgrounds", 10),
        (Signals(0, 0, 0, 7), "quiet", 0),
        (Signals(0, 0, 0, 8), "quiet", 5),
        (Signals(0, 0, 0, 31), "quiet", 15),
        (Signals(0, 0, 0, None), "quiet", 15),
    ],
)
def test_each_part_of_the_risk_has_its_ceiling(signals: Signals, code: str, points: int) -> None:
    perfect = {"area_share": Decimal(100)}
    found = risk.parts(scoring.score(DEFINITION, "A", perfect), signals)
    assert {part.code: part.points for part in found if part.points} == ({code: points} if points else {})
    assert all(part.points <= part.ceiling for part in found)


def test_the_worst_risk_is_a_hundred(make: Make) -> None:
    worst = scoring.score(DEFINITION, "A", {"area_share": Decimal(0)})
    assert risk.total(risk.parts(worst, Signals(99, 99, 99, None))) == 100 == sum(risk.CEILINGS.values())
    assert risk.total(risk.parts(scoring.score(DEFINITION, "A", {"area_share": Decimal(100)}), CALM)) == 0


def test_a_younger_room_is_scored_by_its_own_set(databases: Databases, make: Make) -> None:
    site = Staffed(make, make.site(operating_since=clock.today())).site.id
    stand(databases, site)
    row = read(databases, site)
    assert row is not None
    assert row.age_set == "A"
