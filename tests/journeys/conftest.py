"""A real browser before a real server, with a worker behind it."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import make_server

from huakai_deploy.web import create_app
from huakai_platform.kernel.config import Settings
from huakai_platform.kernel.db import Databases
from huakai_worker import dispatcher, folding

CHROMIUM = os.environ.get("HUAKAI_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
PICTURES = Path(os.environ.get("HUAKAI_PICTURES", Path(__file__).parents[2] / "instance" / "pictures"))
SIZES = {1280: 900, 390: 844}
GRAVE = {"serious", "critical"}
AXE = AXE_FILE_PATH.read_text("utf-8")
EXAMINE = """async ([grave, only]) => {
    const asked = rule => only.length ? only.includes(rule.id) : !rule.impact || grave.includes(rule.impact);
    const left = axe._audit.rules.filter(rule => !asked(rule));
    const rules = Object.fromEntries(left.map(rule => [rule.id, {enabled: false}]));
    return (await axe.run(document, {resultTypes: ["violations"], rules})).violations;
}"""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def house(settings: Settings) -> Iterator[Flask]:
    """The app as it is in earnest: a fault is an answer, not an exception of the test."""
    made = create_app(settings)
    yield made
    made.extensions["huakai"].databases.dispose()


@pytest.fixture
def served(house: Flask, settings: Settings, databases: Databases) -> Iterator[str]:
    """The address of the app over this test's database, its jobs done as they come."""
    server = make_server("127.0.0.1", 0, house, threaded=True)
    stop = threading.Event()

    def work() -> None:
        while not stop.wait(0.2):
            dispatcher.drain(databases, settings)
            folding.fold(databases)

    threads = [threading.Thread(target=server.serve_forever, args=(0.02,)), threading.Thread(target=work)]
    for thread in threads:
        thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    stop.set()
    server.shutdown()
    for thread in threads:
        thread.join()
    server.server_close()


@dataclass
class Visitor:
    """One person at one screen; every page seen is examined and photographed."""

    page: Page
    address: str
    width: int
    complaints: list[str]

    def open(self, path: str) -> None:
        self.page.goto(self.address + path, wait_until="load")

    def sign_in(self, login: str, password: str) -> None:
        self.open("/sign-in")
        self.page.locator("input[type=text]").first.fill(login)
        self.page.locator("input[type=password]").fill(password)
        self.page.locator("main button[type=submit]").click()
        self.page.wait_for_load_state("networkidle")

    def look(self, name: str) -> None:
        """Photograph the page; it must be accessible, fit the screen and leave the console silent."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{name}-{self.width}.png", full_page=False)
        grave = [f"{found['id']}: {found['nodes'][0]['html'][:160]}" for found in violations(self.page)]
        assert grave == [], f"{name} at {self.width}: {grave}"
        assert not self.page.evaluate("document.documentElement.scrollWidth > innerWidth"), f"{name} is too wide"
        assert self.complaints == [], f"{name}: {self.complaints}"


def violations(page: Page, *only: str) -> list[dict[str, Any]]:
    """What axe finds grave, by `only` these rules; the program is given to a page once, and rules that find nothing
    grave are not asked."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found: list[dict[str, Any]] = page.evaluate(EXAMINE, [sorted(GRAVE), only])
    return [one for one in found if one["impact"] in GRAVE]


Visit = Callable[..., Visitor]


@pytest.fixture
def visit(chromium: Browser, served: str) -> Iterator[Visit]:
    """Open a screen: `visit(width)`, without script when `script=False`."""
    contexts: list[BrowserContext] = []

    def begin(width: int, *, script: bool = True, **settings: Any) -> Visitor:
        context = chromium.new_context(
            viewport={"width": width, "height": SIZES[width]},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            java_script_enabled=script,
            has_touch=width < 500,
            **settings,
        )
        contexts.append(context)
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda asked: _foreign(asked.url, served, complaints))
        return Visitor(page, served, width, complaints)

    yield begin
    for context in contexts:
        context.close()


def _foreign(url: str, served: str, complaints: list[str]) -> None:
    if not url.startswith((served, "data:", "blob:")):
        complaints.append(f"asked another host: {url}")
