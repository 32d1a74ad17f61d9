"""People with a password, for the tests of identity."""

import re
from functools import cache

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from huakai_platform.identity import passwords
from huakai_platform.identity.models import Account
from huakai_platform.kernel.access import Actor, Role
from tests.support import web
from tests.support.make import Make

PASSWORD = "kai-hua-de-shu-7"


@cache
def hashed() -> str:
    return passwords.hashed(PASSWORD)


def person(make: Make, role: Role = Role.SITE_WORKER, **changes: object) -> tuple[Account, Actor]:
    account = make.account(password_hash=hashed(), **changes)
    return account, make.member(role, account=account)


def sign_in(client: FlaskClient, identifier: str, password: str = PASSWORD, **more: str) -> TestResponse:
    return web.post(client, "/sign-in", {"identifier": identifier, "password": password, **more})


def signed_in(app: Flask, account: Account) -> FlaskClient:
    client = app.test_client()
    assert sign_in(client, account.login_name).status_code == 303
    return client


def without_tokens(text: str) -> str:
    """A page without what differs at every request."""
    return re.sub(r'(X-CSRFToken": |name="csrf_token" value=)"[^"]+"', "", text)
