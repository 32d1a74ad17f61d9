"""Keys for programs: made after the password, shown once, no stronger than their role, ended at once."""

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from huakai_platform.identity import services, sessions, tokens
from huakai_platform.identity.memberships import Scope
from huakai_platform.identity.models import Account, AccountSession, ApiToken, Membership
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor, Permission, Role
from huakai_platform.kernel.audit import AuditEntry
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from huakai_platform.kernel.tenancy import PLATFORM
from tests.support.make import Make
from tests.support.web import post

SHOWN = re.compile(r"hk_[A-Za-z0-9_-]{43}")
READ = [Permission.SPACES_READ.value]


def personal(make: Make, actor: Actor, scopes: list[str] = READ, days: int = 90) -> str:
    with make.databases.session(Login.TENANT if actor.site_id else Login.OVERSIGHT) as session:
        session.info["account_id"] = actor.account_id
        return tokens.create(session, actor, name="报表", scopes=scopes, days=days)


def asks(app: Flask, token: str, path: str = "/api/v1/room/spaces") -> int:
    return app.test_client().get(path, headers={"Authorization": f"Bearer {token}"}).status_code


def test_a_token_is_shown_once_and_kept_as_a_hash(app: Flask, make: Make) -> None:
    head = make.member(Role.SITE_HEAD)
    browser = make.browser(app, head)
    given = {"name": "报表服务器", "days": "90", "scopes": READ, "idempotency_key": "once"}
    page = post(browser, "/account/tokens/new", given)
    found = SHOWN.search(page.text)
    assert page.status_code == 200
    assert found
    assert asks(app, found[0]) == 200
    assert not SHOWN.search(browser.get("/account/tokens").text)
    again = post(browser, "/account/tokens/new", given)
    assert (again.status_code, SHOWN.search(again.text)) == (200, None)
    with make.databases.session(Login.MIGRATOR) as session:
        row = session.scalars(select(ApiToken)).one()
        assert row.token_hash == sessions.digest(found[0])
        assert (row.expires_at - row.created_at).days == 90
        assert found[0] not in repr(vars(row))


def test_making_one_asks_for_the_password_again(app: Flask, make: Make) -> None:
    browser = make.browser(app, make.member(Role.SITE_HEAD))
    with make.databases.session(Login.MIGRATOR) as session:
        session.execute(update(AccountSession).values(confirmed_at=clock.now() - sessions.CONFIRMED * 2))
    assert browser.get("/account/tokens/new", headers={"Accept": "text/html"}).location.startswith("/confirm")
    assert post(browser, "/account/tokens/new", {"name": "x", "scopes": READ}).status_code == 403


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"days": "367"}, "days"),
        ({"days": "0"}, "days"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["room:nothing:do"]}, "scopes"),
        ({"scopes": [Permission.SITES_DECIDE.value]}, "scopes"),
    ],
)
def test_a_wrong_form_comes_back(app: Flask, make: Make, change: dict[str, Any], field: str) -> None:
    browser = make.browser(app, make.member(Role.SITE_HEAD))
    page = post(browser, "/account/tokens/new", {"name": "报表", "days": "90", "scopes": READ, **change})
    assert page.status_code == 422
    assert f'href="#f-{field}"' in page.text
    assert change.get("name", "报表") in page.text


def test_no_token_is_stronger_than_its_role(make: Make) -> None:
    volunteer = make.member(Role.VOLUNTEER)
    with pytest.raises(Invalid):
        personal(make, volunteer, [Permission.SPACES_MANAGE.value])


def test_one_ends_ones_own_and_nobody_elses(app: Flask, make: Make) -> None:
    site = make.site()
    mine, colleague = make.member(Role.SITE_HEAD, site), make.member(Role.COUNSELLOR, site)
    token = personal(make, mine)
    with make.databases.session(Login.TENANT) as session:
        token_id = session.scalars(select(ApiToken.id)).one()
        with pytest.raises(NotFound):
            tokens.revoke(session, colleague, token_id)
    assert asks(app, token) == 200
    assert post(make.browser(app, mine), f"/account/tokens/{token_id}/revocation").status_code == 303
    assert asks(app, token) == 401


def test_making_and_ending_stand_in_the_trail(make: Make) -> None:
    admin = make.member(Role.INSTITUTION_ADMIN)
    personal(make, admin, [Permission.SITES_READ.value])
    with make.databases.session(Login.OVERSIGHT) as session:
        tokens.revoke(session, admin, session.scalars(select(ApiToken.id)).one())
    with make.databases.session(Login.MIGRATOR, PLATFORM) as session:
        rows = session.execute(select(AuditEntry.deed, AuditEntry.detail).order_by(AuditEntry.seq)).all()
    assert [row.deed for row in rows] == ["tokens.created", "tokens.revoked"]
    assert rows[0].detail == {"kind": "personal", "scopes": ["console:sites:read"], "days": 90}


def test_a_service_of_a_room_works_there_and_leaves_with_its_token(app: Flask, make: Make) -> None:
    head = make.member(Role.SITE_HEAD)
    browser = make.browser(app, head)
    page = post(browser, "/room/tokens/new", {"name": "门禁", "role": "volunteer", "days": "30", "scopes": READ})
    found = SHOWN.search(page.text)
    assert found, page.status
    assert asks(app, found[0]) == 200
    assert asks(app, found[0], "/api/v1/sites") == 403
    assert "门禁" not in browser.get("/room/team/").text
    with make.databases.session(Login.MIGRATOR) as session:
        row = session.scalars(select(ApiToken)).one()
        account = session.get_one(Account, row.account_id)
        assert (row.kind, row.site_id, account.password_hash) == ("service", head.site_id, None)
    assert post(browser, f"/room/tokens/{row.id}/revocation").status_code == 303
    assert asks(app, found[0]) == 401
    with make.databases.session(Login.MIGRATOR) as session:
        assert session.get_one(Membership, row.membership_id).ended_at


def test_a_service_of_the_console_may_be_held_to_a_region(app: Flask, make: Make) -> None:
    browser = make.browser(app, make.member(Role.INSTITUTION_ADMIN))
    form = {"name": "市级平台", "role": "regional_office", "days": "90", "scopes": [Permission.SITES_READ.value]}
    assert post(browser, "/console/tokens/new", form).status_code == 422
    page = post(browser, "/console/tokens/new", form | {"region": "洛龙区"})
    found = SHOWN.search(page.text)
    assert found, page.status
    assert "市级平台" in browser.get("/console/tokens").text
    make.site()
    make.site(ancestors=["440000000000", "000000000000"])
    answer = app.test_client().get("/api/v1/sites", headers={"Authorization": f"Bearer {found[0]}"}).json
    assert answer is not None
    assert len(answer["items"]) == 1


def test_nobody_makes_a_service_beyond_their_own_place(make: Make) -> None:
    head, other = make.member(Role.SITE_HEAD), make.site()
    assert head.site_id
    for scope in (Scope(Role.COUNSELLOR, other.id), Scope(Role.INSTITUTION_ADMIN)):
        with make.databases.session(Login.TENANT, head.site_id) as session, pytest.raises(Forbidden):
            services.create(session, head, name="x", scope=scope, scopes=READ, days=1)


def test_a_head_sees_and_ends_what_acts_in_the_room(app: Flask, make: Make) -> None:
    site = make.site()
    head, worker = make.member(Role.SITE_HEAD, site), make.member(Role.SITE_WORKER, site)
    token = personal(make, worker)
    browser = make.browser(app, head)
    assert worker.name in browser.get("/room/tokens").text
    with make.databases.session(Login.MIGRATOR) as session:
        token_id = session.scalars(select(ApiToken.id)).one()
    assert post(browser, f"/room/tokens/{token_id}/revocation").status_code == 303
    assert asks(app, token) == 401
    with make.databases.session(Login.MIGRATOR) as session:
        assert session.get_one(Membership, worker.membership_id).ended_at is None


def test_so_many_tokens_are_enough(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "MOST", 2)
    head = make.member(Role.SITE_HEAD)
    for _ in range(2):
        personal(make, head)
    with pytest.raises(Conflict):
        personal(make, head)
