"""The room's team: its head invites and ends, in this room and nowhere else."""

from flask import Flask
from sqlalchemy import select

from huakai_platform.identity.models import Account, Membership
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from tests.platform.identity.people import PASSWORD, person, sign_in
from tests.support import web
from tests.support.make import Make

NEW = "/room/team/new"


def test_a_head_invites_and_hands_out_the_link(app: Flask, make: Make, databases: Databases) -> None:
    head = make.member(Role.SITE_HEAD)
    client = make.browser(app, head)
    asked = {"name": "新来的", "role": "counsellor", "phone": "13900000001"}

    assert web.post(client, NEW, asked).status_code == 303
    again = web.post(client, NEW, asked)
    assert (again.status_code, "团队里新来的的手机号也是 139****0001" in again.text) == (422, True)
    with databases.session(Login.MIGRATOR) as session:
        account = session.scalars(select(Account).where(Account.name == "新来的")).one()
    assert "139****0001" in client.get("/room/team/").text
    page = web.post(client, f"/room/team/{account.id}/link").text
    url = "/invitations/" + page.split("/invitations/")[1].split('"')[0]
    web.post(app.test_client(), url, {"password": PASSWORD, "repeat": PASSWORD})

    assert sign_in(app.test_client(), "13900000001").status_code == 303


def test_a_head_makes_no_administrator_and_reaches_no_other_room(app: Flask, make: Make, databases: Databases) -> None:
    client = make.browser(app, make.member(Role.SITE_HEAD))
    other = make.member(Role.COUNSELLOR)

    assert web.post(client, NEW, {"name": "王", "role": "institution_admin"}).status_code == 422
    assert web.post(client, NEW, {"name": "王", "role": "counsellor", "site_id": str(other.site_id)}).status_code == 422
    assert web.post(client, f"/room/team/memberships/{other.membership_id}/end").status_code == 404
    assert web.post(client, f"/room/team/{other.account_id}/link").status_code == 404
    with databases.session(Login.MIGRATOR) as session:
        assert session.get_one(Membership, other.membership_id).ended_at is None


def test_a_head_cannot_reset_who_holds_a_role_elsewhere(app: Flask, make: Make) -> None:
    site = make.site()
    head = make.member(Role.SITE_HEAD, site)
    account, _ = person(make, Role.INSTITUTION_ADMIN)
    make.member(Role.COUNSELLOR, site, account)
    client = make.browser(app, head)

    assert account.name in client.get("/room/team/").text
    assert web.post(client, f"/room/team/{account.id}/link").status_code == 403


def test_a_head_ends_a_role_but_not_the_own(app: Flask, make: Make) -> None:
    site = make.site()
    head = make.member(Role.SITE_HEAD, site)
    client = make.browser(app, head)
    member = make.member(Role.VOLUNTEER, site)
    theirs = make.browser(app, member)

    assert web.post(client, f"/room/team/memberships/{member.membership_id}/end").status_code == 303
    assert theirs.get("/room/team/").location == "/memberships"
    assert web.post(client, f"/room/team/memberships/{head.membership_id}/end").status_code == 409


def test_others_look_and_do_not_touch(app: Flask, make: Make) -> None:
    worker = make.member(Role.SITE_WORKER)
    client = make.browser(app, worker)

    assert "邀请成员" not in client.get("/room/team/").text
    assert web.post(client, NEW, {"name": "王", "role": "counsellor"}).status_code == 403
    assert web.post(client, f"/room/team/{worker.account_id}/link").status_code == 403
