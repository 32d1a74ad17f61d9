"""Every page that is asked for by its name alone opens on every day, in a room that works and above it."""

from datetime import timedelta

import pytest
from flask import Flask

from huakai_platform.compliance import standing
from huakai_platform.drift import standing as drift
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.oversight import facts, persons, rollups
from huakai_tenants.checklists import schedule
from huakai_tenants.measures import compliance, deviations, headcount, workload
from tests.support.active import Active
from tests.support.make import Make
from tests.support.routes import Route, reading
from tests.support.staffed import Staffed, good
from tests.support.worlds import HTML

ASIDE = ("identity", "import", "export", "template", "chain", "signed", "verification", "new", "docs", "help")
"""What has no calendar on it, or shows the same rows once more."""
OPENED = frozenset({200, 302, 303})


@pytest.fixture
def room(databases: Databases, make: Make) -> Staffed:
    """A room in which something falls due, is overdue, is planned and runs out, and which was counted today."""
    today = clock.today()
    found = good(make, today)
    late = found.daily(today - timedelta(days=12))
    found.point(late, today - timedelta(days=1))
    active = Active(make, found.site)
    active.activity(today)
    active.activity(today + timedelta(days=1), state="planned")
    with databases.session(Login.WORKER, found.site.id) as session:
        schedule.make_due(session, today)
        facts.recompute(session, found.site.id, clock.month(today), workload.counts)
        persons.recompute(session, found.site.id, clock.month(today), headcount.counts)
        standing.recompute(session, found.site.id, today, compliance.measure)
        drift.recompute(session, found.site.id, today, deviations.look)
    with databases.session(Login.WORKER) as session:
        rollups.rebuild(session, clock.month(today))
    return found


@pytest.mark.calendar
@pytest.mark.parametrize("role", [Role.SITE_HEAD, Role.INSTITUTION_ADMIN])
def test_every_page_of_the_calendar_opens(app: Flask, make: Make, room: Staffed, role: Role) -> None:
    actor = make.member(role, room.site if role is Role.SITE_HEAD else None)
    browser = make.browser(app, actor)
    asked = [one.path for one in reading() if _shown(one, actor)]
    told = {path: browser.get(path, headers={"Accept": HTML}).status_code for path in asked}

    assert {path: status for path, status in told.items() if status not in OPENED} == {}
    assert len(asked) > 20


def _shown(route: Route, actor: Actor) -> bool:
    allowed = route.access.permission is not None and actor.role in route.access.roles and not route.arguments
    return allowed and route.plane != "any" and not any(word in route.endpoint for word in ASIDE)
