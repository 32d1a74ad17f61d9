"""Inviting people, and links that are good once."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.exc import ProgrammingError

from huakai_platform.identity import invitations, links
from huakai_platform.identity.invitations import Invited, Outcome
from huakai_platform.identity.models import Account, Invitation, Membership
from huakai_platform.identity.naming import Person
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.sites import Site
from tests.platform.identity.people import PASSWORD, person, sign_in, signed_in, without_tokens
from tests.support import web
from tests.support.make import Make

PAIR = [
    Person("李心怡", Role.SITE_HEAD, post="A", phone="13800000001"),
    Person("王建国", Role.COUNSELLOR, post="B", phone="13800000002"),
]


def invite(databases: Databases, settings: Settings, site: Site, people: list[Person]) -> list[Invited]:
    """As the job that opens a site does."""
    with databases.session(Login.WORKER, site.id) as session:
        return invitations.invite_all(
            session, people, institution_id=site.institution_id, site_id=site.id, lookup_key=settings.lookup_key
        )


def token(databases: Databases, invitation_id: object) -> str:
    with databases.session(Login.OVERSIGHT) as session:
        return links.issue(session, None, invitation_id)  # type: ignore[arg-type]


def test_a_job_invites_without_reading_secrets_and_twice_is_once(
    databases: Databases, make: Make, settings: Settings
) -> None:
    site = make.site()

    first, again = invite(databases, settings, site, PAIR), invite(databases, settings, site, PAIR)

    assert [one.membership_id for one in first] == [one.membership_id for one in again]
    assert {one.outcome for one in again} == {Outcome.THERE}
    with databases.session(Login.MIGRATOR) as session:
        names = session.scalars(select(Account.login_name).order_by(Account.login_name)).all()
        stored = session.scalars(select(Invitation.token_hash)).all()
        assert session.scalar(select(func.count()).select_from(Membership)) == 2
    assert names == [f"{site.code.lower()}-a", f"{site.code.lower()}-b"]
    assert stored == [None, None]


def test_a_number_that_is_known_gets_a_role_and_not_a_second_account(
    databases: Databases, make: Make, settings: Settings
) -> None:
    here, there = make.site(), make.site()
    first = invite(databases, settings, here, PAIR[:1])[0]

    second = invite(databases, settings, there, PAIR[:1])[0]

    assert (second.account_id, second.invitation_id) == (first.account_id, None)
    assert second.membership_id != first.membership_id


def test_one_number_with_two_names_stays_two_people(databases: Databases, make: Make, settings: Settings) -> None:
    shared = [
        Person("李心怡", Role.SITE_HEAD, post="A", phone="0379-63210000"),
        Person("王建国", Role.COUNSELLOR, post="B", phone="0379-63210000"),
    ]

    first, second = invite(databases, settings, make.site(), shared)

    assert first.account_id != second.account_id


def test_a_post_that_is_taken_over_gets_a_name_of_its_own(databases: Databases, make: Make, settings: Settings) -> None:
    site = make.site()
    first = invite(databases, settings, site, PAIR[:1])[0]
    with databases.session(Login.MIGRATOR) as session:
        session.execute(update(Membership).where(Membership.id == first.membership_id).values(ended_at=clock.now()))

    second = invite(databases, settings, site, [Person("赵新来", Role.SITE_HEAD, post="A")])[0]

    with databases.session(Login.MIGRATOR) as session:
        name = session.scalar(select(Account.login_name).where(Account.id == second.account_id))
    assert name == f"{site.code.lower()}-a2"


def test_a_link_sets_the_password_once(app: Flask, databases: Databases, make: Make, settings: Settings) -> None:
    invited = invite(databases, settings, make.site(), PAIR[:1])[0]
    url = f"/invitations/{token(databases, invited.invitation_id)}"
    client = app.test_client()
    assert "李心怡" in client.get(url).text

    weak = [
        web.post(client, url, {"password": given, "repeat": given}).status_code
        for given in ("short", "1234567890", "李心怡-password", "aaaaaaaaaaaa")
    ]
    unlike = web.post(client, url, {"password": PASSWORD, "repeat": PASSWORD + "x"})
    done = web.post(client, url, {"password": PASSWORD, "repeat": PASSWORD})

    assert weak == [422] * 4
    assert unlike.status_code == 422
    assert (done.status_code, done.location) == (303, "/sign-in")
    assert web.post(client, url, {"password": "another-one-77", "repeat": "another-one-77"}).status_code == 404
    assert sign_in(app.test_client(), "13800000001").status_code == 303


def test_wrong_used_expired_and_replaced_links_look_the_same(
    app: Flask, databases: Databases, make: Make, settings: Settings
) -> None:
    used, late, replaced = (
        invite(databases, settings, make.site(), [Person(f"某人{number}", Role.SITE_HEAD, post="A")])[0].invitation_id
        for number in range(3)
    )
    used_token, late_token, old_token = (token(databases, each) for each in (used, late, replaced))
    token(databases, replaced)
    with databases.session(Login.MIGRATOR) as session:
        session.execute(update(Invitation).where(Invitation.id == used).values(used_at=clock.now()))
        past = clock.now() - timedelta(seconds=1)
        session.execute(update(Invitation).where(Invitation.id == late).values(expires_at=past))

    tokens = ("nonsense", used_token, late_token, old_token)
    pages = {without_tokens(app.test_client().get(f"/invitations/{each}").text).replace(each, "X") for each in tokens}

    assert len(pages) == 1


def test_an_invitation_is_no_reset_and_a_reset_no_invitation(
    app: Flask, databases: Databases, make: Make, settings: Settings
) -> None:
    invited = invite(databases, settings, make.site(), PAIR[:1])[0]
    given = token(databases, invited.invitation_id)

    assert app.test_client().get(f"/resets/{given}").status_code == 404


def test_a_reset_ends_every_device(app: Flask, make: Make, databases: Databases) -> None:
    account, _ = person(make)
    admin = make.browser(app, make.member(Role.INSTITUTION_ADMIN))
    device = signed_in(app, account)
    page = web.post(admin, f"/console/accounts/{account.id}/link").text
    url = "/resets/" + page.split("/resets/")[1].split('"')[0]

    assert web.post(app.test_client(), url, {"password": "a-new-one-99", "repeat": "a-new-one-99"}).status_code == 303

    assert device.get("/account").status_code == 401
    assert sign_in(app.test_client(), account.login_name).status_code == 422
    assert sign_in(app.test_client(), account.login_name, "a-new-one-99").status_code == 303


def test_a_rooms_link_dies_when_its_person_gets_a_role_elsewhere(
    app: Flask, databases: Databases, make: Make, settings: Settings
) -> None:
    site = make.site()
    invited = invite(databases, settings, site, PAIR[:1])[0]
    given = token(databases, invited.invitation_id)
    with databases.session(Login.MIGRATOR) as session:
        account = session.get_one(Account, invited.account_id)
    make.member(Role.INSTITUTION_ADMIN, account=account)

    assert app.test_client().get(f"/invitations/{given}").status_code == 404


@pytest.mark.parametrize("login", [Login.TENANT, Login.WORKER])
def test_a_room_or_a_job_cannot_invite_to_another_room(
    databases: Databases, make: Make, settings: Settings, login: Login
) -> None:
    here, there = make.site(), make.site()
    with pytest.raises(ProgrammingError, match="row-level security"), databases.session(login, here.id) as session:
        invitations.invite_all(
            session, PAIR, institution_id=there.institution_id, site_id=there.id, lookup_key=settings.lookup_key
        )
