"""A session that ends, and another that begins, take nothing away that somebody typed, and give it to nobody else."""

import io
import random
import re
from uuid import UUID, uuid4

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from huakai_platform.identity import second_factor
from huakai_platform.identity.models import Account, AccountSession
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.sites import Site
from huakai_platform.web import carrying
from tests.platform.identity.people import PASSWORD, hashed, person, signed_in
from tests.support.make import Make
from tests.support.web import own_token, sealed_in, token
from tests.support.worlds import HTML

NEW = "/room/activities/new"
TYPED = {
    "title": "走进社区的心理讲座",
    "note": "第一行\n<第二行>",
    "place": "居委会",
    "direction": "out",
    "held_on": "2026-03-02",
}


@pytest.fixture
def site(make: Make) -> Site:
    return make.site()


@pytest.fixture
def worker(make: Make, site: Site) -> tuple[Account, Actor]:
    account = make.account(password_hash=hashed())
    return account, make.member(Role.SITE_WORKER, site, account=account)


@pytest.fixture
def browser(app: Flask, worker: tuple[Account, Actor]) -> FlaskClient:
    client = signed_in(app, worker[0])
    client.environ_base["HTTP_ACCEPT"] = HTML
    return client


def send(client: FlaskClient, opened: str, **more: object) -> TestResponse:
    """Post the form as the page has it that was opened with this token."""
    return client.post(NEW, data={"csrf_token": opened, **TYPED, **more}, headers={"Referer": f"http://localhost{NEW}"})


def end_all(databases: Databases) -> None:
    with databases.session(Login.MIGRATOR) as session:
        session.execute(update(AccountSession).values(revoked_at=clock.now()))


def enter(client: FlaskClient, account: Account, page: TestResponse) -> TestResponse:
    """Sign in on the page that came instead."""
    about = {"identifier": account.login_name, "password": PASSWORD, "carried": sealed_in(page)}
    return client.post("/sign-in", data={"csrf_token": own_token(page.text), **about})


def give_back(client: FlaskClient, page: TestResponse) -> TestResponse:
    return client.post("/return", data={"csrf_token": own_token(page.text), "carried": sealed_in(page)})


def filled(page: TestResponse) -> bool:
    assert page.status_code == 200
    found = all(f'value="{TYPED[name]}"' in page.text for name in ("title", "place", "held_on"))
    return found and "第一行\n&lt;第二行&gt;</textarea>" in page.text and 'value="out" checked' in page.text


def test_signing_in_again_in_another_tab_takes_no_form_away(
    app: Flask, browser: FlaskClient, worker: tuple[Account, Actor]
) -> None:
    opened = token(browser, NEW)
    again = {"identifier": worker[0].login_name, "password": PASSWORD, "csrf_token": token(browser)}
    assert browser.post("/sign-in", data=again).status_code == 303

    answer = send(browser, opened, title="")

    assert answer.status_code == 422
    assert TYPED["place"] in answer.text


def test_a_session_that_ended_comes_back_to_the_filled_form(
    browser: FlaskClient, worker: tuple[Account, Actor], databases: Databases
) -> None:
    opened = token(browser, NEW)
    end_all(databases)

    refused = send(browser, opened, file=(io.BytesIO(b"x"), "照片.jpg"), password="never carried")
    between = enter(browser, worker[0], refused)
    back = give_back(browser, between)

    assert (refused.status_code, between.status_code) == (401, 200)
    assert TYPED["title"] not in refused.text + between.text
    assert filled(back)
    assert "照片.jpg" in back.text
    assert "never carried" not in back.text
    assert send(browser, own_token(back.text), title="").status_code == 422


def test_nobody_else_is_given_what_somebody_typed(
    app: Flask, make: Make, site: Site, browser: FlaskClient, worker: tuple[Account, Actor], databases: Databases
) -> None:
    other = make.account(password_hash=hashed())
    make.member(Role.SITE_WORKER, site, account=other)
    opened = token(browser, NEW)
    end_all(databases)
    refused = send(browser, opened)

    entered = enter(browser, other, refused)
    own = {"csrf_token": token(browser), "carried": sealed_in(refused)}
    back = browser.post("/return", data=own)

    assert (entered.status_code, entered.location) == (303, "/")
    assert (back.status_code, back.location) == (303, "/")
    assert TYPED["title"] not in browser.get("/", follow_redirects=True).text


def test_a_form_of_somebody_else_is_not_taken_under_the_present_name(
    app: Flask, make: Make, site: Site, browser: FlaskClient, worker: tuple[Account, Actor]
) -> None:
    """The first opens the form, the second signs in in the same browser, the form is sent: it waits for the first."""
    other = make.account(password_hash=hashed())
    make.member(Role.SITE_WORKER, site, account=other)
    opened = token(browser, NEW)
    second = {"identifier": other.login_name, "password": PASSWORD, "csrf_token": token(browser)}
    assert browser.post("/sign-in", data=second).status_code == 303

    refused = send(browser, opened)

    assert refused.status_code == 403
    assert TYPED["title"] not in refused.text
    assert filled(give_back(browser, enter(browser, worker[0], refused)))


def test_another_room_of_the_same_person_is_given_nothing(
    app: Flask, make: Make, browser: FlaskClient, worker: tuple[Account, Actor], databases: Databases
) -> None:
    elsewhere = make.member(Role.SITE_WORKER, make.site(), account=worker[0])
    opened = token(browser, NEW)
    end_all(databases)
    refused = send(browser, opened)

    choosing = enter(browser, worker[0], refused)
    assert choosing.status_code == 200

    def choose(membership_id: UUID | None) -> TestResponse:
        about = {"membership_id": membership_id, "carried": sealed_in(choosing)}
        return browser.post("/memberships", data={"csrf_token": token(browser), **about})

    assert choose(elsewhere.membership_id).status_code == 303
    assert filled(give_back(browser, choose(worker[1].membership_id)))


def test_the_second_factor_takes_nothing_away(
    browser: FlaskClient, worker: tuple[Account, Actor], databases: Databases, settings: Settings
) -> None:
    secret = second_factor.new_secret()
    with databases.session(Login.MIGRATOR) as session:
        sealed = second_factor.seal(settings, worker[0].id, secret)
        session.execute(update(Account).where(Account.id == worker[0].id).values(totp_sealed=sealed))
    opened = token(browser, NEW)
    end_all(databases)

    asked = enter(browser, worker[0], send(browser, opened))
    code = {"csrf_token": own_token(asked.text), "carried": sealed_in(asked), "code": "000000"}
    wrong = browser.post("/second-factor", data=code)
    about = {"csrf_token": own_token(wrong.text), "carried": sealed_in(wrong), "code": pyotp.TOTP(secret).now()}

    assert wrong.status_code == 422
    assert filled(give_back(browser, browser.post("/second-factor", data=about)))


def test_a_deed_that_asks_for_the_password_again_comes_back_filled(
    app: Flask, make: Make, databases: Databases
) -> None:
    account, _ = person(make, Role.INSTITUTION_ADMIN)
    client = signed_in(app, account)
    client.environ_base["HTTP_ACCEPT"] = HTML
    page = "/console/accounts/new"
    opened = token(client, page)
    with databases.session(Login.MIGRATOR) as session:
        session.execute(update(AccountSession).values(confirmed_at=clock.now().replace(year=2020)))

    sent = {"csrf_token": opened, "name": "新来的同事", "role": "institution_admin"}
    asked = client.post(page, data=sent, headers={"Referer": f"http://localhost{page}"})
    confirmed = {"csrf_token": own_token(asked.text), "carried": sealed_in(asked), "password": PASSWORD}
    back = give_back(client, client.post("/confirm", data=confirmed))

    assert asked.status_code == 403
    assert 'value="新来的同事"' in back.text


def test_what_cannot_be_carried_is_none(app: Flask, browser: FlaskClient, databases: Databases) -> None:
    opened = token(browser, NEW)
    end_all(databases)

    assert "carried" not in send(browser, opened + "x").text
    assert "carried" not in browser.post(NEW, data={"csrf_token": opened, "password": "x", "code": "1"}).text


def test_a_long_text_is_carried_as_a_short_one_is(
    browser: FlaskClient, worker: tuple[Account, Actor], databases: Databases
) -> None:
    """As long as a form can send it, and of letters that hardly become less."""
    text = "".join(random.Random(7).choices([chr(code) for code in range(0x4E00, 0x9FA5)], k=150_000))
    opened = token(browser, NEW)
    end_all(databases)

    assert text in give_back(browser, enter(browser, worker[0], send(browser, opened, note=text))).text


def test_what_is_too_long_to_be_carried_says_how_it_is_kept(
    app: Flask, browser: FlaskClient, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = token(browser, NEW)
    end_all(databases)
    monkeypatch.setattr(carrying, "LONGEST", 100)

    refused = send(browser, opened)

    assert refused.status_code == 401
    assert "填写的内容太长" in refused.text
    assert "carried" not in refused.text
    assert "填写的内容太长" not in browser.post(NEW, data={"csrf_token": opened, "password": "x"}).text


def test_a_session_that_ends_on_the_way_back_takes_nothing_away(
    browser: FlaskClient, worker: tuple[Account, Actor], databases: Databases
) -> None:
    opened = token(browser, NEW)
    end_all(databases)
    between = enter(browser, worker[0], send(browser, opened))
    end_all(databases)

    refused = give_back(browser, between)

    assert refused.status_code == 401
    assert filled(give_back(browser, enter(browser, worker[0], refused)))


@pytest.mark.parametrize(("whence", "status"), [("same-origin", 303), ("none", 403)])
def test_a_sign_in_opened_before_the_one_in_another_tab_counts_when_it_comes_from_here(
    app: Flask, worker: tuple[Account, Actor], whence: str, status: int
) -> None:
    client = app.test_client()
    opened = token(client, "/sign-in")
    about = {"csrf_token": opened, "identifier": worker[0].login_name, "password": PASSWORD}
    assert client.post("/sign-in", data=about).status_code == 303

    answer = client.post("/sign-in", data=about, headers={"Sec-Fetch-Site": whence})

    assert answer.status_code == status


def test_the_first_page_after_a_sign_in_over_another_is_already_the_newcomers(
    app: Flask, make: Make, worker: tuple[Account, Actor], browser: FlaskClient, databases: Databases
) -> None:
    """What waits in the tab is kept or dropped by it: the same in every room, and never the one before."""
    make.member(Role.SITE_WORKER, make.site(), account=worker[0])
    other = make.account(password_hash=hashed())
    make.member(Role.SITE_WORKER, make.site(), account=other)
    own = re.findall(r'data-account="(\w+)"', browser.get(NEW).text)
    opened = token(browser, NEW)
    end_all(databases)
    refused = send(browser, opened)
    over = signed_in(app, other)

    with_form = {"identifier": worker[0].login_name, "password": PASSWORD, "carried": sealed_in(refused)}
    choosing = over.post("/sign-in", data={"csrf_token": token(over), **with_form})

    assert choosing.status_code == 200
    assert len(own) == 1
    assert re.findall(r'data-account="(\w*)"', choosing.text) == own
    assert 'data-account=""' in app.test_client().get("/sign-in").text


def test_a_form_of_a_stranger_is_not_taken_from_somebody_signed_in(
    app: Flask, browser: FlaskClient, worker: tuple[Account, Actor]
) -> None:
    opened = token(app.test_client(), "/sign-in")

    answer = browser.post(NEW, data={"csrf_token": opened, **TYPED}, headers={"Sec-Fetch-Site": "same-origin"})

    assert answer.status_code == 403


def test_a_form_that_names_no_address_comes_back_with_its_own(
    browser: FlaskClient, worker: tuple[Account, Actor], databases: Databases
) -> None:
    """Where no script gives the browser the address of the page back, it would be sent to where it was given back."""
    page = "/room/registers/honours/new"
    opened = token(browser, page)
    assert '<form method="post" novalidate>' in browser.get(page).text
    end_all(databases)
    sent = {"csrf_token": opened, "title": "先进集体"}
    refused = browser.post(page, data=sent, headers={"Referer": f"http://localhost{page}"})

    back = give_back(browser, enter(browser, worker[0], refused))

    assert f'<form method="post" novalidate action="{page}">' in back.text
    assert "先进集体</textarea>" in back.text
    assert "刚才填写的内容已放回" in back.text
    assert [said for said in re.findall("<form[^>]*>", back.text) if " action=" not in said] == []


def test_a_form_whose_page_is_gone_is_shown_to_copy_from(
    browser: FlaskClient, worker: tuple[Account, Actor], databases: Databases
) -> None:
    gone = f"/room/activities/{uuid4()}/edit"
    opened = token(browser, NEW)
    end_all(databases)
    refused = browser.post(gone, data={"csrf_token": opened, "note": "<b>七个人</b>"})

    back = give_back(browser, enter(browser, worker[0], refused))

    assert "原来的页面现在打不开" in back.text
    assert "&lt;b&gt;七个人&lt;/b&gt;" in back.text


@pytest.mark.parametrize(
    "change", [lambda sealed: sealed[:-6] + "AAAA==", lambda sealed: "AAAA", lambda sealed: "!" * 40]
)
def test_a_changed_seal_opens_nothing(app: Flask, browser: FlaskClient, databases: Databases, change: object) -> None:
    with app.app_context():
        assert carrying.unseal(change("A" * 80)) is None  # type: ignore[operator]
    answer = browser.post("/return", data={"csrf_token": token(browser), "carried": change("A" * 80)})  # type: ignore[operator]

    assert (answer.status_code, answer.location) == (303, "/")


def test_it_is_kept_for_hours_not_for_ever(
    app: Flask,
    browser: FlaskClient,
    worker: tuple[Account, Actor],
    databases: Databases,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened = token(browser, NEW)
    end_all(databases)
    refused = send(browser, opened)
    monkeypatch.setattr(carrying, "LIFE", clock.now() - clock.now())

    assert enter(browser, worker[0], refused).location == "/"


@pytest.mark.parametrize(
    "referrer", ["https://evil.example/room", "http://localhost//evil.example", "http://localhost/sign-out"]
)
def test_the_way_back_is_a_page_of_ours(
    app: Flask, browser: FlaskClient, worker: tuple[Account, Actor], databases: Databases, referrer: str
) -> None:
    opened = token(browser, NEW)
    end_all(databases)
    data = {"csrf_token": opened, **TYPED}
    refused = browser.post(NEW, data=data, headers={"Referer": referrer})

    with app.app_context():
        kept = carrying.unseal(sealed_in(refused))
    assert kept
    assert (kept.page, kept.action) == (NEW, NEW)


def test_htmx_is_sent_to_the_sign_in_and_back_to_its_page(browser: FlaskClient, databases: Databases) -> None:
    opened = token(browser, NEW)
    end_all(databases)
    about = {"X-CSRFToken": opened, "HX-Request": "true", "HX-Current-URL": f"http://localhost{NEW}?on=2026-03-02"}

    answer = browser.post(NEW, headers=about)

    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == f"/sign-in?next={NEW}?on%3D2026-03-02"


def test_other_refusals_offer_the_way_back_and_fill_no_form_for_another_deed(browser: FlaskClient) -> None:
    """Here: what the address names is gone, and the page has a form of its own with the same fields."""
    gone = "/room/activities/0190a000-0000-7000-8000-000000000000/edit"
    opened = token(browser, NEW)
    referrer = {"Referer": f"http://localhost{NEW}"}

    refused = browser.post(gone, data={"csrf_token": opened, **TYPED, "version": "1"}, headers=referrer)

    back = give_back(browser, refused)
    assert (refused.status_code, back.status_code) == (404, 200)
    assert "页面上也没有找到原来的表单" in back.text
    assert f'<li class="text-break">{TYPED["title"]}</li>' in back.text
    assert f'value="{TYPED["title"]}"' not in back.text
