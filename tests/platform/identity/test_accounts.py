"""Accounts in the console: made, given roles, shut out, and never all of the administrators."""

import pytest
from flask import Flask
from sqlalchemy import select, update

from huakai_platform.identity.models import Account, AccountSession, Membership
from huakai_platform.kernel import clock, workbooks
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.plumbing import IdempotencyKey
from tests.platform.identity.people import person, sign_in, signed_in
from tests.support import web
from tests.support.make import Make

NEW = "/console/accounts/new"


def test_an_office_is_made_for_a_region_by_its_name(app: Flask, make: Make, databases: Databases) -> None:
    client = make.browser(app, make.member(Role.INSTITUTION_ADMIN))

    answer = web.post(client, NEW, {"name": "洛龙区办", "role": "regional_office", "region": "洛龙区"})

    assert answer.status_code == 303
    assert "洛龙区" in client.get(answer.location).text
    with databases.session(Login.MIGRATOR) as session:
        row = session.execute(select(Membership).where(Membership.role == "regional_office")).scalar_one()
        name = session.scalar(select(Account.login_name).where(Account.id == row.account_id))
    assert (row.region_code, name) == ("410311000000", "office-1")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"role": "regional_office"}, "区域办公室须指定地区"),
        ({"role": "regional_office", "region": "没有的地方"}, "没有找到这个地区"),
        ({"role": "auditor"}, "审核员须有截止日期"),
        ({"role": "site_head"}, "须指定一个站点"),
        ({"role": "site_head", "site": "没有的站点"}, "没有找到这个站点"),
        ({"role": "king"}, "请从列出的选项中选择"),
        ({"role": "institution_admin", "email": "nonsense"}, "请填写完整的邮箱地址"),
        ({"role": "institution_admin", "login_name": "tester1"}, "这个账号名已被使用"),
        ({"role": "auditor", "valid_from": "2027-01-02", "valid_until": "2027-01-01"}, "截止日期早于开始日期"),
    ],
)
def test_what_does_not_fit_the_role_is_said_and_nothing_typed_is_lost(
    app: Flask, make: Make, data: dict[str, str], said: str
) -> None:
    client = make.browser(app, make.member(Role.INSTITUTION_ADMIN))

    answer = web.post(client, NEW, {"name": "还在这里", **data})

    assert answer.status_code == 422
    assert said in answer.text
    assert "还在这里" in answer.text


def test_a_name_that_several_places_share_is_asked_again(app: Flask, make: Make) -> None:
    client = make.browser(app, make.member(Role.INSTITUTION_ADMIN))
    first, second = make.site(name="同名社区咨询室"), make.site(name="同名社区咨询室")
    asked = {"name": "某人", "role": "site_head", "site": "同名社区咨询室"}

    choose = web.post(client, NEW, asked)
    done = web.post(client, NEW, {**asked, "site_id": str(second.id)})

    assert choose.status_code == 422
    assert str(first.id) in choose.text
    assert done.status_code == 303
    assert second.code not in choose.text.split("同名社区咨询室")[0]


def test_the_list_is_searched_filtered_and_exported(app: Flask, make: Make) -> None:
    client = make.browser(app, make.member(Role.INSTITUTION_ADMIN))
    person(make, Role.COUNSELLOR, name="欧阳一一", login_name="ouyang")
    person(make, Role.SITE_HEAD, name="司马二二", login_name="sima")

    found = client.get("/console/accounts?q=欧阳&role=counsellor&state=active&sort=-seen").text
    sheet = workbooks.read(client.get("/console/accounts.xlsx?q=ouyang").data).sheets[0]

    assert "欧阳一一" in found
    assert "司马二二" not in found
    assert [row[0].value for row in sheet.rows[2:]] == ["姓名", "欧阳一一"]
    assert "没有符合条件的记录" in client.get("/console/accounts?q=nobody%25").text
    assert client.get("/console/accounts?sort=password").status_code == 422


def test_roles_are_given_and_ended(app: Flask, make: Make) -> None:
    client = make.browser(app, make.member(Role.INSTITUTION_ADMIN))
    account, actor = person(make, Role.COUNSELLOR)
    theirs = make.browser(app, actor)
    url = f"/console/accounts/{account.id}"

    given = web.post(client, f"{url}/memberships", {"role": "auditor", "valid_until": "2099-01-01"})
    twice = web.post(client, f"{url}/memberships", {"role": "auditor", "valid_until": "2099-01-01"})
    ended = web.post(client, f"{url}/memberships/{actor.membership_id}/end")

    assert (given.status_code, twice.status_code, ended.status_code) == (303, 422, 303)
    assert theirs.get("/room/team/").location == "/memberships"
    assert "审核员" in theirs.get("/memberships").text


def test_the_last_administrator_stays(app: Flask, make: Make) -> None:
    account, actor = person(make, Role.INSTITUTION_ADMIN)
    client = make.browser(app, actor)
    other, second = person(make, Role.INSTITUTION_ADMIN)

    assert web.post(client, f"/console/accounts/{account.id}/disable").status_code == 409
    own = f"/console/accounts/{account.id}/memberships/{actor.membership_id}/end"
    assert web.post(client, own).status_code == 409
    assert web.post(client, f"/console/accounts/{other.id}/disable").status_code == 303
    assert web.post(client, f"/console/accounts/{other.id}/enable").status_code == 303
    end_other = f"/console/accounts/{other.id}/memberships/{second.membership_id}/end"
    assert web.post(client, end_other).status_code == 303


def test_an_administrator_who_cannot_sign_in_does_not_count(app: Flask, make: Make) -> None:
    able, _ = person(make, Role.INSTITUTION_ADMIN)
    invited = make.member(Role.INSTITUTION_ADMIN)

    assert web.post(make.browser(app, invited), f"/console/accounts/{able.id}/disable").status_code == 409


def test_disabling_shuts_out_at_once(app: Flask, make: Make) -> None:
    admin = make.browser(app, person(make, Role.INSTITUTION_ADMIN)[1])
    account, _ = person(make)
    theirs = signed_in(app, account)

    web.post(admin, f"/console/accounts/{account.id}/disable")

    assert theirs.get("/account").status_code == 401
    assert sign_in(app.test_client(), account.login_name).status_code == 422


def test_deeds_on_accounts_ask_for_a_fresh_password(app: Flask, make: Make, databases: Databases) -> None:
    client = make.browser(app, make.member(Role.INSTITUTION_ADMIN))
    account, _ = person(make)
    with databases.session(Login.MIGRATOR) as session:
        session.execute(update(AccountSession).values(confirmed_at=clock.now().replace(year=2020)))

    assert web.post(client, f"/console/accounts/{account.id}/link").status_code == 403
    assert web.post(client, f"/console/accounts/{account.id}/disable").status_code == 403
    there = client.get("/console/accounts.xlsx?q=a%20b", headers={"Accept": "text/html"})
    assert there.location == "/confirm?next=/console/accounts.xlsx%3Fq%3Da%2520b"


def test_another_institutions_account_is_not_there(app: Flask, make: Make, databases: Databases) -> None:
    client = make.browser(app, make.member(Role.INSTITUTION_ADMIN))
    stranger = make.account()

    for url in (f"/console/accounts/{stranger.id}", "/console/accounts/00000000-0000-7000-8000-000000000000"):
        assert client.get(url).status_code == 404
        for deed in ("link", "disable", "enable", "second-factor/removal", "mail"):
            assert web.post(client, f"{url}/{deed}").status_code == 404, deed


def test_the_link_is_shown_once_and_kept_nowhere(app: Flask, make: Make, databases: Databases) -> None:
    client = make.browser(app, make.member(Role.INSTITUTION_ADMIN))
    invited = make.member(Role.COUNSELLOR)

    page = web.post(client, f"/console/accounts/{invited.account_id}/link", {"idempotency_key": "once"})

    assert "/invitations/" in page.text
    assert 'src="data:image/png;base64,' in page.text
    with databases.session(Login.MIGRATOR) as session:
        assert session.execute(select(IdempotencyKey.status, IdempotencyKey.location)).all() == [(200, None)]
    again = web.post(client, f"/console/accounts/{invited.account_id}/link", {"idempotency_key": "once"})
    assert (again.status_code, "/invitations/" in again.text) == (200, False)
    assert "已经完成" in again.text


def test_the_matrix_shows_what_is_granted(app: Flask, make: Make) -> None:
    page = make.browser(app, make.member(Role.AUDITOR)).get("/console/access").text

    assert "room:checklists:fill" in page
    assert "机构管理员" in page
