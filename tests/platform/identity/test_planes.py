"""Signing in works in a process that serves one plane and holds one login's credentials."""

from dataclasses import replace

import pytest

from huakai_deploy.web import create_app
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login, Settings
from tests.platform.identity.people import PASSWORD, person, sign_in
from tests.support import web
from tests.support.make import Make


@pytest.mark.parametrize(
    ("plane", "login", "role", "page"),
    [
        ("console", Login.OVERSIGHT, Role.INSTITUTION_ADMIN, "/console/accounts"),
        ("room", Login.TENANT, Role.SITE_HEAD, "/room/team/"),
    ],
)
def test_one_plane_alone_lets_its_people_in(
    settings: Settings, make: Make, plane: str, login: Login, role: Role, page: str
) -> None:
    account, _ = person(make, role)
    app = create_app(replace(settings, databases={login: settings.database(login)}), planes=(plane,))
    client = app.test_client()

    try:
        assert sign_in(client, account.login_name, next=page).location == page
        assert client.get(page).status_code == 200
        assert web.post(client, "/account", {"name": "新名字", "locale": "zh_CN"}).status_code == 303
        change = {"current": PASSWORD, "password": "ganz-neu-und-lang", "repeat": "ganz-neu-und-lang"}
        assert web.post(client, "/account/password", change).status_code == 303
        assert web.post(client, "/sign-out").status_code == 303
    finally:
        app.extensions["huakai"].databases.dispose()
