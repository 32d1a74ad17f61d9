"""The second factor: asked for, good once, and recoverable."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pyotp
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from huakai_platform.identity.models import Account, AccountActivity, AccountSession, RecoveryCode
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from tests.platform.identity.people import person, sign_in, signed_in
from tests.support import web
from tests.support.make import Make


@pytest.fixture(autouse=True)
def early_in_a_step() -> Iterator[None]:
    """No test straddles the moment at which the codes change."""
    start = clock.now().timestamp() // 30 * 30 + 2
    with time_machine.travel(start):
        yield


def enrol(client: FlaskClient) -> tuple[str, list[str]]:
    """Turn it on as a person does; gives the secret and the recovery codes."""
    page = client.get("/account/second-factor").text
    secret = "".join(re.findall(r"<code class=\"num text-break\">([^<]+)</code>", page)[0].split())
    sealed = re.findall(r'name="sealed" value="([^"]+)"', page)[0]
    code = pyotp.TOTP(secret).at(clock.now() - timedelta(seconds=30))
    answer = web.post(client, "/account/second-factor", {"sealed": sealed, "code": code})
    assert answer.status_code == 200
    return secret, re.findall(r"<li><code>([^<]+)</code></li>", answer.text)


def test_enrolling_shows_a_picture_and_ten_codes_and_rotates_the_token(
    app: Flask, make: Make, databases: Databases
) -> None:
    account, _ = person(make)
    client, other = signed_in(app, account), signed_in(app, account)
    before = client.get_cookie("huakai").value  # type: ignore[union-attr]

    assert 'src="data:image/png;base64,' in client.get("/account/second-factor").text
    secret, codes = enrol(client)

    assert len(set(codes)) == 10
    assert client.get_cookie("huakai").value != before  # type: ignore[union-attr]
    assert client.get("/account").status_code == 200
    assert other.get("/account").status_code == 401
    with databases.session(Login.MIGRATOR) as session:
        sealed = session.scalar(select(Account.totp_sealed).where(Account.id == account.id))
        hashes = session.scalars(select(RecoveryCode.code_hash)).all()
    assert secret.encode() not in bytes(sealed or b"")
    assert all(code.encode() not in bytes(value) for code in codes for value in hashes)


def test_a_wrong_code_turns_nothing_on_and_keeps_the_secret(app: Flask, make: Make) -> None:
    account, _ = person(make)
    client = signed_in(app, account)
    page = client.get("/account/second-factor").text
    secret = re.findall(r"<code class=\"num text-break\">([^<]+)</code>", page)[0]
    sealed = re.findall(r'name="sealed" value="([^"]+)"', page)[0]

    answer = web.post(client, "/account/second-factor", {"sealed": sealed, "code": "000000"})

    assert answer.status_code == 422
    assert secret in answer.text
    assert web.post(client, "/account/second-factor", {"sealed": "x" * 60, "code": "000000"}).status_code == 303


def test_another_persons_sealed_secret_is_refused(app: Flask, make: Make) -> None:
    mine, theirs = signed_in(app, person(make)[0]), signed_in(app, person(make)[0])
    page = theirs.get("/account/second-factor").text
    secret = "".join(re.findall(r"<code class=\"num text-break\">([^<]+)</code>", page)[0].split())
    sealed = re.findall(r'name="sealed" value="([^"]+)"', page)[0]

    answer = web.post(mine, "/account/second-factor", {"sealed": sealed, "code": pyotp.TOTP(secret).now()})

    assert answer.status_code == 303


def test_until_the_code_is_given_no_page_opens(app: Flask, make: Make) -> None:
    account, _ = person(make, Role.SITE_HEAD)
    secret, _codes = enrol(signed_in(app, account))
    client = app.test_client()
    before = sign_in(client, account.login_name, next="/room/team/")

    assert before.location == "/second-factor?next=/room/team/"
    assert client.get("/room/team/").location == "/second-factor"
    assert client.get("/account").location == "/second-factor"
    owed = client.get_cookie("huakai").value  # type: ignore[union-attr]

    answer = web.post(client, "/second-factor", {"code": pyotp.TOTP(secret).now(), "next": "/room/team/"})

    assert answer.location == "/room/team/"
    assert client.get_cookie("huakai").value != owed  # type: ignore[union-attr]
    assert client.get("/room/team/").status_code == 200
    stale = app.test_client()
    stale.set_cookie("huakai", owed)
    assert stale.get("/second-factor").status_code == 401


def test_a_code_is_good_once(app: Flask, make: Make) -> None:
    account, _ = person(make)
    secret, _codes = enrol(signed_in(app, account))
    code = pyotp.TOTP(secret).now()
    answers = []
    for _attempt in range(2):
        client = app.test_client()
        sign_in(client, account.login_name)
        answers.append(web.post(client, "/second-factor", {"code": code}).status_code)

    assert answers == [303, 422]


def test_the_code_that_enrolled_does_not_sign_in(app: Flask, make: Make, databases: Databases) -> None:
    account, _ = person(make)
    secret, _codes = enrol(signed_in(app, account))
    with databases.session(Login.MIGRATOR) as session:
        step = session.scalar(select(AccountActivity.totp_step).where(AccountActivity.account_id == account.id))
    client = app.test_client()
    sign_in(client, account.login_name)

    answer = web.post(client, "/second-factor", {"code": pyotp.TOTP(secret).generate_otp(int(step or 0))})

    assert answer.status_code == 422


def test_a_recovery_code_is_good_once(app: Flask, make: Make) -> None:
    account, _ = person(make)
    _secret, codes = enrol(signed_in(app, account))
    answers = []
    for typed in (codes[0].upper(), codes[0], codes[1].replace("-", " ")):
        client = app.test_client()
        sign_in(client, account.login_name)
        answers.append(web.post(client, "/second-factor", {"code": typed}).status_code)

    assert answers == [303, 422, 303]


def test_guessing_codes_is_slowed_down(app: Flask, make: Make) -> None:
    account, _ = person(make)
    enrol(signed_in(app, account))
    client = app.test_client()
    sign_in(client, account.login_name)

    answers = [web.post(client, "/second-factor", {"code": f"00000{i}"}).status_code for i in range(7)]

    assert answers[:5] == [422] * 5
    assert answers[5:] == [429, 429]


def test_turning_it_off_asks_for_the_name_and_a_fresh_password(app: Flask, make: Make, databases: Databases) -> None:
    account, _ = person(make)
    client = signed_in(app, account)
    enrol(client)

    web.post(client, "/account/second-factor/removal", {"confirm": "something else"})
    assert "已开启" in client.get("/account").text

    with databases.session(Login.MIGRATOR) as session:
        session.execute(update(AccountSession).values(confirmed_at=clock.now() - timedelta(hours=1)))
    refused = web.post(client, "/account/second-factor/removal", {"confirm": account.login_name})
    assert refused.status_code == 403

    assert web.post(client, "/confirm", {"password": "wrong wrong wrong"}).status_code == 422
    assert web.post(client, "/confirm", {"password": "kai-hua-de-shu-7"}).status_code == 303
    web.post(client, "/account/second-factor/removal", {"confirm": account.login_name})
    assert "开启两步验证" in client.get("/account").text
    assert sign_in(app.test_client(), account.login_name).location == "/"


def test_new_codes_replace_the_old(app: Flask, make: Make) -> None:
    account, _ = person(make)
    client = signed_in(app, account)
    _secret, old = enrol(client)
    new = re.findall(r"<li><code>([^<]+)</code></li>", web.post(client, "/account/second-factor/codes").text)
    answers = []
    for code in (old[0], new[0]):
        stranger = app.test_client()
        sign_in(stranger, account.login_name)
        answers.append(web.post(stranger, "/second-factor", {"code": code}).status_code)

    assert answers == [422, 303]
