"""Signing in and out: whoever knows the password, nobody else, and nothing told to strangers."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from flask import Flask
from sqlalchemy import select, update

from huakai_deploy.web import create_app
from huakai_platform.identity import contacts, passwords, throttling
from huakai_platform.identity.models import Account, AccountSession, Membership, Throttle
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from tests.platform.identity.people import PASSWORD, person, sign_in, signed_in, without_tokens
from tests.support import web
from tests.support.make import Make


def test_a_name_an_address_and_a_number_open_the_same_door(app: Flask, make: Make, settings: Settings) -> None:
    lookup = contacts.phone_lookup(settings.lookup_key, "13800000001")
    account, _ = person(make, email="wang@example.org", phone_lookup=lookup)

    for identifier in (account.login_name.upper(), "Wang@Example.org", "138 0000 0001", "+8613800000001"):
        client = app.test_client()
        assert sign_in(client, identifier).status_code == 303, identifier
        assert account.name in client.get("/account").text


def test_the_second_time_the_last_time_is_told(app: Flask, make: Make) -> None:
    account, _ = person(make)

    first, second = signed_in(app, account), signed_in(app, account)

    assert "这是您第一次登录" in first.get("/account").text
    assert "上次登录" in second.get("/account").text


def test_known_and_unknown_get_the_same_bytes(app: Flask, make: Make) -> None:
    account, _ = person(make)
    gone, _ = person(make, disabled_at=clock.now())
    invited = make.account()
    answers = []
    for identifier in (account.login_name, "nobody-here", gone.login_name, invited.login_name, "13900000009"):
        page = sign_in(app.test_client(), identifier, "quite wrong indeed")
        answers.append((page.status_code, without_tokens(page.text).replace(identifier, "X")))

    assert len(set(answers)) == 1
    assert answers[0][0] == 422


def test_nobody_costs_the_same_work_as_somebody(app: Flask, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    def verify(stored: str, password: str) -> bool:
        done.append(stored)
        raise VerifyMismatchError

    monkeypatch.setattr(passwords, "HASHER", SimpleNamespace(verify=verify))

    sign_in(app.test_client(), "nobody-here", "quite wrong indeed")

    assert done == [passwords.NOBODY]


def test_a_planted_session_is_not_the_one_that_is_signed_in(app: Flask, make: Make) -> None:
    account, actor = person(make)
    planted = make.token(actor)
    client = app.test_client()
    client.set_cookie("huakai", planted)
    sign_in(client, account.login_name)

    assert client.get_cookie("huakai").value != planted  # type: ignore[union-attr]
    thief = app.test_client()
    thief.set_cookie("huakai", planted)
    assert thief.get("/account").status_code == 401


def test_a_kept_cookie_is_worth_nothing_after_signing_out(app: Flask, make: Make) -> None:
    account, _ = person(make)
    client = signed_in(app, account)
    kept = client.get_cookie("huakai").value  # type: ignore[union-attr]

    assert web.post(client, "/sign-out").status_code == 303

    client.set_cookie("huakai", kept)
    assert client.get("/account").status_code == 401


def test_the_token_itself_is_not_in_the_table(app: Flask, make: Make, databases: Databases) -> None:
    account, _ = person(make)
    token = signed_in(app, account).get_cookie("huakai").value  # type: ignore[union-attr]

    with databases.session(Login.MIGRATOR) as session:
        stored = session.scalars(select(AccountSession.token_hash)).all()
    assert all(token.encode() not in bytes(value) for value in stored)


def test_the_sixth_guess_waits_and_the_count_outlives_the_refused_request(
    app: Flask, make: Make, databases: Databases
) -> None:
    account, _ = person(make)
    answers = [sign_in(app.test_client(), account.login_name, "wrong wrong wrong").status_code for _ in range(6)]

    blocked = sign_in(app.test_client(), account.login_name)

    assert answers == [422] * 5 + [429]
    assert blocked.status_code == 429
    assert int(blocked.headers["Retry-After"]) > 0
    assert account.login_name in blocked.text
    with databases.session(Login.MIGRATOR) as session:
        counts = {row.key: row.failures for row in session.execute(select(Throttle.key, Throttle.failures))}
    assert counts[f"sign-in|account|{account.id}"] == 5
    assert counts["sign-in|block|127.0.0.0/24"] == 5


def test_unknown_names_are_slowed_down_alike(app: Flask) -> None:
    answers = [sign_in(app.test_client(), "nobody-here", "wrong wrong wrong").status_code for _ in range(6)]

    assert answers == [422] * 5 + [429]


def test_the_door_opens_again_after_the_wait(app: Flask, make: Make, databases: Databases) -> None:
    account, _ = person(make)
    for _attempt in range(6):
        sign_in(app.test_client(), account.login_name, "wrong wrong wrong")
    with databases.session(Login.MIGRATOR) as session:
        session.execute(update(Throttle).values(blocked_until=clock.now() - timedelta(seconds=1)))

    assert sign_in(app.test_client(), account.login_name).status_code == 303
    with databases.session(Login.MIGRATOR) as session:
        assert not session.scalars(select(Throttle.key).where(Throttle.key.contains("account"))).all()


def test_the_wait_grows_and_never_passes_a_quarter_of_an_hour(databases: Databases) -> None:
    brakes = [throttling.Brake("test|account|x", 5)]
    waits = []
    for _attempt in range(14):
        with databases.session(Login.TENANT) as session:
            throttling.charge(session, brakes)
            until = session.scalar(select(Throttle.blocked_until))
            waits.append(round((until - clock.now()).total_seconds() / 60) if until else 0)
            session.execute(update(Throttle).values(blocked_until=clock.now() if until else None))

    assert waits == [0, 0, 0, 0, 1, 2, 4, 8, 15, 15, 15, 15, 15, 15]


@pytest.mark.parametrize(
    ("address", "block"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2::5", "2001:db8:1::/48"),
        ("::ffff:203.0.113.9", "203.0.113.0/24"),
        ("", "unknown"),
    ],
)
def test_neighbours_share_a_count(address: str, block: str) -> None:
    assert throttling.block(address) == block


def test_a_role_that_is_taken_away_is_gone_at_once(app: Flask, make: Make, databases: Databases) -> None:
    _, actor = person(make, Role.SITE_HEAD)
    client = make.browser(app, actor)
    assert client.get("/room/team/").status_code == 200

    with databases.session(Login.MIGRATOR) as session:
        session.execute(update(Membership).where(Membership.id == actor.membership_id).values(ended_at=clock.now()))

    answer = client.get("/room/team/")
    assert (answer.status_code, answer.location) == (303, "/memberships")


def test_a_disabled_account_is_out_at_once(app: Flask, make: Make, databases: Databases) -> None:
    account, actor = person(make)
    client = make.browser(app, actor)

    with databases.session(Login.MIGRATOR) as session:
        session.execute(update(Account).where(Account.id == account.id).values(disabled_at=clock.now()))

    assert client.get("/account").status_code == 401


def test_a_revoked_device_is_out_and_the_others_stay(app: Flask, make: Make) -> None:
    account, _ = person(make)
    here, there = signed_in(app, account), signed_in(app, account)
    page = here.get("/account/devices").text
    url = page.split("/account/devices/")[1].split("/revocation")[0]

    assert web.post(here, f"/account/devices/{url}/revocation").status_code == 303

    assert there.get("/account").status_code == 401
    assert here.get("/account").status_code == 200


def test_somebody_elses_device_is_not_mine_to_revoke(app: Flask, make: Make, databases: Databases) -> None:
    account, _ = person(make)
    other, actor = person(make)
    theirs = make.browser(app, actor)
    with databases.session(Login.MIGRATOR) as session:
        session_id = session.scalar(select(AccountSession.id).where(AccountSession.account_id == other.id))

    assert web.post(signed_in(app, account), f"/account/devices/{session_id}/revocation").status_code == 404
    assert theirs.get("/account").status_code == 200


def test_a_form_without_the_token_is_refused(app: Flask, make: Make) -> None:
    account, _ = person(make)
    body = {"identifier": account.login_name, "password": PASSWORD}

    assert app.test_client().post("/sign-in", data=body).status_code == 403


def test_an_old_hash_is_made_anew(app: Flask, make: Make, databases: Databases) -> None:
    old = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD)
    account = make.account(password_hash=old)
    make.member(Role.SITE_WORKER, account=account)

    signed_in(app, account)

    with databases.session(Login.MIGRATOR) as session:
        stored = session.scalar(select(Account.password_hash).where(Account.id == account.id))
    assert stored != old
    assert "m=47104,t=1,p=1" in str(stored)


def test_a_day_of_slips_by_many_people_blocks_nobody(databases: Databases) -> None:
    crowd = [throttling.Brake("test|block|203.0.113.0/24", 5)]
    for _slip in range(12):
        with databases.session(Login.TENANT) as session:
            throttling.charge(session, crowd)
            session.execute(update(Throttle).values(since=Throttle.since - timedelta(minutes=4)))

    with databases.session(Login.MIGRATOR) as session:
        assert session.scalars(select(Throttle.blocked_until)).all() == [None]


def test_who_is_asked_again_is_not_counted_with_everybody_who_has_no_room(make: Make) -> None:
    account = make.account()

    keys = [
        brake.key for brake in throttling.brakes("confirm", account_id=account.id, identifier="", address="203.0.113.9")
    ]

    assert keys == [f"confirm|account|{account.id}", "confirm|block|203.0.113.0/24"]


def test_behind_a_proxy_each_visitor_has_an_address_of_their_own(
    databases: Databases, settings: Settings, make: Make
) -> None:
    account, _ = person(make)
    behind = create_app(replace(settings, proxies=1))
    forged = {"X-Forwarded-For": "198.51.100.1, 203.0.113.7"}

    web.post(behind.test_client(), "/sign-in", {"identifier": account.login_name, "password": "wrong"}, headers=forged)

    behind.extensions["huakai"].databases.dispose()
    with databases.session(Login.MIGRATOR) as session:
        assert "sign-in|block|203.0.113.0/24" in session.scalars(select(Throttle.key)).all()
