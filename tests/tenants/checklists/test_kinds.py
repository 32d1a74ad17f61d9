"""Every kind of item on the page: what is wrong comes back as it was typed, what is right is kept and scored."""

import io
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.sites import Site
from huakai_tenants.checklists import service
from huakai_tenants.checklists.models import Attachment, ChecklistAnswer
from tests.platform.forms.shapes import FORM
from tests.support.checked import photo
from tests.support.make import Make
from tests.support.web import post

PDF = b"%PDF-1.7\n1 0 obj\nendobj\n"
ASKED = {
    "light": (["maybe", "2"], "true", True),
    "door": (["true", "maybe"], "na", "na"),
    "area": (["wide", "-1", "1000.5", "NaN", "1e9"], "25.5", 25.5),
    "visitors": (["1.5", "501", "few"], "na", "na"),
    "order": (["best", "good,poor"], "poor", "poor"),
    "walls": (["wall"], ["phone", "rule"], ["rule", "phone"]),
    "note": (["x" * 2001, "a\u0000b"], "<b>灯坏了</b>", "<b>灯坏了</b>"),
    "checked_on": (["2026-02-30", "yesterday", "26-01-01"], "2026-02-28", "2026-02-28"),
}
WRONG = [(item, bad) for item, (all_bad, _good, _kept) in ASKED.items() for bad in all_bad]


@pytest.fixture
def room(make: Make, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setattr(service, "definition_of", lambda *_about: FORM)
    return make.site()


@pytest.fixture
def worker(make: Make, room: Site) -> Actor:
    return make.member(Role.SITE_WORKER, room)


@pytest.fixture
def run_id(databases: Databases, room: Site, worker: Actor) -> UUID:
    with databases.session(Login.TENANT, room.id) as session:
        return service.begin(session, worker, "daily", clock.today())


@pytest.fixture
def browser(app: Flask, make: Make, worker: Actor) -> FlaskClient:
    return make.browser(app, worker)


def answer(browser: FlaskClient, run_id: UUID, item: str, said: Any, version: int = 0) -> TestResponse:
    return post(browser, f"/room/checklists/{run_id}/items/{item}", {item: said, "version": str(version)})


def kept(databases: Databases, room: Site) -> dict[str, Any]:
    with databases.session(Login.TENANT, room.id) as session:
        rows = session.execute(select(ChecklistAnswer.item, ChecklistAnswer.value))
        return {row.item: row.value["v"] for row in rows}


def test_what_is_wrong_for_its_kind_comes_back_and_is_not_kept(
    browser: FlaskClient, databases: Databases, room: Site, run_id: UUID
) -> None:
    for item, bad in WRONG:
        came = answer(browser, run_id, item, bad)
        assert came.status_code == 422, (item, bad)
        assert "还有 1 项需要处理" in came.text, (item, bad)
        assert item not in ("area", "checked_on") or f'value="{bad}"' in came.text, (item, bad)
    assert kept(databases, room) == {}


def test_what_is_right_is_kept_scored_and_shown(
    browser: FlaskClient, databases: Databases, room: Site, run_id: UUID
) -> None:
    for item, (_bad, good, _kept) in ASKED.items():
        assert answer(browser, run_id, item, good).status_code == 303, item

    assert kept(databases, room) == {item: value for item, (_bad, _good, value) in ASKED.items()}
    shown = browser.get(f"/room/checklists/{run_id}").text
    assert "&lt;b&gt;灯坏了&lt;/b&gt;" in shown
    assert "平方米" in shown
    assert shown.count("★") >= 1, "the core item is marked"
    assert "8 / 10" in shown
    assert [answer(browser, run_id, "area", "", 1).status_code, kept(databases, room)["area"]] == [303, None]


@pytest.mark.parametrize(
    ("item", "bad", "good"), [("view", PDF, None), ("plan", b"MZ\x90", PDF)], ids=["photo", "document"]
)
def test_a_file_of_the_wrong_kind_is_refused(
    browser: FlaskClient, databases: Databases, room: Site, run_id: UUID, item: str, bad: bytes, good: bytes | None
) -> None:
    address = f"/room/checklists/{run_id}/items/{item}"
    came = [post(browser, address, {item: (io.BytesIO(one), "a.bin")}).status_code for one in (bad, good or photo())]

    assert came == [422, 303]
    assert answer(browser, run_id, item, "words").status_code == 422, "words are no file"
    with databases.session(Login.TENANT, room.id) as session:
        assert len(session.scalars(select(Attachment.item)).all()) == 1


def test_it_is_not_complete_without_its_proofs(
    browser: FlaskClient, databases: Databases, room: Site, run_id: UUID
) -> None:
    for item, (_bad, good, _kept) in ASKED.items():
        answer(browser, run_id, item, "no" if item == "door" else good)
    address = f"/room/checklists/{run_id}"
    lacking = post(browser, f"{address}/completion")
    for item in ("light", "door", "door"):
        sent = post(browser, f"{address}/items/{item}", {f"{item}-evidence": (io.BytesIO(photo()), "a.png")})
        assert sent.status_code == 303
    still = post(browser, f"{address}/completion")
    post(browser, f"{address}/items/view", {"view": (io.BytesIO(photo()), "a.png")})
    done = post(browser, f"{address}/completion")

    assert ["还有 3 项需要处理" in lacking.text, "还有 1 项需要处理" in still.text] == [True, True]
    assert (lacking.status_code, still.status_code, done.status_code) == (422, 422, 303)
