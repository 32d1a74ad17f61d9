"""A long list of the console becomes an export: asked for once, seen by its asker alone, taken by its link."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from huakai_platform.exports import catalogue, service
from huakai_platform.exports.catalogue import LISTS
from huakai_platform.exports.models import Export
from huakai_platform.identity.models import AccountSession
from huakai_platform.kernel import clock, workbooks
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.audit import AuditEntry
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.operations import OperationItem
from huakai_platform.resources import pages
from huakai_platform.web.access import access_of
from huakai_worker import exporter
from tests.support.exported import made
from tests.support.make import Make
from tests.support.web import post
from tests.support.worlds import HTML

SITES = "/console/sites/export"


@pytest.fixture
def admin(make: Make) -> Actor:
    return make.member(Role.INSTITUTION_ADMIN)


@pytest.fixture
def client(app: Flask, make: Make, admin: Actor) -> FlaskClient:
    return signed_in(app, make, admin)


def signed_in(app: Flask, make: Make, actor: Actor) -> FlaskClient:
    client = make.browser(app, actor)
    client.environ_base["HTTP_ACCEPT"] = HTML
    return client


@pytest.fixture(autouse=True)
def three_sites(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three sites, where two are the most that a page exports itself."""
    monkeypatch.setattr(pages, "IN_A_REQUEST", 2)
    for _number in range(3):
        make.site()


def ask(client: FlaskClient, query: str = "", **more: str) -> str:
    answer = post(client, "/console/exports", {"list": "sites", "query": query, **more})
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def exports(make: Make) -> list[Export]:
    with make.databases.session(Login.MIGRATOR) as session:
        return list(session.scalars(select(Export).order_by(Export.asked_at)))


def test_a_short_list_is_a_workbook_at_once_and_a_long_one_is_asked_for(client: FlaskClient) -> None:
    short = client.get(f"{SITES}?q=第1社区")
    long = client.get(f"{SITES}?sort=-name&columns=code")

    assert short.status_code == 200
    assert len(workbooks.read(short.data).sheets[0].rows) == 2
    assert long.status_code == 303
    page = client.get(long.location)
    assert "共 3 条" in page.text
    assert 'value="sort=-name&amp;columns=code"' in page.text
    assert "idempotency_key" in page.text


def test_the_export_runs_and_its_notice_leads_to_the_file(app: Flask, make: Make, client: FlaskClient) -> None:
    where = ask(client, "sort=-code")
    assert "取消导出" in client.get(where).text
    assert client.get(f"{where}/progress").status_code == 200

    assert exporter.make_one(make.databases, uuid7())

    page = client.get(where)
    listed = client.get("/console/exports")
    link = page.text.partition(f'href="{where}/')[2].partition('"')[0]
    file = client.get(f"{where}/{link}")
    assert client.get(f"{where}/progress").status_code == 286
    assert link in listed.text
    assert opened(client) == f"{where}/{link}"
    assert file.headers["Cache-Control"] == "no-store"
    assert "attachment" in file.headers["Content-Disposition"]
    rows = workbooks.read(file.data).sheets[0].rows
    codes = [row[0].text for row in rows[1:]]
    assert len(codes) == 3
    assert codes == sorted(codes, reverse=True)


def opened(client: FlaskClient) -> str:
    """Where the only notice leads."""
    page = client.get("/console/notices").text
    assert "“站点”已导出，共 3 行，7 天内可以下载。" in page
    form = page.partition('action="/console/notices/')[2].partition('"')[0]
    if form == "reading":
        form = page.partition('action="/console/notices/reading"')[2].partition('action="/console/notices/')[2]
    return str(post(client, f"/console/notices/{form.partition(chr(34))[0]}").location)


def test_every_step_is_on_record(make: Make, admin: Actor, client: FlaskClient) -> None:
    where = ask(client)
    exporter.make_one(make.databases, uuid7())
    client.get(link_of(make, admin, where))

    with make.databases.session(Login.OVERSIGHT) as session:
        found = session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(3)).all()
    assert [one.deed for one in found] == ["exports.taken", "sites.exported", "exports.asked"]
    assert found[1].detail == {"rows": 3}
    assert {one.actor for one in found} == {admin.account_id}


def link_of(make: Make, actor: Actor, where: str) -> str:
    with service.as_asker(make.databases, actor.account_id) as session:
        found = service.mine(session, actor, {})[0]
    return next(one.link or "" for one in found if str(one.export.id) in where)


def test_only_its_asker_in_the_same_role_may_take_it(app: Flask, make: Make, admin: Actor) -> None:
    export_id, token = made(make, admin, make.institution().id)
    where, other = f"/console/exports/{export_id}", make.member(Role.INSTITUTION_ADMIN)
    account = make.account()
    twofold = make.member(Role.INSTITUTION_ADMIN, account=account)
    mine = made(make, twofold, make.institution().id)
    as_auditor, elsewhere = (
        make.member(Role.AUDITOR, account=account),
        make.member(Role.INSTITUTION_ADMIN, account=account),
    )

    assert signed_in(app, make, admin).get(f"{where}/{token}").data == b"workbook"
    assert signed_in(app, make, other).get(f"{where}/{token}").status_code == 404
    assert signed_in(app, make, other).get(where).status_code == 404
    assert signed_in(app, make, twofold).get(f"/console/exports/{mine[0]}/{mine[1]}").status_code == 200
    for acting in (as_auditor, elsewhere):
        assert signed_in(app, make, acting).get(f"/console/exports/{mine[0]}/{mine[1]}").status_code == 404


@pytest.mark.parametrize("token", ["A" * 43, "x", "é" * 43, "A" * 500])
def test_a_wrong_key_opens_nothing(make: Make, admin: Actor, client: FlaskClient, token: str) -> None:
    export_id, _right = made(make, admin, make.institution().id)

    assert client.get(f"/console/exports/{export_id}/{token}").status_code == 404


def test_an_export_that_is_over_or_was_read_with_another_reach_is_not_given_out(
    make: Make, admin: Actor, client: FlaskClient
) -> None:
    past = clock.now() - timedelta(seconds=1)
    for changes in ({"expires_at": past}, {"region_code": "410300000000"}, {"role": "auditor"}, {"content": None}):
        export_id, token = made(make, admin, make.institution().id, **changes)
        assert client.get(f"/console/exports/{export_id}/{token}").status_code == 404, changes


def test_an_export_is_cancelled_by_its_asker_and_begun_again(make: Make, client: FlaskClient) -> None:
    where = ask(client)

    assert post(client, f"{where}/cancellation").status_code == 303
    assert not exporter.make_one(make.databases, uuid7())
    assert "已取消" in client.get(where).text
    assert post(client, f"{where}/resumption").status_code == 303
    assert exporter.make_one(make.databases, uuid7())
    assert "已完成" in client.get(where).text


def test_nobody_may_ask_for_more_than_a_few_at_once(make: Make, client: FlaskClient) -> None:
    for _number in range(service.AT_ONCE):
        ask(client)

    assert urlsplit(ask(client)).path == "/console/exports"
    assert "请等它们完成" in client.get("/console/exports").text
    assert len(exports(make)) == service.AT_ONCE


def test_a_form_sent_twice_asks_once(make: Make, client: FlaskClient) -> None:
    assert ask(client, idempotency_key="once") == ask(client, idempotency_key="once")
    assert len(exports(make)) == 1


@pytest.mark.parametrize(
    ("form", "status"),
    [({"list": "nothing"}, 404), ({}, 422), ({"list": "sites", "query": "state=none"}, 422), ({"list": "ä"}, 422)],
)
def test_what_cannot_be_exported_is_refused_in_words(
    make: Make, client: FlaskClient, form: dict[str, str], status: int
) -> None:
    assert post(client, "/console/exports", form).status_code == status
    assert exports(make) == []


def test_a_list_that_asks_for_the_password_again_does_so_for_its_export(
    make: Make, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(catalogue.LISTS, "sites", replace(LISTS["sites"], confirmed=True))
    assert client.get("/console/exports/new?list=sites").status_code == 200
    with make.databases.session(Login.MIGRATOR) as session:
        session.execute(update(AccountSession).values(confirmed_at=clock.now() - timedelta(hours=1)))

    asked = client.get("/console/exports/new?list=sites")

    assert asked.status_code == 303
    assert asked.location.startswith("/confirm?next=/console/exports/new")
    assert post(client, "/console/exports", {"list": "sites"}).status_code == 403
    assert exports(make) == []


def test_every_long_list_of_the_console_is_in_the_catalogue_under_the_permission_of_its_workbook(app: Flask) -> None:
    found = {}
    for rule in app.url_map.iter_rules():
        pages_of = getattr(getattr(app.view_functions[rule.endpoint], "__wrapped__", None), "__self__", None)
        if isinstance(pages_of, pages.Pages) and rule.endpoint.rpartition(".")[2] == pages_of.exported:
            access = access_of(app, rule.endpoint)
            if access.permission and access.permission.plane == "console":
                found[pages_of.resource.name] = (pages_of.resource, access.permission, access.confirmed, pages_of.plain)

    assert found == {name: (one.resource, one.permission, one.confirmed, one.plain) for name, one in LISTS.items()}


def test_a_cancelled_item_is_not_counted_as_waiting(make: Make, client: FlaskClient) -> None:
    where = ask(client)
    post(client, f"{where}/cancellation")

    with make.databases.session(Login.MIGRATOR) as session:
        assert session.scalars(select(OperationItem.state)).all() == ["cancelled"]
    assert ask(client).startswith("/console/exports/")
