"""Staff come in by their invitation, fill the daily checklist on a phone, and the institution sees it."""

import io
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from sqlalchemy import select

from huakai_platform.identity import invitations, links, passwords
from huakai_platform.identity.models import Account
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.sites import Site
from tests.journeys.conftest import Visit, Visitor
from tests.support.make import Make

PASSWORD = "a long enough pass phrase"
WEEKDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
YES = ("opened_on_time", "on_duty", "screen_locked", "bookings_checked", "followups_done")
TRUE = ("room_ready", "exit_clear", "cabinet_locked", "no_recording", "phone_works", "hotline_shown")
pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def a_weekday(monkeypatch: pytest.MonkeyPatch) -> None:
    """Daily checks are due on working days; the tests run on any."""
    monkeypatch.setattr(clock, "today", lambda *_zone: WEEKDAY.date())


@pytest.fixture
def room(make: Make) -> Site:
    return make.site(name="定鼎门社区心理咨询室")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    written = io.BytesIO()
    Image.new("RGB", (800, 600), "#8fbf8f").save(written, "JPEG")
    path = tmp_path / "room.jpg"
    path.write_bytes(written.getvalue())
    return path


def member(make: Make, room: Site, login: str, role: Role = Role.SITE_WORKER) -> str:
    account = make.account(login_name=login, name=f"员工{login}", password_hash=passwords.hashed(PASSWORD))
    make.member(role, room, account=account)
    return login


def choose(page: Page, item: str, value: str) -> None:
    page.locator(f"label[for='{item}-{value}']").click()
    expect(page.locator(f"#i-{item} [data-save-state]")).to_have_attribute("data-save-state", "saved")


def test_a_newcomer_is_let_in_by_the_link(visit: Visit, make: Make, room: Site, settings: Settings) -> None:
    make.member(Role.INSTITUTION_ADMIN)
    with make.databases.session(Login.OVERSIGHT) as session:
        invited = invitations.invite(
            session,
            institution_id=make.institution().id,
            name="新同事",
            role=Role.SITE_WORKER,
            site_id=room.id,
            lookup_key=settings.lookup_key,
        )
        assert invited.invitation_id
        token = links.issue(session, None, invited.invitation_id)
        login = session.scalar(select(Account.login_name).where(Account.id == invited.account_id))
    person = visit(390)
    person.open(f"/invitations/{token}")
    person.look("invitation")
    for field in person.page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    person.page.locator("main button[type=submit]").click()
    person.page.wait_for_load_state("networkidle")
    if "/sign-in" in person.page.url:
        person.sign_in(str(login), PASSWORD)
    expect(person.page.get_by_role("heading", name="今日")).to_be_visible()
    person.open(f"/invitations/{token}")
    expect(person.page.locator("input[type=password]")).to_have_count(0)


@pytest.mark.parametrize("width", [390, 1280])
def test_a_day_is_checked_by_two_and_seen_above(visit: Visit, make: Make, room: Site, photo: Path, width: int) -> None:
    first, second = visit(width), visit(width)
    first.sign_in(member(make, room, "zhao"), PASSWORD)
    second.sign_in(member(make, room, "wang", Role.COUNSELLOR), PASSWORD)
    first.look("today")
    begin(first)
    second.open(first.page.url.removeprefix(first.address))
    first.look("checklist-blank")

    for item in YES:
        choose(first.page, item, "yes")
    for item in TRUE:
        choose(second.page, item, "true")
    first.page.locator("input[name='room_ready-evidence']").set_input_files(photo)
    expect(first.page.locator("#s-room_ready img")).to_be_visible()
    first.look("checklist")

    disagree(first, second)
    first.page.reload()
    expect(first.page.locator("#progress")).to_contain_text("11 /")
    first.page.get_by_role("button", name="完成检查单").click()
    first.page.wait_for_load_state("networkidle")
    expect(first.page.get_by_text("检查单已完成")).to_be_visible()
    first.look("checklist-complete")
    first.open("/room/checklists")
    first.look("history")
    for name in ("spaces", "team/"):
        first.open(f"/room/{name}")
        first.look(name.strip("/"))
    seen_above(visit, make)


def begin(person: Visitor) -> None:
    card = person.page.locator("section.card", has=person.page.get_by_role("heading", name="每日检查"))
    card.get_by_text(re.compile("开始填写|继续填写")).click()
    person.page.wait_for_url(re.compile("/room/checklists/"))
    person.page.wait_for_load_state("networkidle")


def disagree(first: Visitor, second: Visitor) -> None:
    """Both change the same item; whoever comes second is told and overwrites nothing unasked."""
    second.page.reload()
    first.page.reload()
    choose(first.page, "on_duty", "no")
    second.page.locator("label[for='on_duty-na']").click()
    expect(second.page.locator("#s-on_duty")).to_contain_text("员工zhao 刚才填写了“否”")
    second.complaints[:] = [said for said in second.complaints if "422" not in said]
    second.look("checklist-overtaken")
    second.page.locator("#s-on_duty").get_by_role("link", name="采用对方的").click()
    first.page.reload()
    choose(first.page, "on_duty", "yes")


def seen_above(visit: Visit, make: Make) -> None:
    account = make.account(login_name="chen", password_hash=passwords.hashed(PASSWORD))
    make.member(Role.INSTITUTION_ADMIN, account=account)
    above = visit(1280)
    above.sign_in("chen", PASSWORD)
    above.open("/console/")
    expect(above.page.get_by_text(re.compile("检查单")).first).to_be_visible()
    expect(above.page.locator("main")).to_contain_text("1", timeout=10_000)
    above.look("picture-after-checklist")


def test_a_checklist_is_filled_without_script(visit: Visit, make: Make, room: Site, photo: Path) -> None:
    person = visit(390, script=False)
    person.sign_in(member(make, room, "zhao"), PASSWORD)
    begin(person)
    item = person.page.locator("#i-room_ready form")
    item.locator("label[for='room_ready-true']").click()
    item.locator("input[type=file]").set_input_files(photo)
    item.get_by_role("button", name="保存这一项").click()
    expect(person.page.locator("#s-room_ready img")).to_have_count(1)
