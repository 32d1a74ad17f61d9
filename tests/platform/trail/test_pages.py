"""The trail's pages: who did what, found again, taken along, and checked."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, text

from huakai_platform.kernel import audit, clock, paging, workbooks
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.trail import heads
from tests.support.make import Make


@pytest.fixture
def admin(make: Make) -> Actor:
    return make.member(Role.INSTITUTION_ADMIN)


@pytest.fixture
def console(app: Flask, make: Make, admin: Actor) -> FlaskClient:
    return make.browser(app, admin)


def record(databases: Databases, actor: Actor | None, count: int, login: Login = Login.OVERSIGHT) -> None:
    tenant = {"tenant_id": actor.site_id} if actor and actor.site_id else {}
    for number in range(count):
        with databases.session(login, **tenant) as session:
            audit.record(session, actor, "sites.created", "site", f"site-{number}", count=number)


def page(client: FlaskClient, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_deeds_are_told_in_plain_words_with_who_did_them(
    console: FlaskClient, databases: Databases, admin: Actor
) -> None:
    record(databases, admin, 1)
    shown = page(console, "/console/trail")
    assert "申报站点" in shown
    assert admin.name in shown


def test_what_stands_beside_a_deed_is_told_in_words_not_in_codes(
    console: FlaskClient, databases: Databases, admin: Actor
) -> None:
    beside = {
        "role": "site_head",
        "second_factor": True,
        "looked_at": "evidence.posts",
        "unheard_of": "abc",
        "site": None,
    }
    with databases.session(Login.OVERSIGHT) as session:
        audit.record(session, admin, "sites.created", "site", "x", **beside, sha256="0" * 52 + "123456789abc")

    shown = page(console, "/console/trail")

    assert all(told in shown for told in ("身份 站点负责人", "两步验证 是", "查看内容 指标证据", "…123456789abc"))
    assert "unheard_of abc" in shown, "what has no words yet is still shown"
    assert "looked_at" not in shown
    assert "站点 None" not in shown


def test_it_is_filtered_and_searched(console: FlaskClient, databases: Databases, admin: Actor) -> None:
    record(databases, admin, 3)
    record(databases, None, 1)
    with databases.session(Login.OVERSIGHT) as session:
        audit.record(session, None, "jobs.resent", "message", "other")
    today = clock.today().isoformat()
    found = {
        "deed=jobs.resent": 1, "kind=site": 4, "object=site-1": 1, f"actor={admin.account_id}": 3, "q=重新发送": 1,
        "q=site-0": 2, f"q={admin.name[-4:]}": 3, "q=%25": 0, f"since={today}": 5, "until=2020-01-01": 0,
        f"since={today}&until={today}&deed=sites.created": 4,
    }  # fmt: skip
    for query, count in found.items():
        assert page(console, f"/console/trail?{query}").count('text-nowrap"><time') == count, query


def test_its_pages_have_numbers_and_then_go_on_by_key(
    console: FlaskClient, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(databases, None, 45)
    assert "site-4" in page(console, "/console/trail?size=20&page=3")
    monkeypatch.setattr(paging, "NUMBERED", 20)
    assert "after=26" in page(console, "/console/trail?size=20")
    second = page(console, "/console/trail?size=20&after=26")
    assert ("site-24" in second, "site-25" in second, "site-5" in second, "site-4" in second) == (
        (True, False, True, False)
    )
    assert "after=" not in page(console, "/console/trail?size=20&after=6").split('class="pager"')[1]


def test_a_wrong_filter_is_refused(console: FlaskClient) -> None:
    for query in ("deed=x", "actor=1", "before=x", "since=x", "other=1"):
        assert console.get(f"/console/trail?{query}").status_code == 422, query


def test_a_room_sees_its_own_chain_only(app: Flask, make: Make, databases: Databases) -> None:
    here, there = make.member(Role.SITE_HEAD), make.member(Role.SITE_HEAD)
    record(databases, there, 1, Login.TENANT)
    assert "site-0" not in page(make.browser(app, here), "/room/trail")
    assert "site-0" in page(make.browser(app, there), "/room/trail")


def test_a_sites_chain_is_read_from_above_and_the_visit_is_written_down_first(
    console: FlaskClient, make: Make, databases: Databases
) -> None:
    head = make.member(Role.SITE_HEAD)
    record(databases, head, 1, Login.TENANT)
    shown = page(console, f"/console/trail/sites/{head.site_id}")
    assert "site-0" in shown
    assert "chain.jsonl" not in shown
    assert str(head.site_id) in page(console, f"/console/trail?deed=sites.entered&object={head.site_id}")


def test_the_number_of_statements_does_not_grow_with_the_list(console: FlaskClient, databases: Databases) -> None:
    counted = []
    page(console, "/console/trail")
    for more in (1, 30):
        record(databases, None, more)
        with counting() as statements:
            page(console, "/console/trail")
        counted.append(len(statements))
    assert counted[0] == counted[1]


def test_the_workbook_holds_what_is_shown_and_exporting_is_recorded(
    console: FlaskClient, databases: Databases, admin: Actor
) -> None:
    record(databases, admin, 3)
    book = workbooks.read(console.get("/console/trail/export.xlsx?object=site-1").data)
    assert [row[6].text for row in book.sheets[0].rows[2:]] == ["编号", "site-1"]
    assert "导出审计日志" in page(console, "/console/trail?deed=trail.exported")


def test_the_raw_chain_can_be_checked_by_anybody(console: FlaskClient, databases: Databases, admin: Actor) -> None:
    record(databases, admin, 3)
    lines = [json.loads(line) for line in console.get("/console/trail/chain.jsonl", buffered=True).data.splitlines()]
    assert [line["seq"] for line in lines] == [1, 2, 3]
    assert [line["previous"] for line in lines] == [bytes(32).hex(), lines[0]["hash"], lines[1]["hash"]]


def test_the_page_names_the_first_broken_link(console: FlaskClient, databases: Databases) -> None:
    record(databases, None, 5)
    assert "链完整" in page(console, "/console/trail/verification")
    with databases.session(Login.MIGRATOR) as session:
        session.execute(text("UPDATE tenant.audit_entry SET actor_name = 'x' WHERE seq = 3"))
    shown = page(console, "/console/trail/verification")
    assert "第 3 条断开：内容被改动" in shown
    assert "链完整" not in shown


def test_signed_heads_are_listed_and_fetched(
    console: FlaskClient, databases: Databases, app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = app.extensions["huakai"]
    signing = replace(frame.settings, audit_key=bytes(range(32)), audit_export=tmp_path)
    monkeypatch.setattr(frame, "settings", signing)
    assert "还没有签署的链头" in page(console, "/console/trail/heads")
    record(databases, None, 1)
    with databases.session(Login.WORKER) as session:
        heads.report(session, clock.today())
        path = heads.sign(session, signing, clock.today())
    public = heads.public_key(signing)
    assert public
    assert public.hex() in page(console, "/console/trail/heads")
    url = f"/console/trail/heads.jsonl?day={clock.today()}"
    assert console.get(url, buffered=True).data == path.read_bytes()
    path.unlink()
    assert console.get(url).status_code == 303


@contextmanager
def counting() -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)
