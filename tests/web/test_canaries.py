"""No store outside `confidential` holds sealed text: canaries through every write of the API and of every form, then
looked for in all columns, as each login, in the logs, in Valkey and in a whole backup."""

import io
import re
import sys
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient
from redis import Redis
from werkzeug.test import TestResponse

from huakai_deploy.backup import whole
from huakai_deploy.backup.connecting import snapshot
from huakai_deploy.local import Urls
from huakai_platform.kernel import clock, vault, workbooks
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.tenancy import PLATFORM
from huakai_platform.kernel.workbooks import Column, table
from huakai_platform.web import inputs
from huakai_platform.web.api.resources import operation_of
from huakai_tenants.staff.listing import STAFF
from huakai_worker import dispatcher
from tests.support import canaries
from tests.support.canaries import Canaries
from tests.support.forms import Found
from tests.support.registered import body, with_registers
from tests.support.routes import METHODS, Route, operations, writing
from tests.support.trials import Trial, forms, path_of
from tests.support.worlds import World

WRITES = frozenset(METHODS) - {"GET"}
DAY = clock.today().isoformat()
MARK = re.compile(r'name="mark" value="([0-9a-f]{64})"')
INSIDE = frozenset({"confidential.sealed_entry.cancelled_why"})
"""Why an entry was taken out of force stands beside it, under the same row security."""
SEALING = frozenset({"an entry by program", "an entry by form", "staff.keep_contact", "staff_api.keep_contact"})
"""What must have sealed something here; otherwise nothing was tried."""


class Sower:
    """Sends canaries through whatever writes."""

    def __init__(self, world: World) -> None:
        self.world, self.canaries = world, Canaries()
        self.diary: Diary

    def operation(self, route: Route, method: str) -> None:
        """One operation of the API, with its example."""
        world, declared = self.world, operation_of(self.world.app, route.endpoint)
        known = len(self.canaries.sown)
        given = self.canaries.body(route.endpoint, declared["example"], declared["takes"])
        if len(self.canaries.sown) > known:
            actor = world.fresh(route.first_role)
            program = world.make.program(world.app, actor)
            self._send(program, method, path_of(world, route, actor), route.endpoint, known, json=given)

    def form(self, route: Route, shown: Found) -> None:
        """One form of the pages, with a canary in every field that the page leaves empty."""
        known = len(self.canaries.sown)
        words = {name: self.canaries.word(route.endpoint, name) for name, value in shown.values.items() if not value}
        if not words.keys() - inputs.IGNORED:
            return
        trial = Trial(self.world, route)
        data = {**shown.filled(), **words, "csrf_token": trial.token, "idempotency_key": str(uuid7())}
        self._send(trial.client, "POST", trial.path, route.endpoint, known, data=data)

    def _send(self, client: FlaskClient, method: str, path: str, endpoint: str, known: int, **sent: Any) -> None:
        headers = {"Idempotency-Key": str(uuid7()), "If-Match": "*"} if path.startswith("/api/") else {}
        with self.canaries.sending(endpoint, known):
            answer = client.open(path, method=method, headers=headers, buffered=True, **sent)
        assert answer.status_code < 500, f"{endpoint}: {answer.status}"


class Diary:
    """A room with a confidential register, written in by every door there is."""

    def __init__(self, sower: Sower) -> None:
        self.canaries, self.world = sower.canaries, sower.world
        make = self.world.make
        edition_id = with_registers(make, body("diary", privacy="confidential", writers=["site_head"]))
        self.site = self.world.new_site(make, edition_id=edition_id)
        with make.databases.session(Login.WORKER, self.site.id) as session:
            vault.ensure_key(session, make.settings.master_key)
        self.head = make.member(Role.SITE_HEAD, self.site)

    def fill(self) -> None:
        place = self.by_program()
        self.by_form(f"/room/registers/diary/{place.rpartition('/')[2]}")
        self.by_sheet(
            "/room/registers/diary/imports",
            ("编号", "日期", "事由", "件数", "方式"),
            lambda: [None, DAY, self.canaries.word("a sheet of entries", "about"), "3", "ask"],
        )
        self.by_sheet(
            "/room/staff/imports",
            [one.label.render() for one in STAFF.into("sheet")],
            lambda: [None, "王芳", "咨询师", "专职", None, DAY, None, self.canaries.word("staff", "phone"), None, None],
        )

    def by_program(self) -> str:
        """Written and changed, each of them twice under its key."""
        program, entries = self.world.make.program(self.world.app, self.head), "/api/v1/room/registers/diary/entries"
        made = self._twice(program, "POST", entries, 201, units=[{"unit": "甲"}])
        place = str(made.headers["Location"])
        self._twice(program, "PUT", place, 200, match=made.headers["ETag"])
        return place

    def _twice(
        self, program: FlaskClient, method: str, path: str, status: int, match: str = "", units: list[Any] | None = None
    ) -> TestResponse:
        known = len(self.canaries.sown)
        about = self.canaries.word(f"{method} {path}", "about")
        headers = {"Idempotency-Key": method} | ({"If-Match": match} if match else {})
        said = {"items": {"on": DAY, "about": about}, "rows": {"units": units or []}}
        with self.canaries.sending("an entry by program", known):
            first, again = (program.open(path, method=method, json=said, headers=headers) for _one in range(2))
        assert (first.status_code, again.status_code) == (status, status)
        assert about in first.text
        assert again.json == first.json, "what the repetition reads again is the resource"
        assert again.headers["Idempotent-Replay"] == "true"
        return first

    def by_form(self, entry: str) -> None:
        """Refused, written, changed, taken out of force for a reason and put back."""
        pages, token = self.world.client(self.head)

        def send(path: str, name: str, expected: int, **more: str) -> None:
            known = len(self.canaries.sown)
            data = {name: self.canaries.word(path, name), **more, "csrf_token": token, "idempotency_key": str(uuid7())}
            with self.canaries.sending("an entry by form", known):
                answers = [pages.post(path, data=data).status_code for _twice in range(2)]
            assert answers == [expected, expected], path

        send("/room/registers/diary/new", "about", 422, on="gestern")
        send("/room/registers/diary/new", "about", 303, on=DAY)
        send(f"{entry}/edit", "about", 303, on=DAY, version="2")
        send(f"{entry}/cancellation", "reason", 303)

    def by_sheet(self, path: str, titles: Sequence[str], row: Callable[[], list[workbooks.Value]]) -> None:
        """Handed in, looked at, and given up or applied."""
        pages, token = self.world.client(self.head)
        for last in ("discard", "application"):
            known = len(self.canaries.sown)
            content = workbooks.write(table("表", [Column(title) for title in titles], [row()]))
            with self.canaries.sending(path, known):
                sent = pages.post(path, data={"csrf_token": token, "file": (io.BytesIO(content), "a.xlsx")})
                found = MARK.search(pages.get(str(sent.location)).text)
                assert found
                data = {"csrf_token": token} | ({"mark": found[1]} if last == "application" else {})
                assert pages.post(f"{sent.location}/{last}", data=data).status_code == 303


@pytest.fixture(scope="module")
def spoken() -> Iterator[io.StringIO]:
    """What the application says to its log."""
    with pytest.MonkeyPatch.context() as patch:
        log = io.StringIO()
        patch.setattr(sys, "stdout", log)
        patch.setattr(sys, "stderr", log)
        yield log


@pytest.fixture(scope="module")
def sower(world: World, spoken: io.StringIO) -> Sower:
    """Everything that writes has written."""
    sower = Sower(world)
    for route in operations():
        for method in sorted(route.methods & WRITES):
            if route.access.permission is not None:
                sower.operation(route, method)
    asked = {**forms(world, Role.INSTITUTION_ADMIN), **forms(world, Role.SITE_HEAD)}
    for route in writing():
        if route.access.permission is not None and route.endpoint in asked:
            sower.form(route, asked[route.endpoint])
    sower.diary = Diary(sower)
    sower.diary.fill()
    while dispatcher.settle_one(world.make.databases, world.make.settings, sower.diary.site.id):
        pass
    return sower


def test_everything_that_seals_has_sealed(sower: Sower) -> None:
    assert sower.canaries.sealing >= SEALING
    assert {sower.canaries.sown[word].name for word in sower.canaries.sealed} >= {"about", "phone", "email"}


def test_nothing_sealed_is_stored_in_clear(sower: Sower, urls: Urls) -> None:
    with psycopg.connect(urls.login("postgres")) as connection:
        found = {(column, word) for column, word in canaries.stored(connection) if word in sower.canaries.sealed}
    assert {(column, sower.canaries.sown[word]) for column, word in found if column not in INSIDE} == set()


@pytest.mark.parametrize("login", [Login.TENANT, Login.OVERSIGHT, Login.WORKER])
def test_no_login_reads_it_as_anybody(sower: Sower, urls: Urls, login: Login) -> None:
    beside = sower.world.person(Role.SITE_HEAD)
    people = [sower.diary.head, beside, sower.world.person(Role.INSTITUTION_ADMIN)]
    with psycopg.connect(urls.login(login.value)) as connection:
        for tenant_id in (sower.diary.site.id, beside.site_id, PLATFORM):
            for person in people:
                connection.execute(f"SET LOCAL app.tenant_id = '{tenant_id}'".encode())
                connection.execute(f"SET LOCAL app.account_id = '{person.account_id}'".encode())
                found = {pair for pair in canaries.stored(connection) if pair[1] in sower.canaries.sealed}
                assert {column for column, _word in found} <= INSIDE
                assert login is not Login.OVERSIGHT or not found
                connection.rollback()


def test_logs_queue_and_backup_hold_nothing_of_it(
    sower: Sower, spoken: io.StringIO, settings: Settings, tmp_path: Path
) -> None:
    assert "request" in spoken.getvalue(), "nothing was said at all"
    assert not canaries.spotted(spoken.getvalue()) & sower.canaries.sealed

    with Redis.from_url(settings.redis_url) as valkey:
        kept = [key + (valkey.dump(key) or b"") for key in valkey.scan_iter()]
    assert not {word for one in kept for word in canaries.spotted(one)} & sower.canaries.sealed

    with snapshot(sower.world.make.databases, keep=False) as session:
        whole.save(session, tmp_path / "backup")
    with zipfile.ZipFile(tmp_path / "backup") as packed:
        within = {name: canaries.spotted(packed.read(name)) & sower.canaries.sealed for name in packed.namelist()}
    assert {name for name, found in within.items() if found} <= {"tables/confidential.sealed_entry.copy"}
