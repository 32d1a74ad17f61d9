"""A head invites into the own room: told plainly of it, and nothing about anybody else."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from huakai_platform.identity import contacts, freeing
from huakai_platform.identity.models import Account, Membership
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.sites import Site
from tests.platform.identity.people import EMAIL, PASSWORD, PHONE, accounts, drain, hashed, marked, sign_in, told
from tests.support import web
from tests.support.make import Make

TEAM = "/room/team/new"


@pytest.mark.parametrize("how", ["ended by its head", "expired", "its room is closed"])
def test_a_head_can_give_out_a_number_that_is_free_again(
    app: Flask, make: Make, databases: Databases, settings: Settings, how: str
) -> None:
    site, other = make.site(), make.site()
    account = marked(make, "王建国", email=EMAIL)
    until = clock.today() - timedelta(days=1) if how == "expired" else None
    member = make.member(Role.VOLUNTEER, other if "closed" in how else site, account, valid_until=until)
    client = make.browser(app, make.member(Role.SITE_HEAD, site))
    if "head" in how:
        web.post(client, f"/room/team/memberships/{member.membership_id}/end")
        drain(databases, settings)
    elif "closed" in how:
        with databases.session(Login.MIGRATOR) as session:
            session.execute(update(Site).where(Site.id == other.id).values(state="closed"))
    with databases.session(Login.WORKER) as session:
        freeing.sweep(session)

    told(client, TEAM, {"name": "李心怡", "role": "counsellor", "phone": PHONE, "email": EMAIL})

    with databases.session(Login.MIGRATOR) as session:
        new = session.scalars(select(Account).where(Account.name == "李心怡")).one()
        assert (new.email, new.phone_lookup) == (EMAIL, account.phone_lookup)


def anonymous(said: str, site: Site) -> str:
    """What an answer says, without what no two answers share."""
    for own in (site.name, site.code, site.code.lower()):
        said = said.replace(own, "…")
    said = re.sub(r'(X-CSRFToken": |name="csrf_token" value=|idempotency_key" value=)"[^"]+"', "", said)
    said = re.sub(r"\b(?:[0-9a-f]{16}|[0-9a-f]{32})\b", "…", said)
    said = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "…", said)
    said = re.sub(r"/invitations/[\w-]+|data:image/png;base64,[^\"]+", "…", said)
    return re.sub(r"测试人员\d+|tester\d+|\d{4}-\d\d-\d\dT[\d:.+]+|\d\d:\d\d", "…", said)


BOTH = ("phone", "email")


@pytest.mark.parametrize(
    ("typed", "theirs"),
    [(("phone",), BOTH), (("email",), BOTH), (BOTH, ("phone",)), (BOTH, ("email",)), (BOTH, BOTH)],
    ids=lambda fields: "+".join(fields),
)
def test_a_head_sees_no_difference_whether_a_stranger_has_the_number_however_often_it_is_typed(
    app: Flask, make: Make, databases: Databases, typed: tuple[str, ...], theirs: tuple[str, ...]
) -> None:
    strangers = {"phone": PHONE, "email": EMAIL}, {"phone": "13800000002", "email": "wang@example.org"}
    first, second = [{field: has[field] for field in typed} for has in strangers]
    newcomers = [{"name": f"{each}来的", "role": "counsellor"} for each in ("新", "再", "又")]

    def everything() -> tuple[list[str], list[str]]:
        """All that a head can look at after inviting, by page and by API, and the statements of it."""
        head = make.member(Role.SITE_HEAD)
        with databases.session(Login.MIGRATOR) as session:
            site = session.get_one(Site, head.site_id)
        client, program = make.browser(app, head), make.program(app, head)
        token = web.token(client)
        with web.statements(app, Login.TENANT) as sent:
            invited = [client.post(TEAM, data={"csrf_token": token, **asked, **first}) for asked in newcomers]
            invited += [program.post("/api/v1/room/team", json=asked | second) for asked in newcomers]
            invited += [program.post("/api/v1/room/team", json=asked | first) for asked in newcomers]
            invited += [client.post(TEAM, data={"csrf_token": token, **asked, **second}) for asked in newcomers]
        sent = [re.sub(r"SET LOCAL \S+ = '[^']+'", "SET", statement) for statement in sent]
        team, listed = client.get("/room/team/"), program.get("/api/v1/room/team")
        newest = max(listed.get_json()["items"], key=lambda one: one["created_at"])["id"]
        letter = web.post(client, f"/room/team/{newest}/link")
        answers = [*invited, team, listed, letter]
        return [f"{one.status_code} {one.location} {anonymous(one.text, site)}" for one in answers], sent

    key = make.settings.lookup_key
    unknown = everything()
    with databases.session(Login.MIGRATOR) as session:
        session.execute(update(Account).values(phone_lookup=None, email=None))
    for has in strangers:
        account = make.account(
            phone_lookup=contacts.phone_lookup(key, has["phone"]) if "phone" in theirs else None,
            email=has["email"] if "email" in theirs else None,
        )
        make.member(Role.COUNSELLOR, account=account)
    known = everything()

    assert known[0] == unknown[0]
    assert known[1] == unknown[1], "the same statements, so that time tells nothing either"
    once = ["303", "422", "422", "201", *["422"] * 8]
    taken = ["303"] * 3 + ["201"] * 6 + ["303"] * 3
    assert [said[:3] for said in known[0][:12]] == (once if "phone" in typed else taken)
    assert "已邀请新来的。账号名和链接写在邀请信里" in "".join(known[0])
    assert "账号名登录" in known[0][-1]


@pytest.mark.parametrize("free", [True, False])
def test_a_person_learns_at_the_first_sign_in_what_opens_the_account(app: Flask, make: Make, free: bool) -> None:
    if not free:
        make.member(Role.COUNSELLOR, account=marked(make, "王建国", email=EMAIL))
    client = make.browser(app, make.member(Role.SITE_HEAD))
    web.post(client, TEAM, {"name": "新来的", "role": "counsellor", "phone": PHONE, "email": EMAIL})
    with make.databases.session(Login.MIGRATOR) as session:
        account = session.scalars(select(Account).where(Account.name == "新来的")).one()
        session.execute(update(Account).where(Account.id == account.id).values(password_hash=hashed()))
    theirs = app.test_client()

    first = web.post(
        theirs, "/sign-in", {"identifier": account.login_name, "password": PASSWORD}, follow_redirects=True
    ).text
    again = web.post(
        theirs, "/sign-in", {"identifier": account.login_name, "password": PASSWORD}, follow_redirects=True
    ).text
    page = theirs.get("/account").text

    assert f"账号名 {account.login_name}" in first
    assert ("手机号 138****0001、邮箱 li@example.org" in first) is free
    assert ("手机号 138****0001 不能用来登录" in first) is not free
    assert ("手机号 138****0001 不能用来登录" in page) is not free
    assert "第一次登录" not in again
    assert (sign_in(app.test_client(), PHONE).status_code == 303) is free


def test_within_the_room_a_head_is_told_plainly_and_adds_roles_to_the_person_meant(
    app: Flask, make: Make, databases: Databases
) -> None:
    site = make.site()
    head = make.member(Role.SITE_HEAD, site, post="A")
    client, program = make.browser(app, head), make.program(app, head)
    member = make.member(Role.VOLUNTEER, site, marked(make, "王建国", email=EMAIL))
    shut_out = make.member(Role.VOLUNTEER, site, make.account(disabled_at=clock.now()))
    stranger = make.member(Role.VOLUNTEER)
    before = accounts(databases)

    def asked(**given: object) -> dict[str, Any]:
        return {"role": "counsellor", **{name: str(value) for name, value in given.items()}}

    refused = {
        "团队里王建国的手机号也是 138****0001": asked(name="李心怡", phone=PHONE),
        f"A 岗现由{head.name}担任": asked(name="李心怡", post="A"),
        "此人已有这个身份": asked(account_id=member.account_id) | {"role": "volunteer"},
        "此人的账号已停用": asked(account_id=shut_out.account_id),
        "此人不在本站点的团队中": asked(account_id=stranger.account_id),
        "选择了团队里已有的人时请留空": asked(account_id=member.account_id, phone="13800000009"),
        "必填": asked(),
    }
    for said, given in refused.items():
        page, answer = web.post(client, TEAM, given), program.post("/api/v1/room/team", json=given)
        assert (page.status_code, answer.status_code) == (422, 422), said
        assert said in page.text
        assert said in json.dumps(answer.json, ensure_ascii=False)
    assert web.post(client, TEAM, asked(account_id=head.account_id)).status_code == 403
    assert "已给王建国添加身份" in told(client, TEAM, asked(account_id=member.account_id, post="B"))
    assert accounts(databases) == before
    told(client, TEAM, asked(name="赵新来"))
    assert "团队里另有同名的人" in told(client, TEAM, asked(name="赵新来"))
    with databases.session(Login.MIGRATOR) as session:
        roles = session.scalars(select(Membership.role).where(Membership.account_id == member.account_id)).all()
    assert set(roles) == {"volunteer", "counsellor"}
