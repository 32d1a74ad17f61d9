"""What stands around a page is kept, and nobody is ever shown what was made for another."""

from flask import Flask
from flask.testing import FlaskClient

from huakai_platform.identity.models import Account, AccountSession
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.notices import Notice
from huakai_platform.web import shell
from tests.support.make import Make
from tests.support.web import OWN_TOKEN, post
from tests.support.worlds import HTML

PAGE = "/room/notices"


def signed_in(app: Flask, make: Make, actor: Actor) -> FlaskClient:
    client = make.browser(app, actor)
    client.environ_base["HTTP_ACCEPT"] = HTML
    return client


def made(app: Flask) -> int:
    """How many parts were made, not found."""
    return int(app.extensions["huakai.shell"].cache_info().misses)


def test_it_is_made_once_for_a_person_at_an_address(app: Flask, make: Make) -> None:
    client = signed_in(app, make, make.member(Role.SITE_HEAD))
    client.get(PAGE)
    before = made(app)

    assert client.get(PAGE).status_code == 200
    assert made(app) == before
    client.get("/room/staff")
    assert made(app) > before


def test_two_people_at_one_address_see_each_their_own(app: Flask, make: Make) -> None:
    one, other = make.member(Role.SITE_HEAD), make.member(Role.SITE_HEAD)
    pages = [signed_in(app, make, actor).get(PAGE).text for actor in (one, other, one)]

    assert one.site_name != other.site_name or one.name != other.name
    for said, mine, theirs in zip(pages, (one, other, one), (other, one, other), strict=True):
        assert mine.name in said
        assert theirs.name not in said


def test_a_colleague_of_the_same_name_in_another_role_sees_the_menu_of_that_role(app: Flask, make: Make) -> None:
    site = make.site()
    head, volunteer = make.member(Role.SITE_HEAD, site), make.member(Role.VOLUNTEER, site)

    assert 'href="/room/team' in signed_in(app, make, head).get(PAGE).text
    assert 'href="/room/team' not in signed_in(app, make, volunteer).get(PAGE).text


def test_a_new_notice_is_counted_at_once(app: Flask, make: Make) -> None:
    head = make.member(Role.SITE_HEAD)
    client = signed_in(app, make, head)
    assert "badge-count" not in client.get(PAGE).text

    about = {"dedup": "x", "kind": "t", "text": "x", "href": "/", "created_at": clock.now()}
    assert head.site_id
    make.add(Notice(account_id=head.account_id, **about), head.site_id)
    assert '<span class="badge badge-count num">1</span>' in client.get(PAGE).text


def test_its_forms_carry_the_token_and_the_address_of_their_own_page(app: Flask, make: Make) -> None:
    client = signed_in(app, make, make.member(Role.SITE_HEAD))
    client.get(f"{PAGE}?page=1")
    shown = client.get(f"{PAGE}?unread=1&page=1").text

    assert 'name="next" value="/room/notices?unread=1&amp;page=1"' in shown
    assert not {mark for mark in (shell.TOKEN, shell.BACK) if mark in shown}
    data = {"csrf_token": OWN_TOKEN.findall(shown)[0], "locale": "en", "next": PAGE}
    assert client.post("/language", data=data).status_code == 303
    assert "Notices" in client.get(PAGE).text


def test_a_person_that_was_renamed_is_called_anew(app: Flask, make: Make) -> None:
    head = make.member(Role.SITE_HEAD)
    client = signed_in(app, make, head)
    client.get(PAGE)
    with make.databases.session(Login.MIGRATOR) as session:
        session.get_one(Account, head.account_id).name = "新名字"

    assert "新名字" in client.get(PAGE).text


def test_whoever_owes_a_second_factor_sees_no_menu(app: Flask, make: Make) -> None:
    head = make.member(Role.SITE_HEAD)
    client = signed_in(app, make, head)
    with make.databases.session(Login.MIGRATOR) as session:
        session.query(AccountSession).filter_by(account_id=head.account_id).one().stage = "second_factor"

    assert 'href="/room/staff"' not in client.get("/nowhere").text


def test_what_is_kept_has_an_end(app: Flask) -> None:
    assert app.extensions["huakai.shell"].cache_info().maxsize == shell.KEPT


def test_signing_out_from_a_kept_page_works(app: Flask, make: Make) -> None:
    client = signed_in(app, make, make.member(Role.SITE_HEAD))
    client.get(PAGE)

    assert post(client, "/sign-out").status_code == 303
    assert client.get(PAGE).status_code == 303
