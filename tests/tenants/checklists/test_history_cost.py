"""What the list of checklists asks the database for: as little for many rows as for few."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.ids import uuid7
from huakai_platform.web.context import app_state
from huakai_tenants.checklists.models import ChecklistRun
from tests.support.make import Make

PATH = "/room/checklists"
MOST = 4
"""Who it is, the transaction with its tenant, the list with its total, the counts of the menu."""


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        seen.append(statement)

    engine = app_state(app).databases.engine(Login.TENANT)
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def signed_in(app: Flask, make: Make, rows: int) -> FlaskClient:
    site = make.site()
    head = make.member(Role.SITE_HEAD, site)
    for number in range(rows):
        day = date(2026, 1, 1) + timedelta(days=number)
        run = ChecklistRun(id=uuid7(), edition_id=site.edition_id, code="daily", period_start=day, due_on=day)
        run.created_at = clock.now()
        make.add(run, site.id)
    return make.browser(app, head)


def test_a_page_takes_four_statements_however_many_rows(app: Flask, make: Make) -> None:
    for rows in (1, 20):
        client = signed_in(app, make, rows)
        client.get(PATH)
        with statements(app) as seen:
            assert client.get(PATH).text.count("<tr>") == rows + 1
        assert len(seen) == MOST, seen


def test_the_transaction_begins_with_its_tenant_in_one_round_trip(app: Flask, make: Make) -> None:
    client = signed_in(app, make, 1)
    with statements(app) as seen:
        client.get(PATH)
    bound = [one for one in seen if one.startswith("BEGIN; SET LOCAL app.tenant_id = ")]
    assert len(bound) == 1
    assert not any("tenant." in one for one in seen[: seen.index(bound[0])])


def test_a_page_beyond_the_last_is_the_last(app: Flask, make: Make) -> None:
    client = signed_in(app, make, 21)
    assert client.get(f"{PATH}?page=9").text.count("<tr>") == 2


def test_a_page_beyond_an_empty_list_says_that_it_is_empty(app: Flask, make: Make) -> None:
    client = signed_in(app, make, 0)
    assert client.get(f"{PATH}?page=9").status_code == 200
