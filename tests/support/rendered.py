"""Every page is shown by some test: a whole run tells which page none of its tests has rendered, and fails.

A page that is seen only after a write is easily left out of every walk, and a fault of its own is then found by
whoever has just written something.
"""

import re
from typing import Any

import pytest
from flask import template_rendered
from jinja2 import meta

from huakai_templates import assets
from tests.support import chosen, routes

PAGES = assets.STATIC.parent / "pages"
WHOLE = "not bench"
"""What `deploy/run test` leaves out of a whole run."""
AROUND = re.compile(r"\bshell\('(\w+)'\)")
"""How a layout asks for what stands around a page (web/shell.py)."""
SEEN: set[str] = set()
UNSEEN = pytest.StashKey[list[str]]()


def pages() -> set[str]:
    """Templates that are shown by themselves: no other one extends, includes or imports them, or has them around it."""
    environment = routes.application().jinja_env
    texts = {str(path.relative_to(PAGES)): path.read_text("utf-8") for path in PAGES.rglob("*.html")}
    parts = {part for said in texts.values() for part in meta.find_referenced_templates(environment.parse(said))}
    around = {f"layouts/_{part}.html" for said in texts.values() for part in AROUND.findall(said)}
    return texts.keys() - parts - around


def pytest_configure(config: pytest.Config) -> None:
    template_rendered.connect(_see, weak=False)


def _see(_app: object, template: Any, **_more: Any) -> None:
    SEEN.add(str(template.name))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """What one of several processes has seen."""
    SEEN.update(getattr(node, "workeroutput", {}).get("rendered", ()))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    config = session.config
    if hasattr(config, "workeroutput"):
        config.workeroutput["rendered"] = sorted(SEEN)
    elif whole(config) and not session.exitstatus and (unseen := pages() - SEEN):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        config.stash[UNSEEN] = sorted(unseen)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    for name in config.stash.get(UNSEEN, []):
        terminalreporter.write_line(f"no test shows the page {name}", red=True)


def whole(config: pytest.Config) -> bool:
    """Whether all tests ran that a whole run has."""
    chosen_by_hand = config.args_source is not pytest.Config.ArgsSource.TESTPATHS
    picked = config.option.keyword or config.option.markexpr != WHOLE or config.option.collectonly
    return not (chosen_by_hand or picked or chosen.FAST)
