"""After signing in one goes on within this site and nowhere else (reliability §5)."""

import pytest
from flask import Flask

from huakai_platform.web import destinations
from tests.platform.identity.people import person, sign_in
from tests.support import web
from tests.support.make import Make

ELSEWHERE = (
    "https://evil.com",
    "http://evil.com/account",
    "//evil.com",
    "///evil.com",
    "////evil.com/%2e%2e",
    r"/\evil.com",
    r"\\evil.com",
    r"/\/evil.com",
    "javascript:alert(1)",
    "data:text/html,x",
    "https:evil.com",
    "/account//evil.com",
    " //evil.com",
    "/\t/evil.com",
    "/account\r\nLocation: https://evil.com",
    "evil.com",
    "/account#//evil.com",
    "/账号",
)


@pytest.mark.parametrize("target", ELSEWHERE)
def test_a_doubtful_target_leads_home(app: Flask, make: Make, target: str) -> None:
    account, _ = person(make)

    answer = sign_in(app.test_client(), account.login_name, next=target)

    assert destinations.safe(target) is None
    assert (answer.status_code, answer.location) == (303, "/")
    page = app.test_client().get("/sign-in", query_string={"next": target}).text
    assert page.count('name="next"') == 1, "the language button's own, and no other"


@pytest.mark.parametrize("target", ["/account", "/console/accounts?q=a%20b&page=2", "/room/team/"])
def test_a_path_of_this_site_is_followed(app: Flask, make: Make, target: str) -> None:
    account, _ = person(make)

    assert sign_in(app.test_client(), account.login_name, next=target).location == target


def test_what_no_page_answers_leads_home(app: Flask, make: Make) -> None:
    account, _ = person(make)

    for target in ("/sign-out", "/nowhere"):
        assert sign_in(app.test_client(), account.login_name, next=target).location == "/"


def test_the_language_button_does_not_lead_elsewhere(app: Flask) -> None:
    answer = web.post(app.test_client(), "/language", {"locale": "en", "next": "//evil.com"})

    assert answer.location == "/"
    assert "language=en" in answer.headers["Set-Cookie"]
