"""The institution takes a register in, opens its sites and sees the country change."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from huakai_platform.identity import passwords
from huakai_platform.kernel.access import Role
from tests.journeys.conftest import Visit
from tests.support.lookups import REGISTER_WITH_ERRORS
from tests.support.make import Make

PASSWORD = "a long enough pass phrase"
pytestmark = pytest.mark.browser


@pytest.fixture
def admin(make: Make) -> str:
    account = make.account(login_name="chen", name="陈院长", password_hash=passwords.hashed(PASSWORD))
    make.member(Role.INSTITUTION_ADMIN, account=account)
    return "chen"


@pytest.mark.parametrize("width", [1280, 390])
def test_a_register_with_mistakes_becomes_open_sites(visit: Visit, admin: str, width: int, tmp_path: Path) -> None:
    person = visit(width)
    page = person.page
    person.open("/sign-in")
    person.look("sign-in")
    person.sign_in(admin, PASSWORD)
    expect(page).to_have_url(re.compile("/console/$"))
    person.look("picture-empty")

    person.open("/console/imports")
    person.look("imports")
    page.locator("input[type=file]").set_input_files(REGISTER_WITH_ERRORS)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_load_state("networkidle")
    if page.url.endswith("/columns"):
        person.look("import-columns")
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_load_state("networkidle")
    expect(page.get_by_text("305").first).to_be_visible()
    person.look("import-report")
    with page.expect_download() as download:
        page.get_by_role("link", name="下载标注后的表").click()
    assert download.value.path().stat().st_size > 10_000

    page.get_by_role("button", name=re.compile("确认导入")).click()
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name=re.compile("现在开通")).click()
    page.wait_for_url(re.compile("/console/operations/"))
    person.look("operation")
    expect(page.get_by_text("305").first).to_be_visible(timeout=60_000)
    expect(page.locator("progress").first).to_have_attribute("value", "305", timeout=60_000)

    person.open("/console/sites?state=open")
    person.look("sites")
    page.locator("tbody a").first.click()
    page.wait_for_load_state("networkidle")
    person.look("site")
    person.open("/console/board")
    person.look("board")
    person.open("/console/")
    expect(page.get_by_text("305").first).to_be_visible(timeout=15_000)
    person.look("picture")


@pytest.mark.parametrize("width", [1280, 390])
def test_every_console_page_is_sound(visit: Visit, admin: str, make: Make, width: int) -> None:
    make.site()
    person = visit(width)
    person.sign_in(admin, PASSWORD)
    for name, path in {
        "regions": "/console/regions/",
        "regions-import": "/console/regions/import",
        "standard": "/console/standard/",
        "accounts": "/console/accounts",
        "accounts-new": "/console/accounts/new",
        "access": "/console/access",
        "operations": "/console/operations",
        "jobs": "/console/jobs",
        "wizard": "/console/sites/new",
        "account": "/account",
        "devices": "/account/devices",
        "no-such-page": "/console/nowhere",
    }.items():
        person.open(path)
        person.complaints[:] = [said for said in person.complaints if "404" not in said]
        person.look(name)


def test_the_console_is_sound_in_the_dark_and_in_english(visit: Visit, admin: str, make: Make) -> None:
    make.site()
    person = visit(1280, color_scheme="dark")
    person.sign_in(admin, PASSWORD)
    for name, path in {"sites-dark": "/console/sites", "picture-dark": "/console/"}.items():
        person.open(path)
        person.look(name)
    person.page.context.add_cookies([{"name": "language", "value": "en", "url": person.address}])
    person.open("/console/sites")
    expect(person.page.get_by_role("heading", name="Sites")).to_be_visible()
    person.look("sites-english")


def test_the_console_works_without_script(visit: Visit, admin: str, make: Make) -> None:
    site = make.site(name="没有脚本的咨询室")
    person = visit(390, script=False)
    page = person.page
    person.sign_in(admin, PASSWORD)
    person.open("/console/sites")
    page.locator("input[data-search]").fill("没有脚本")
    page.get_by_role("button", name="筛选").click()
    page.get_by_role("link", name=site.name).click()
    expect(page.get_by_role("heading", name=site.name)).to_be_visible()
