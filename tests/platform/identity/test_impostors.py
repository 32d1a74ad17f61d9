"""Nobody comes into another's role by another's name, number or link."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from huakai_deploy.web import create_app
from huakai_platform.identity import accounts, invitations, links
from huakai_platform.identity.models import Account, Institution, Membership
from huakai_platform.identity.naming import Person
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.errors import Forbidden
from huakai_platform.kernel.ids import uuid7
from tests.platform.identity.people import PASSWORD, person, signed_in
from tests.support import web
from tests.support.make import Make

HEAD = Person("李心怡", Role.SITE_HEAD, post="A", phone="13800000001")


def opened_with_head(databases: Databases, make: Make, settings: Settings) -> set[object]:
    """Whose account the head of a new room gets, as the job that opens it decides."""
    site = make.site()
    with databases.session(Login.WORKER, site.id) as session:
        invitations.invite_all(
            session, [HEAD], institution_id=site.institution_id, site_id=site.id, lookup_key=settings.lookup_key
        )
    with databases.session(Login.MIGRATOR) as session:
        return set(session.scalars(select(Membership.account_id).where(Membership.site_id == site.id)))


def test_who_enters_anothers_name_and_number_does_not_become_head_of_anothers_room(
    app: Flask, databases: Databases, make: Make, settings: Settings
) -> None:
    account, _ = person(make, Role.VOLUNTEER)
    client = signed_in(app, account)
    web.post(client, "/account", {"name": HEAD.name, "locale": "zh_CN"})
    web.post(client, "/account/contact", {"phone": str(HEAD.phone), "password": PASSWORD})

    heads = opened_with_head(databases, make, settings)

    with databases.session(Login.MIGRATOR) as session:
        assert session.get_one(Account, account.id).phone_lookup is not None
    assert account.id not in heads


def test_a_heads_made_up_member_does_not_become_head_of_anothers_room(
    app: Flask, databases: Databases, make: Make, settings: Settings
) -> None:
    client = make.browser(app, make.member(Role.SITE_HEAD))
    asked = {"name": HEAD.name, "role": "volunteer", "phone": str(HEAD.phone)}
    assert web.post(client, "/room/team/new", asked).status_code == 303
    with databases.session(Login.MIGRATOR) as session:
        puppet = session.scalars(select(Account.id).where(Account.name == HEAD.name)).one()

    heads = opened_with_head(databases, make, settings)

    assert puppet not in heads
    assert opened_with_head(databases, make, settings) == heads, "the institution's own word is good elsewhere"


def test_a_head_cannot_reset_who_begins_elsewhere_tomorrow(databases: Databases, make: Make) -> None:
    site = make.site()
    head, account = make.member(Role.SITE_HEAD, site), make.account()
    make.member(Role.COUNSELLOR, site, account)
    make.member(Role.INSTITUTION_ADMIN, account=account, valid_from=clock.today() + timedelta(days=1))

    with databases.session(Login.OVERSIGHT) as session, pytest.raises(Forbidden):
        links.prepare(session, head, account.id)


def test_an_institution_cannot_reset_the_account_of_another_ones_administrator(
    databases: Databases, make: Make
) -> None:
    account = make.account()
    mine = make.member(Role.INSTITUTION_ADMIN)
    make.member(Role.AUDITOR, account=account, valid_until=clock.today())
    there = make.add(Institution(id=uuid7(), name="别处", short_name="别处", created_at=clock.now()))
    make.add(
        Membership(
            id=uuid7(),
            account_id=account.id,
            institution_id=there.id,
            role=Role.INSTITUTION_ADMIN,
            created_at=clock.now(),
        )
    )

    for deed in (links.prepare, accounts.disable, accounts.drop_second_factor):
        with databases.session(Login.OVERSIGHT) as session, pytest.raises(Forbidden):
            deed(session, mine, account.id)


def test_nobody_finds_out_by_trying_whose_numbers_are_known(app: Flask, make: Make) -> None:
    account, _ = person(make)
    client = signed_in(app, account)
    for number in range(7):
        make.account(email=f"known{number}@example.org")

    told = [
        "不能使用"
        in web.post(client, "/account/contact", {"email": f"known{number}@example.org", "password": PASSWORD}).text
        for number in range(7)
    ]

    assert told == [True] * 5 + [False] * 2


def test_a_try_that_succeeds_does_not_let_anybody_try_on(app: Flask, make: Make) -> None:
    account, _ = person(make)
    client = signed_in(app, account)
    make.account(email="known@example.org")
    tries = ["known@example.org", "mine@example.org"] * 4

    told = [
        web.post(client, "/account/contact", {"email": email, "password": PASSWORD}, follow_redirects=True).text
        for email in tries
    ]

    assert ["不能使用" in page or "已保存。" in page for page in told] == [True] * 5 + [False] * 3
    assert all("尝试次数过多" in page for page in told[5:])


def test_a_link_is_shown_as_visitors_must_open_it(databases: Databases, make: Make, settings: Settings) -> None:
    secure = create_app(replace(settings, https=True))
    client = secure.test_client()
    client.set_cookie("__Host-huakai", make.token(make.member(Role.INSTITUTION_ADMIN)))
    account = make.account()
    make.member(Role.AUDITOR, account=account)

    page = web.post(client, f"/console/accounts/{account.id}/link").text

    secure.extensions["huakai"].databases.dispose()
    assert "https://localhost/invitations/" in page
