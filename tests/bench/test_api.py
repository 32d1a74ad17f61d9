"""What a list of the API costs beside a bare handler that sends the same statement and dumps the same rows."""

from typing import Any

import psycopg
import pytest
from flask import Flask, Response

from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login
from huakai_platform.onboarding.api.sites import NAMES
from huakai_platform.web.api.answers import dumped
from huakai_platform.web.context import app_state
from tests.bench import beside, usual
from tests.bench.conftest import Judge, Tell
from tests.support.make import Make

ROWS, TARGET, USUAL = 50, 0.4, 4.0


@pytest.mark.bench
def test_a_list_of_sites_beside_a_bare_handler(app: Flask, make: Make, tell: Tell, judge: Judge) -> None:
    for _number in range(ROWS):
        make.site()
    admin = make.member(Role.INSTITUTION_ADMIN)
    token = make.bearer(admin)
    request = beside.Request(f"/api/v1/sites?limit={ROWS}", {"Authorization": f"Bearer {token}"})
    engine = app_state(app).databases.engine(Login.OVERSIGHT)
    with beside.statements(engine) as sent:
        ours = request.answer(app)
    with beside.direct(engine) as connection:
        plain = bare(connection, next(one for one in sent if b"ORDER BY" in one[0]))
        assert request.answer(plain) == ours
        found = beside.compare(request, app, plain)
    same = beside.Request("/api/v1/sites", {"Cookie": f"huakai={make.token(admin)}"})
    twin = usual.app(make.databases, None, Login.OVERSIGHT, ROWS)
    assert same.answer(twin).count(b'"code"') == ROWS
    usually = beside.compare(request, app, twin, same)
    met = judge("API list of 50 rows, share of a bare handler's speed", found.ratio, at_least=TARGET)
    faster = judge("API list of 50 rows, speed of the usual twin", usually.ratio, at_least=USUAL)
    tell(f"\n{ROWS} sites as JSON, medians of {beside.ROUNDS} rounds of {beside.TIMES}; {len(sent)} statements:")
    tell(f"  {found.ours:.2f} ms by the API, {found.bare:.2f} ms by a bare handler without token, wall or cursor")
    tell(f"  {found.ratio:.2f} of the bare handler's speed (target {TARGET}: {met})")
    tell(f"  {usually.ratio:.2f} × as fast as the usual twin, {usually.bare:.2f} ms (target {USUAL}: {faster})")


def bare(direct: psycopg.Connection[Any], statement: beside.Statement) -> Flask:
    """The least that answers the same: one statement, one dump."""
    plain = Flask("bare")

    @plain.get("/api/v1/sites")
    def sites() -> Response:
        rows = direct.execute(*statement).fetchall()
        items = [dict(zip(NAMES, row, strict=False)) for row in rows[:ROWS]]
        return Response(dumped({"items": items, "next": None}), content_type="application/json")

    return plain
