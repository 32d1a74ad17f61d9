"""Programs read and write any register, by version, once, and told of each mistake at its place."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from huakai_platform.kernel import clock, vault
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.outbox import OutboxMessage
from huakai_platform.kernel.sites import Site
from tests.support import web
from tests.support.make import Make
from tests.support.registered import body, with_registers, written

DAY = clock.today().isoformat()
REGISTERS = "/api/v1/room/registers"
DESK = f"{REGISTERS}/desk/entries"


@pytest.fixture
def site(make: Make) -> Site:
    sealed = body("diary", privacy="confidential", writers=["site_head"])
    made = make.site(edition_id=with_registers(make, body("desk"), sealed))
    with make.databases.session(Login.WORKER, made.id) as session:
        vault.ensure_key(session, make.settings.master_key)
    return made


@pytest.fixture
def head(make: Make, site: Site) -> Actor:
    return make.member(Role.SITE_HEAD, site)


@pytest.fixture
def program(app: Flask, make: Make, head: Actor) -> FlaskClient:
    return make.program(app, head)


def said(about: Any = "问路", **more: Any) -> dict[str, Any]:
    return {"items": {"on": DAY, "about": about, **more}}


def pointers(answer: Any) -> set[str]:
    assert answer.status_code == 422, answer.text
    return {one["pointer"] for one in answer.json["errors"]}


def test_whatever_need_not_be_there_may_be_null(program: FlaskClient) -> None:
    made = program.post(DESK, json={**said(pieces=None, way=None), "rows": None})
    assert made.status_code == 201, made.text
    assert made.json
    assert (made.json["items"], made.json["rows"]) == ({"on": DAY, "about": "问路"}, {"units": []})
    assert pointers(program.post(DESK, json=said(None))) == {"#/items/about"}


def test_a_register_says_what_its_entries_hold(program: FlaskClient) -> None:
    listed = program.get(REGISTERS).json
    assert listed
    assert {"desk", "diary", "visitors"} <= {one["code"] for one in listed["items"]}
    shown = program.get(f"{REGISTERS}/desk").json
    assert shown
    assert shown["items"]["required"] == ["on", "about"]
    assert shown["rows"]["units"]["required"] == ["unit"]
    assert program.get(f"{REGISTERS}/nothing").status_code == 404


def test_an_entry_is_made_read_changed_by_version_cancelled_and_restored(
    program: FlaskClient, databases: Databases, site: Site
) -> None:
    made = program.post(DESK, json=said(pieces=3) | {"rows": {"units": [{"unit": "民政"}]}})
    assert made.status_code == 201
    place, tag = made.headers["Location"], made.headers["ETag"]
    assert program.get(place).json == made.json
    assert program.put(place, json=said("指路")).status_code == 428
    changed = program.put(place, json=said("指路"), headers={"If-Match": tag})
    assert changed.json
    assert (changed.json["items"], changed.json["rows"]) == ({"on": DAY, "about": "指路"}, {"units": []})
    assert program.put(place, json=said(), headers={"If-Match": tag}).status_code == 412
    assert program.post(f"{place}/cancellation", json={"reason": "记重了"}).status_code == 200
    assert program.get(DESK).json == {"items": [], "next": None}
    assert program.post(f"{place}/restoration").status_code == 200
    assert program.post(f"{place}/restoration").status_code == 409
    with databases.session(Login.TENANT, site.id) as session:
        assert "NumbersChanged" in set(session.scalars(select(OutboxMessage.topic)))


def test_the_same_key_writes_once(program: FlaskClient, databases: Databases, site: Site) -> None:
    for _again in range(2):
        assert program.post(DESK, json=said(), headers={"Idempotency-Key": "desk-1"}).status_code == 201
    with databases.session(Login.TENANT, site.id) as session:
        assert session.scalar(text("SELECT count(*) FROM tenant.register_entry")) == 1


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"items": {"on": DAY}}, "/items/about"),
        (said(on="2099-01-01"), "/items/on"),
        (said(pieces=-1), "/items/pieces"),
        (said(pieces={"a": 1}), "/items/pieces"),
        (said(way=["ask"]), "/items/way"),
        (said(about={}), "/items/about"),
        (said(nobody=1), "/items/nobody"),
        (said() | {"rows": {"units": [{"reply": "同意"}]}}, "/rows/units/0/unit"),
        (said() | {"rows": {"units": [{"unit": "甲", "x": 1}]}}, "/rows/units/0/x"),
        (said() | {"rows": {"others": []}}, "/rows/others"),
    ],
)
def test_a_mistake_is_told_at_its_place(program: FlaskClient, given: dict[str, Any], pointer: str) -> None:
    assert f"#{pointer}" in pointers(program.post(DESK, json=given))


def test_entries_come_page_by_page_and_by_period(
    program: FlaskClient, make: Make, head: Actor, site: Site, app: Flask
) -> None:
    for about in ("甲", "乙", "丙"):
        written(make, head, site, "desk", said(about) | {"rows": {}})
    first = program.get(f"{DESK}?limit=2").json
    assert first
    second = program.get(first["next"]).json
    assert second
    assert {one["items"]["about"] for one in first["items"] + second["items"]} == {"甲", "乙", "丙"}
    assert program.get(f"{DESK}?until=2020-01-01").json == {"items": [], "next": None}
    with web.statements(app, Login.TENANT) as few:
        program.get(f"{DESK}?limit=1")
    with web.statements(app, Login.TENANT) as many:
        program.get(f"{DESK}?limit=3")
    assert len(few) == len(many)


def test_reading_a_sealed_register_is_on_record_and_costs_the_same(
    program: FlaskClient, make: Make, head: Actor, site: Site, app: Flask, databases: Databases
) -> None:
    for about in ("甲", "乙", "丙"):
        written(make, head, site, "diary", said(about) | {"rows": {}})
    program.get(REGISTERS)
    with web.statements(app, Login.TENANT) as few:
        program.get(f"{REGISTERS}/diary/entries?limit=1")
    with web.statements(app, Login.TENANT) as many:
        found = program.get(f"{REGISTERS}/diary/entries?limit=3").json
    assert found
    assert {one["items"]["about"] for one in found["items"]} == {"甲", "乙", "丙"}
    assert len(few) == len(many)
    with databases.session(Login.WORKER, site.id) as session:
        assert "registers.read" in session.scalars(text("SELECT deed FROM tenant.audit_entry")).all()


def test_who_may_not_write_and_who_is_elsewhere_write_nothing(make: Make, app: Flask, site: Site, head: Actor) -> None:
    entry = written(make, head, site, "desk", said() | {"rows": {}})
    worker = make.program(app, make.member(Role.SITE_WORKER, site))
    assert worker.post(DESK, json=said()).status_code == 403
    assert worker.get(f"{DESK}/{entry}").status_code == 200
    stranger = make.program(app, make.member(Role.SITE_HEAD, make.site(edition_id=site.edition_id)))
    assert stranger.get(f"{DESK}/{entry}").status_code == 404
    assert stranger.post(f"{DESK}/{entry}/cancellation", json={"reason": "不对"}).status_code == 404
