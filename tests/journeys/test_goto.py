"""Going anywhere by keyboard, help beside the page, and both without scripts."""

import re

import pytest
from playwright.sync_api import expect

from huakai_platform.kernel.access import Role
from huakai_platform.onboarding import grams
from tests.journeys.conftest import Visit, Visitor
from tests.support.make import Make

pytestmark = pytest.mark.browser


def enter(visit: Visit, make: Make, role: Role, width: int, **settings: object) -> Visitor:
    person = visit(width, **settings)
    token = make.token(make.member(role))
    person.page.context.add_cookies([{"name": "huakai", "value": token, "url": person.address}])
    return person


def test_ctrl_k_finds_a_site_and_goes_there(visit: Visit, make: Make) -> None:
    site = make.site(name="安乐窝心晴驿站", code="HK-7", grams=grams.of("安乐窝心晴驿站", "HK-7"))
    person = enter(visit, make, Role.INSTITUTION_ADMIN, 1280)
    page = person.page
    person.open("/console/regions/")
    page.locator("main a").first.focus()
    page.keyboard.press("Control+k")
    expect(page.locator("#goto input")).to_be_focused()
    expect(page.locator("#goto-hits a").first).to_be_visible()
    person.look("goto")

    page.keyboard.press("Escape")
    expect(page.locator("main a").first).to_be_focused()

    page.keyboard.press("Control+k")
    page.keyboard.type("安乐窝")
    expect(page.locator("#goto-hits a").first).to_contain_text("安乐窝")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#goto-hits a").first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#goto input")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(str(site.id)))


def test_help_opens_beside_the_page_and_slash_goes_to_the_list(visit: Visit, make: Make) -> None:
    make.site()
    person = enter(visit, make, Role.INSTITUTION_ADMIN, 1280)
    page = person.page
    person.open("/console/sites")
    page.keyboard.press("?")
    expect(page.locator("#drawer")).to_contain_text("您管辖范围内的所有站点")
    person.look("help-drawer")
    page.keyboard.press("Escape")
    expect(page.locator("#drawer")).to_be_hidden()
    page.keyboard.press("/")
    expect(page.locator("[data-search]")).to_be_focused()
    page.keyboard.type("?")
    expect(page.locator("#drawer")).to_be_hidden()


def test_search_help_and_more_work_without_script(visit: Visit, make: Make) -> None:
    person = enter(visit, make, Role.SITE_HEAD, 390, script=False)
    page = person.page
    person.open("/room/")
    page.get_by_role("link", name="搜索（Ctrl+K）").click()
    page.locator("main input[type=search]").fill("场地")
    page.get_by_role("button", name="搜索").click()
    page.locator("main a[data-hit]").first.click()
    expect(page).to_have_url(re.compile("/room/spaces"))
    page.get_by_role("link", name="本页帮助").first.click()
    expect(page.locator("#page")).to_contain_text("本站点的功能室和区域")
    person.open("/room/notices")
    expect(page.get_by_role("heading", name="通知")).to_be_visible()
