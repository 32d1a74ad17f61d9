"""What people do with their own account: details, password, role, language."""

from datetime import timedelta

from flask import Flask

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Role
from tests.platform.identity.people import PASSWORD, hashed, person, sign_in, signed_in
from tests.support import web
from tests.support.make import Make


def test_a_new_password_signs_out_the_other_devices(app: Flask, make: Make) -> None:
    account, _ = person(make)
    here, there = signed_in(app, account), signed_in(app, account)
    change = {"current": PASSWORD, "password": "ganz-neu-und-lang", "repeat": "ganz-neu-und-lang"}

    assert web.post(here, "/account/password", {**change, "current": "wrong"}).status_code == 422
    assert web.post(here, "/account/password", {**change, "repeat": "other"}).status_code == 422
    assert web.post(here, "/account/password", {**change, "password": "short", "repeat": "short"}).status_code == 422
    assert web.post(here, "/account/password", change).status_code == 303

    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 401
    assert sign_in(app.test_client(), account.login_name, "ganz-neu-und-lang").status_code == 303


def test_telephone_and_address_need_the_password_and_are_ones_own(app: Flask, make: Make) -> None:
    person(make, email="taken@example.org")
    account, _ = person(make)
    client = signed_in(app, account)
    change = {"phone": "138 1234 5678", "email": "Me@Example.org", "password": PASSWORD}

    wrong = web.post(client, "/account/contact", {**change, "password": "wrong"})
    taken = web.post(client, "/account/contact", {**change, "email": "taken@example.org"})
    done = web.post(client, "/account/contact", change)

    assert (wrong.status_code, taken.status_code, done.status_code) == (422, 422, 303)
    assert "这个邮箱不能使用" in taken.text
    page = client.get("/account").text
    assert "138****5678" in page
    assert "13812345678" not in page
    assert sign_in(app.test_client(), "13812345678").status_code == 303
    web.post(client, "/account/contact", {"drop_phone": "1", "email": "me@example.org", "password": PASSWORD})
    assert sign_in(app.test_client(), "13812345678").status_code == 422


def test_name_and_language_are_kept(app: Flask, make: Make) -> None:
    account, _ = person(make)
    client = signed_in(app, account)

    assert web.post(client, "/account", {"name": "新名字", "locale": "en"}).status_code == 303

    page = client.get("/account").text
    assert "新名字" in page
    assert '<html lang="en">' in page
    assert web.post(client, "/account", {"name": "", "locale": "en"}).status_code == 422


def test_several_roles_are_chosen_and_the_token_changes_with_the_role(app: Flask, make: Make) -> None:
    account, head = person(make, Role.SITE_HEAD)
    auditor = make.member(Role.AUDITOR, account=account)
    client = app.test_client()

    assert sign_in(client, account.login_name).location == "/memberships"
    assert client.get("/console/access", headers={"Accept": "text/html"}).location == "/memberships"
    before = client.get_cookie("huakai").value  # type: ignore[union-attr]
    web.post(client, "/memberships", {"membership_id": str(auditor.membership_id)})

    after = client.get_cookie("huakai").value  # type: ignore[union-attr]
    assert before != after
    assert client.get("/console/access").status_code == 200
    assert client.get("/room/team/").status_code == 403
    stale = app.test_client()
    stale.set_cookie("huakai", before)
    assert stale.get("/account").status_code == 401
    web.post(client, "/memberships", {"membership_id": str(head.membership_id), "next": "/room/team/"})
    assert client.get("/room/team/").status_code == 200


def test_closed_sites_and_lapsed_roles_are_not_offered(app: Flask, make: Make) -> None:
    today = clock.today()
    account, _ = person(make, Role.COUNSELLOR)
    closed = make.member(Role.SITE_WORKER, make.site(state="closed", name="关掉的咨询室"), account)
    lapsed = make.member(Role.AUDITOR, account=account, valid_until=today - timedelta(days=1))
    early = make.member(Role.SITE_HEAD, account=account, valid_from=today + timedelta(days=1))
    client = signed_in(app, account)

    page = client.get("/memberships").text

    for actor in (closed, lapsed, early):
        assert str(actor.membership_id) not in page
        assert web.post(client, "/memberships", {"membership_id": str(actor.membership_id)}).status_code == 404


def test_another_persons_role_is_not_mine_to_choose(app: Flask, make: Make) -> None:
    account, _ = person(make)
    admin = make.member(Role.INSTITUTION_ADMIN)
    client = signed_in(app, account)

    assert web.post(client, "/memberships", {"membership_id": str(admin.membership_id)}).status_code == 404
    assert client.get("/console/accounts").status_code == 403


def test_somebody_without_a_role_is_told_so(app: Flask, make: Make) -> None:
    account = make.account(password_hash=hashed())
    client = signed_in(app, account)

    assert "您还没有可用的身份" in client.get("/memberships").text
    assert client.get("/account").status_code == 200
