"""People with a password, for the tests of identity."""

import re
from functools import cache
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from huakai_platform.identity import contacts, passwords
from huakai_platform.identity.models import Account
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_worker import dispatcher
from tests.support import web
from tests.support.make import Make

PASSWORD = "kai-hua-de-shu-7"
PHONE, EMAIL = "13800000001", "li@example.org"


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


def marked(make: Make, name: str, phone: str = PHONE, **changes: Any) -> Account:
    """Somebody whom the institution has invited by name and number before."""
    key = make.settings.lookup_key
    about = {"phone_lookup": contacts.phone_lookup(key, phone), "phone_hint": contacts.hint(phone)}
    return make.account(name=name, person_lookup=contacts.person_lookup(key, phone, name), **about | changes)


def told(client: FlaskClient, url: str, data: dict[str, Any]) -> str:
    """The page behind a form that was taken, or the form with what is wrong."""
    return web.post(client, url, data, follow_redirects=True).text


def drain(databases: Databases, settings: Settings) -> None:
    while dispatcher.drain(databases, settings).rows:
        pass


def accounts(databases: Databases) -> int:
    with databases.session(Login.MIGRATOR) as session:
        return session.scalar(select(func.count()).select_from(Account)) or 0
