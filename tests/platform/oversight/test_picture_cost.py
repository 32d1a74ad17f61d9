"""What the national page asks the database for, and that it asks no more where there is more."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import event

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.ids import uuid7
from huakai_platform.oversight import rollups
from huakai_platform.oversight.models import SiteFact
from huakai_platform.setup.models import SetupProgress
from huakai_platform.web.context import app_state
from tests.support.days import this_month
from tests.support.make import TOWNSHIP, Make

ONE = {"sites": 1, "state_open": 1}
MOST = 6
"""Who it is, the transaction, the picture, what is released of people, the counts of the menu, the years of the
holiday table."""


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    engine = app_state(app).databases.engine(Login.OVERSIGHT)
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def admin(make: Make) -> Actor:
    """Of an institution that has finished its set-up."""
    actor = make.member(Role.INSTITUTION_ADMIN)
    now = clock.now()
    assert actor.institution_id
    make.add(SetupProgress(institution_id=actor.institution_id, steps={}, updated_at=now, finished_at=now))
    return actor


def test_the_first_page_takes_six_statements(app: Flask, make: Make, admin: Actor) -> None:
    month = this_month()
    make.add(SiteFact(tenant_id=uuid7(), month=month, region_code=TOWNSHIP, metrics=ONE, computed_at=clock.now()))
    with make.databases.session(Login.WORKER) as session:
        rollups.rebuild(session, month)
    client = make.browser(app, admin)
    client.get("/console/")
    with statements(app) as seen:
        assert client.get("/console/").status_code == 200
    assert len(seen) == MOST, seen


def test_a_set_up_that_is_finished_is_asked_after_once(app: Flask, make: Make, admin: Actor) -> None:
    client = make.browser(app, admin)
    client.get("/console/")
    with statements(app) as seen:
        client.get("/console/")
    assert not any("setup_progress" in one for one in seen)
