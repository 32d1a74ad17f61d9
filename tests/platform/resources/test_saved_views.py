"""Views of a list: kept, shared, opened, replaced and taken away, and nobody else's business."""

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from huakai_platform.kernel.access import Role
from huakai_platform.kernel.audit import AuditEntry
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.sites import Site
from huakai_platform.kernel.tenancy import PLATFORM
from huakai_platform.resources import saved_views
from huakai_platform.resources.saved_views import SavedView
from tests.platform.resources.test_every_list import EVERY, PAGES, Described
from tests.support.make import Make
from tests.support.web import post
from tests.support.worlds import HTML

STAFF = "/room/staff"


@pytest.fixture
def site(make: Make) -> Site:
    return make.site()


@pytest.fixture
def head(app: Flask, make: Make, site: Site) -> FlaskClient:
    return signed_in(app, make, Role.SITE_HEAD, site)


def signed_in(app: Flask, make: Make, role: Role, site: Site | None) -> FlaskClient:
    client = make.browser(app, make.member(role, site))
    client.environ_base["HTTP_ACCEPT"] = HTML
    return client


def save(client: FlaskClient, page: str, question: str = "", **form: Any) -> Any:
    return post(client, f"{page}/views?{question}", form)


def kept(make: Make, site: Site) -> list[SavedView]:
    with make.databases.session(Login.TENANT, site.id) as session:
        return list(session.scalars(select(SavedView).order_by(SavedView.name)))


@EVERY
def test_every_list_keeps_what_it_shows_and_opens_it_again(app: Flask, make: Make, site: Site, one: Described) -> None:
    console = PAGES[one.name].startswith("/console")
    client = signed_in(app, make, Role.INSTITUTION_ADMIN if console else Role.SITE_HEAD, None if console else site)
    login, tenant = (Login.OVERSIGHT, PLATFORM) if console else (Login.TENANT, site.id)
    page, sort = PAGES[one.name], next(iter(one.sorts))
    column = one.out("list")[1].name
    question = f"sort=-{sort}&columns={column}&size=20&density=compact&page=3"

    answer = save(client, page, question, name="常用", shared="1")

    opened = client.get(answer.location)
    assert answer.status_code == 303
    assert opened.status_code == 200
    assert f"sort=-{sort}" in answer.location
    assert "page=" not in answer.location
    assert 'aria-current="true">常用' in opened.text
    with make.databases.session(login, tenant) as session:
        (view,) = session.scalars(select(SavedView)).all()
        assert (view.list, view.shared) == (one.name, True)
        assert session.scalar(select(AuditEntry.deed).order_by(AuditEntry.seq.desc())) == "saved_views.saved"


def test_a_view_without_a_name_comes_back_with_what_was_typed(make: Make, site: Site, head: FlaskClient) -> None:
    refused = save(head, STAFF, "sort=name", name="", shared="1")

    assert refused.status_code == 422
    assert "checked" in refused.text
    assert "sort=name" in refused.text
    assert kept(make, site) == []


def test_a_view_of_the_same_name_is_replaced(make: Make, site: Site, head: FlaskClient) -> None:
    save(head, STAFF, "sort=name", name="常用")
    save(head, STAFF, "sort=-name", name="常用", shared="1")

    (view,) = kept(make, site)
    assert "sort=-name" in view.query
    assert view.shared


def test_own_views_are_shown_to_nobody_else_and_shared_ones_to_the_room(
    app: Flask, make: Make, site: Site, head: FlaskClient
) -> None:
    save(head, STAFF, name="只给自己")
    save(head, STAFF, name="给大家", shared="1")
    colleague = signed_in(app, make, Role.COUNSELLOR, site)
    elsewhere = signed_in(app, make, Role.SITE_HEAD, make.site())

    seen = colleague.get(STAFF).text
    assert "给大家" in seen
    assert "只给自己" not in seen
    assert "给大家" not in colleague.get("/room/equipment").text, "of another list"
    assert "给大家" not in elsewhere.get(STAFF).text


def test_a_shared_view_is_taken_away_by_who_made_it_or_looks_after_the_team(
    app: Flask, make: Make, site: Site, head: FlaskClient
) -> None:
    worker, other = signed_in(app, make, Role.SITE_WORKER, site), signed_in(app, make, Role.COUNSELLOR, site)
    save(worker, STAFF, name="给大家", shared="1")
    save(worker, STAFF, name="只给自己")
    own, shared = sorted(kept(make, site), key=lambda view: view.shared)

    def remove(client: FlaskClient, view: SavedView, page: str = STAFF) -> int:
        return post(client, f"{page}/views/removal", {"remove": str(view.id)}).status_code

    assert remove(other, shared) == 404
    assert remove(head, own) == 404, "another's own view is nobody's business"
    assert remove(worker, shared, "/room/equipment") == 404, "it is a view of another list"
    assert remove(head, shared) == 303
    assert remove(worker, own) == 303
    assert kept(make, site) == []
    assert remove(worker, own) == 404


def test_there_is_an_end_to_the_views_of_one_person(
    make: Make, site: Site, head: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saved_views, "MOST", 1)
    save(head, STAFF, name="一")
    refused = save(head, STAFF, name="二")

    assert refused.status_code == 409
    assert 'value="二"' in refused.text
    assert save(head, STAFF, "sort=name", name="一").status_code == 303, "the one that is there may change"


def test_a_view_that_asks_for_what_is_no_more_says_so(make: Make, site: Site, head: FlaskClient) -> None:
    save(head, STAFF, name="旧")
    with make.databases.session(Login.TENANT, site.id) as session:
        session.scalars(select(SavedView)).one().query = "state=never-heard-of"

    assert head.get(STAFF).status_code == 200
    assert head.get(f"{STAFF}?state=never-heard-of").status_code == 422


def test_the_console_keeps_its_views_under_the_nil_tenant_and_by_institution(make: Make) -> None:
    mine = make.member(Role.INSTITUTION_ADMIN)
    of_another = replace(make.member(Role.INSTITUTION_ADMIN), institution_id=uuid7())
    with make.databases.session(Login.OVERSIGHT, PLATFORM) as session:
        saved_views.save(session, mine, "sites", "常用", "sort=name", shared=True)
        assert [one.name for one in saved_views.of(session, mine, "sites")] == ["常用"]
        assert saved_views.of(session, of_another, "sites") == []
