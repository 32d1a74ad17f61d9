"""Two tabs, an ended session, and the photo of a large camera: what was typed and taken arrives."""

import io
import os
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from huakai_platform.identity.models import AccountSession
from huakai_platform.kernel import clock
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.sites import Site
from huakai_tenants.checklists.models import ChecklistAnswer
from tests.journeys.conftest import Visit, Visitor
from tests.journeys.test_room import PASSWORD, a_weekday, begin, choose, member
from tests.support.make import Make

pytestmark = pytest.mark.browser
__all__ = ["a_weekday"]
NEW = "/room/activities/new"


@pytest.fixture
def room(make: Make) -> Site:
    return make.site(name="定鼎门社区心理咨询室")


def end_all(databases: Databases) -> None:
    with databases.session(Login.MIGRATOR) as session:
        session.execute(update(AccountSession).values(revoked_at=clock.now()))


def forgive(person: Visitor) -> None:
    """What the browser says itself about an answer that is no success."""
    person.complaints[:] = [said for said in person.complaints if "401" not in said and "403" not in said]


def type_in(page: Page) -> None:
    page.locator("#f-title").fill("走进社区的心理讲座")
    page.locator("#f-note").fill("第一行\n第二行")


def drafts(page: Page) -> int:
    found: int = page.evaluate("Object.keys(sessionStorage).filter(key => key.startsWith('draft:')).length")
    return found


def sign_in_here(page: Page, login: str) -> None:
    page.locator("#f-identifier").fill(login)
    page.locator("#f-password").fill(PASSWORD)
    page.locator("main button[type=submit]").click()


def test_signing_in_again_in_a_second_tab_lets_the_first_save(
    visit: Visit, make: Make, room: Site, databases: Databases
) -> None:
    person, login = visit(390), member(make, room, "zhao")
    person.sign_in(login, PASSWORD)
    begin(person)
    end_all(databases)
    second = person.page.context.new_page()
    second.goto(person.address + "/sign-in")
    sign_in_here(second, login)
    expect(second.get_by_role("heading", name="今日")).to_be_visible()

    choose(person.page, "opened_on_time", "yes")

    assert drafts(person.page) == 0


@pytest.mark.parametrize("width", [390, 1280])
def test_a_part_that_cannot_be_saved_waits_for_its_own_person(
    visit: Visit, make: Make, room: Site, databases: Databases, width: int
) -> None:
    person, login = visit(width), member(make, room, "zhao")
    person.sign_in(login, PASSWORD)
    begin(person)
    sheet = person.page.url
    end_all(databases)
    person.page.locator("label[for='opened_on_time-no']").click()
    person.page.wait_for_url("**/sign-in?next=**")
    assert drafts(person.page) == 1
    sign_in_here(person.page, login)
    person.page.wait_for_url(sheet)
    expect(person.page.locator("#opened_on_time-no")).to_be_checked()
    person.page.locator("#i-opened_on_time [data-retry]").click()
    expect(person.page.locator("#i-opened_on_time [data-save-state]")).to_have_attribute("data-save-state", "saved")
    with databases.session(Login.TENANT, room.id) as session:
        assert session.scalar(select(ChecklistAnswer.value).where(ChecklistAnswer.item == "opened_on_time")) == {
            "v": "no"
        }


def test_a_part_that_waits_is_not_kept_for_the_next_person(
    visit: Visit, make: Make, room: Site, databases: Databases
) -> None:
    person, login, other = visit(390), member(make, room, "zhao"), member(make, room, "wang")
    person.sign_in(login, PASSWORD)
    begin(person)
    sheet = person.page.url
    end_all(databases)
    person.page.locator("label[for='opened_on_time-no']").click()
    person.page.wait_for_url("**/sign-in?next=**")
    assert drafts(person.page) == 1

    sign_in_here(person.page, other)
    person.page.wait_for_url(sheet)

    expect(person.page.locator("#opened_on_time-no")).not_to_be_checked()
    assert drafts(person.page) == 0


@pytest.mark.parametrize("width", [390, 1280])
def test_a_form_of_an_ended_session_comes_back_filled(
    visit: Visit, make: Make, room: Site, databases: Databases, width: int
) -> None:
    person, login = visit(width), member(make, room, "zhao")
    person.sign_in(login, PASSWORD)
    person.open(NEW)
    type_in(person.page)
    end_all(databases)
    person.page.locator("main form button[type=submit]").first.click()
    expect(person.page.locator("#f-identifier")).to_be_visible()
    forgive(person)
    person.look("signed-out-with-a-form")

    sign_in_here(person.page, login)

    expect(person.page.locator("#f-title")).to_have_value("走进社区的心理讲座")
    expect(person.page.locator("#f-note")).to_have_value("第一行\n第二行")
    expect(person.page.get_by_text("还没有提交")).to_be_visible()
    assert person.page.url == person.address + NEW
    person.look("form-came-back")


def test_a_form_comes_back_without_script(visit: Visit, make: Make, room: Site, databases: Databases) -> None:
    person, login = visit(390, script=False), member(make, room, "zhao")
    person.sign_in(login, PASSWORD)
    person.open(NEW)
    type_in(person.page)
    end_all(databases)
    person.page.locator("main form button[type=submit]").first.click()
    sign_in_here(person.page, login)
    person.page.get_by_role("button", name="回到刚才的页面").click()

    expect(person.page.locator("#f-title")).to_have_value("走进社区的心理讲座")


def test_a_large_photo_is_made_smaller_before_it_is_sent(visit: Visit, make: Make, room: Site, tmp_path: Path) -> None:
    """As a telephone writes it: lying on its side, with a note how it was held; more than anybody may send."""
    exif = Image.Exif()
    exif[0x0112] = 6
    written = io.BytesIO()
    noise = Image.frombytes("RGB", (4000, 3000), os.urandom(4000 * 3000 * 3))
    noise.save(written, "JPEG", quality=97, exif=exif)
    assert len(written.getvalue()) > 12 * 1024 * 1024
    path = tmp_path / "large.jpg"
    path.write_bytes(written.getvalue())
    person = visit(390)
    person.sign_in(member(make, room, "zhao"), PASSWORD)
    begin(person)
    choose(person.page, "room_ready", "true")

    with person.page.expect_request(lambda asked: asked.method == "POST" and asked.url.endswith("room_ready")) as sent:
        person.page.locator("input[name='room_ready-evidence']").set_input_files(path)
    expect(person.page.locator("#s-room_ready img")).to_be_visible()

    shown = person.page.locator("#s-room_ready img").evaluate(
        "one => one.decode().then(() => [one.naturalWidth, one.naturalHeight])"
    )
    assert shown == [1200, 1600]
    assert sent.value.sizes()["requestBodySize"] < 5_000_000
