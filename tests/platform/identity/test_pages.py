"""Every page of identity for every role that may open it."""

import pytest
from flask import Flask

from huakai_platform.kernel.access import CONSOLE, Role
from tests.support.make import Make

SHARED = ("/memberships", "/account", "/account/devices", "/account/second-factor", "/confirm")
CONSOLE_PAGES = ("/console/accounts", "/console/accounts/new", "/console/access", "/console/accounts.xlsx")


@pytest.mark.parametrize("role", list(Role))
def test_everybody_sees_the_pages_about_oneself(app: Flask, make: Make, role: Role) -> None:
    client = make.browser(app, make.member(role))

    for page in SHARED:
        assert client.get(page).status_code == 200, page


def test_the_administrator_sees_the_accounts(app: Flask, make: Make) -> None:
    client, other = make.browser(app, make.member(Role.INSTITUTION_ADMIN)), make.member(Role.AUDITOR)

    for page in (*CONSOLE_PAGES, f"/console/accounts/{other.account_id}"):
        assert client.get(page).status_code == 200, page


@pytest.mark.parametrize("role", sorted(CONSOLE - {Role.INSTITUTION_ADMIN}))
def test_nobody_else_sees_the_accounts(app: Flask, make: Make, role: Role) -> None:
    client = make.browser(app, make.member(role))

    assert client.get("/console/accounts").status_code == 403
    assert client.get("/console/access").status_code == (200 if role is Role.AUDITOR else 403)


@pytest.mark.parametrize("role", [Role.SITE_HEAD, Role.COUNSELLOR, Role.SITE_WORKER])
def test_staff_see_their_team(app: Flask, make: Make, role: Role) -> None:
    client = make.browser(app, make.member(role))

    assert client.get("/room/team/").status_code == 200
    assert client.get("/room/team/new").status_code == (200 if role is Role.SITE_HEAD else 403)


def test_strangers_see_the_doors_only(app: Flask) -> None:
    client = app.test_client()

    assert client.get("/sign-in").status_code == 200
    assert client.get("/invitations/nonsense").status_code == 404
    assert client.get("/account", headers={"Accept": "text/html"}).status_code == 303


def test_no_page_carries_a_style_or_script_of_its_own(app: Flask, make: Make) -> None:
    client = make.browser(app, make.member(Role.INSTITUTION_ADMIN))

    for page in (*SHARED, *CONSOLE_PAGES[:3]):
        text = client.get(page).text
        assert " style=" not in text, page
        assert "<script>" not in text, page
        assert "onclick" not in text, page
