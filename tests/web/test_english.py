"""A reader of English meets no Chinese on any page, but for names and what people wrote."""

import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import cache, reduce
from html.parser import HTMLParser

import pytest
from flask import url_for
from sqlalchemy import select
from werkzeug.test import TestResponse

from huakai_deploy import catalogues
from huakai_deploy.assets import compile_catalogues
from huakai_platform.identity.models import Account, Institution
from huakai_platform.kernel import clock, operations, workbooks
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.sites import Site
from huakai_platform.onboarding.register.fields import KINDS, OWNERSHIPS
from huakai_platform.oversight import facts, rollups
from huakai_platform.regions.models import Region
from huakai_platform.web.pages import LOCALES
from tests.support.lookups import REGISTER_WITH_ERRORS, SHIPPED
from tests.support.routes import Route, one_of_a_kind, reading, writing
from tests.support.samples import QUERIES, SAMPLES
from tests.support.worlds import World

SPOKEN = ("aria-label", "alt", "content", "label", "placeholder", "title", "data-")
VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
SILENT = {"script", "style", "svg"}
FILES = {"static", "api.docs_file"}


class Said(HTMLParser):
    """Everything of a page that is read or read out, but what is marked as another language and people's initials."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self._skipped = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        foreign = tag != "html" and (given.get("lang") or "").startswith("zh")
        silent = (tag in SILENT and given.get("type") != "application/json") or "avatar" in (given.get("class") or "")
        if tag not in VOID and (self._skipped or foreign or silent):
            self._skipped += 1
        elif not self._skipped:
            button = tag == "input" and given.get("type") in {"submit", "button"}
            names = (*SPOKEN, "value") if button else SPOKEN
            self.words += [value for name, value in attrs if name.startswith(names) and value]

    def handle_endtag(self, tag: str) -> None:
        self._skipped = max(0, self._skipped - 1)

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self.words.append(data)


@pytest.fixture(scope="module", autouse=True)
def catalogue() -> None:
    """The catalogue as it stands, even where nothing was built."""
    compile_catalogues()


@pytest.mark.parametrize("role", Role)
def test_a_role_meets_no_chinese(world: World, role: Role, record_property: Callable[[str, object], None]) -> None:
    actor = world.person(role)
    client = world.client(actor, f"{role} in English")[0]
    client.set_cookie("language", "en")
    wanted = [route for route in one_of_a_kind(reading()) if role in route.access.roles and route.endpoint not in FILES]
    paths = [_path(world, route, actor) for route in wanted]
    _fail(world, actor)
    _count(world, actor)
    answers = {path: client.get(path, follow_redirects=True) for path in paths}
    assert {path: answer.status_code for path, answer in answers.items() if answer.status_code != 200} == {}
    assert not (found := chinese(answers.items(), names(world))), "\n".join(found)
    record_property("pages", len(answers))


def test_every_definition_of_the_standard_is_english(world: World) -> None:
    client = world.client(world.person(Role.INSTITUTION_ADMIN), "standard in English")[0]
    client.set_cookie("language", "en")
    pages = set(re.findall(r'href="(/console/standard/[^"]+)"', client.get("/console/standard/").text))
    assert len(pages) > 10
    assert not (found := chinese([(path, client.get(path)) for path in sorted(pages)], names(world))), "\n".join(found)


def test_a_stranger_meets_no_chinese(world: World) -> None:
    client = world.app.test_client()
    client.set_cookie("language", "en")
    owner = world.person(Role.SITE_HEAD)
    wanted = [route for route in reading() if route.access.permission is None and route.endpoint not in FILES]
    paths = [_path(world, route, owner) for route in wanted]
    answers = {path: client.get(path, headers={"Accept": "text/html"}) for path in [*paths, "/nowhere", "/language"]}
    assert not (found := chinese(answers.items(), names(world))), "\n".join(found)


@pytest.mark.parametrize("route", one_of_a_kind(writing()), ids=str)
def test_what_follows_an_empty_form_is_english(world: World, route: Route) -> None:
    world.make._numbers += 50  # out of the way of the codes that the pages gave
    actor = world.fresh(route.first_role)
    client, token = world.client(actor)
    client.set_cookie("language", "en")
    answer = client.post(_path(world, route, actor), data={"csrf_token": token}, follow_redirects=True)
    assert not (found := chinese([(route.path, answer)], names(world))), "\n".join(found)


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("<p>站点 3<br>site</p>", ["站点 3", "site"]),
        ('<a aria-label="关闭" href="/站点">×</a>', ["关闭", "×"]),
        ('<input type="submit" value="保存"><input value="李">', ["保存"]),
        ('<button lang="zh-CN"><svg><title>图</title></svg>中文</button><b>after</b>', ["after"]),
        ('<html lang="zh-CN"><script>"脚本"</script><i class="avatar">李</i>shown</html>', ["shown"]),
    ],
)
def test_what_is_read_of_a_page(page: str, words: list[str]) -> None:
    assert Said(page).words == words


@cache
def translated() -> frozenset[str]:
    """Every text that has a translation."""
    return frozenset(str(message.id) for message in catalogues.read())


def chinese(answers: Iterable[tuple[str, TestResponse]], known: list[str]) -> list[str]:
    """Every piece of Chinese on the pages that is no known name."""
    cells = sorted({*known, *register()}, key=len, reverse=True)
    return [
        f"{path}: {word.strip()}"
        for path, answer in answers
        if answer.mimetype == "text/html"
        for word in Said(answer.text).words
        if catalogues.CJK.search(without(cells if "/imports/" in path else known, word))
    ]


def without(known: list[str], word: str) -> str:
    return reduce(lambda left, name: left.replace(name, ""), known, word) if catalogues.CJK.search(word) else word


def names(world: World) -> list[str]:
    """What people, places and languages are called; the longest first, and nothing that has a translation."""
    sources = (Site.name, Site.community, Site.address, Site.host, Account.name, Region.name)
    with world.make.databases.session(Login.MIGRATOR) as session:
        found = {name for source in sources for name in session.scalars(select(source)) if name}
        institutions = {*session.scalars(select(Institution.name)), *session.scalars(select(Institution.short_name))}
    found |= {short for name in found for short in (name[:2], name[:3]) if name.endswith(("省", "市", "区"))}
    found -= translated()
    return sorted(found | institutions | set(LOCALES.values()), key=len, reverse=True)


@cache
def register() -> set[str]:
    """What the registers of the tests and of the product hold, and the words that they may hold."""
    files = (REGISTER_WITH_ERRORS, SHIPPED / "register-sample.xlsx")
    sheets = [sheet for file in files for sheet in workbooks.read(file.read_bytes()).sheets]
    return {*KINDS, *OWNERSHIPS, *(cell.text for sheet in sheets for row in sheet.rows for cell in row if cell.text)}


def _path(world: World, route: Route, actor: Actor) -> str:
    made = SAMPLES[route.sample].make(world, actor, world.site_of(actor)) if route.sample else {}
    with world.app.test_request_context():
        wanted = {name: value for name, value in made.items() if name in route.arguments}
        return url_for(route.endpoint, **(wanted | QUERIES.get(route.endpoint, {})))


def _fail(world: World, actor: Actor) -> None:
    """An operation of two sites, one refused."""
    sites = [world.site_of(actor), world.site_of(actor)]
    with world.make.databases.session(Login.MIGRATOR) as session:
        title = _("开通 {count} 个站点", count=2)
        started = operations.start(session, actor, "open_sites", title, [(site.id, site.name) for site in sites])
        operations.finish_item(session, started.id, sites[0].id, error=_("没有这个站点。"))


def _count(world: World, actor: Actor) -> None:
    """Two months of checklists at a site, summed up."""
    site = world.site_of(actor)
    this = clock.month(clock.today())
    with world.make.databases.session(Login.WORKER, site.id) as session:
        for month in (clock.month(this - timedelta(days=1)), this):
            facts.recompute(session, site.id, month, {"checklists_due": 9, "checklists_done": 8, "core_failures": 1})
    with world.make.databases.session(Login.WORKER) as session:
        while rollups.fold(session):
            pass
