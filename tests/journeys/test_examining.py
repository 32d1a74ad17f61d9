"""What examines the pages finds what is wrong with one."""

import pytest
from playwright.sync_api import Browser

from tests.journeys.conftest import violations

pytestmark = pytest.mark.browser
FAULTY = """
    <!doctype html><html lang="zh"><title>一页</title><main><h1>标题</h1><h4>级别跳过</h4>
    <img src="data:,"><p style="color: #999; background: #fff">太淡</p><button></button></main></html>
"""


def test_every_look_at_a_page_finds_what_is_grave_and_only_that(chromium: Browser) -> None:
    page = chromium.new_page()
    page.set_content(FAULTY)
    for _look in range(2):
        assert {one["id"] for one in violations(page)} == {"button-name", "color-contrast", "image-alt"}
    page.close()
