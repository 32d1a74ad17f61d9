"""What a signed-in page of 50 checklists costs beside a bare handler of the same rows, and beside the usual way."""

from datetime import date, datetime, timedelta
from typing import Any

import psycopg
import pytest
from flask import Flask
from jinja2 import Environment
from markupsafe import Markup

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.ids import uuid7
from huakai_platform.web.context import app_state
from huakai_templates.icons import icon
from huakai_tenants.checklists import listing
from huakai_tenants.checklists.models import ChecklistAnswer, ChecklistRun
from tests.bench import beside, usual
from tests.bench.conftest import Judge, Tell
from tests.support.make import Make

ROWS, TARGET, USUAL, MOST = 50, 0.3, 2.0, 4
CODES = ("daily", "weekly", "monthly")
FIRST = date(2025, 1, 1)
SAME_SIZE = 0.03
ROW = """<tr>
    <td><a href="/room/checklists/{{ id }}">{{ titles[code] }}</a><small class="num">{{ answered }} / {{ totals[code] }}</small></td>
    <td class="num text-nowrap"><time datetime="{{ due_on }}">{{ due_on }}</time></td>
    <td><span class="badge st-{{ 'ok' if completed_at else 'bad' }}">{{ done if completed_at else late }}{{ '已完成' if completed_at else '已逾期' }}</span></td>
    <td class="d-none d-md-table-cell">{% if completed_at %}<time datetime="{{ completed_at.isoformat() }}">{{ completed_at.strftime('%Y-%m-%d %H:%M') }}</time>{% else %}—{% endif %}</td>
    <td class="text-end num">{{ score.percent ~ '%' if score else '—' }}</td>
    <td class="d-none d-md-table-cell">{% if score %}<span class="badge st-ok">{{ done }}全部合格</span>{% else %}—{% endif %}</td>
  </tr>
"""  # noqa: E501 (a page's lines are as long as they are)


@pytest.mark.bench
def test_a_page_of_checklists_beside_a_bare_handler(
    app: Flask, make: Make, tell: Tell, judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "PAGE", ROWS)
    head = make.member(Role.SITE_HEAD)
    runs(make, head)
    request = beside.Request("/room/checklists", {"Cookie": f"huakai={make.token(head)}"})
    request.answer(app)
    engine = app_state(app).databases.engine(Login.TENANT)
    with beside.statements(engine) as sent:
        ours = request.answer(app).decode()
    with beside.direct(engine) as connection:
        connection.execute(f"SET app.tenant_id = '{head.site_id}'")
        plain = bare(connection, next(one for one in sent if b"LIMIT" in one[0] and b"score" in one[0]), ours)
        theirs = request.answer(plain).decode()
        assert ours.count("<tr>") == theirs.count("<tr>") == ROWS + 1
        assert abs(len(theirs) / len(ours) - 1) < SAME_SIZE
        found = beside.compare(request, app, plain)
    twin = usual.app(make.databases, head.site_id, Login.TENANT, ROWS)
    assert request.answer(twin).decode().count("<tr>") == ROWS + 1
    usually = beside.compare(request, app, twin)
    met = judge("signed-in page of 50 rows, share of a bare handler's speed", found.ratio, at_least=TARGET)
    faster = judge("signed-in page of 50 rows, speed of the usual twin", usually.ratio, at_least=USUAL)
    few = judge("statements of that page", len(sent), at_most=MOST)
    tell(f"\n{ROWS} checklists as a page of {len(ours) / 1024:.0f} KiB, {beside.ROUNDS} rounds of {beside.TIMES}:")
    tell(f"  {found.ours:.2f} ms signed in, {found.bare:.2f} ms by a bare handler without session, wall or menu")
    tell(f"  {found.ratio:.2f} of the bare handler's speed (target {TARGET}: {met})")
    tell(f"  {usually.ratio:.2f} × as fast as the usual twin, {usually.bare:.2f} ms (target {USUAL}: {faster})")
    tell(f"  {len(sent)} statements (target {MOST}: {few})")


def runs(make: Make, head: Actor) -> None:
    """Fifty and more runs of three checklists, nine of ten completed."""
    edition = make.site().edition_id
    assert edition
    assert head.site_id
    with make.databases.session(Login.MIGRATOR, head.site_id) as session:
        for number in range(ROWS + 10):
            day = FIRST + timedelta(days=number)
            at = datetime(day.year, day.month, day.day, 9, tzinfo=clock.CHINA)
            run = ChecklistRun(id=uuid7(), edition_id=edition, code=CODES[number % 3], period_start=day, due_on=day)
            run.created_at = at
            if number % 10:
                run.completed_at, run.score = at, {"percent": "96", "failed": [], "failed_core": []}
            session.add(run)
            session.flush()
            answer = ChecklistAnswer(run_id=run.id, item="room_ready", value={"v": "yes"}, version=1)
            answer.answered_by, answer.answered_at = head.account_id, at
            session.add(answer)


def bare(direct: psycopg.Connection[Any], statement: beside.Statement, page: str) -> Flask:
    """The least that answers the same: one statement, one template of rows between the lines around them."""
    before, after = page.partition("<tbody>")[0], page.partition("</tbody>")[2]
    plain = Flask("bare")
    names = "id, edition_id, created_at, code, period_start, due_on, completed_at, score, answered, reopenings"
    names += ", tier, pinned, stamp, total"
    body = "{{ before }}<tbody>{% for {names} in rows %}" + ROW + "{% endfor %}</tbody>{{ after }}"
    template = Environment(autoescape=True).from_string(body.replace("{names}", names))
    words: dict[str, Any] = {"titles": dict.fromkeys(CODES, "每日安全检查"), "totals": dict.fromkeys(CODES, 12)}
    words |= {"done": icon("check", 14), "late": icon("triangle-alert", 14)}
    words |= {"before": Markup(before), "after": Markup(after)}

    @plain.get("/room/checklists")
    def checklists() -> str:
        return template.render(rows=direct.execute(*statement).fetchall(), **words)

    return plain
