"""Programs register equipment, follow it to its end, and read what is missing."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.sites import Site
from tests.support.make import Make

AT = "/api/v1/room/equipment"
TODAY = clock.today().isoformat()


def body(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json


@pytest.fixture
def site(make: Make) -> Site:
    return make.site()


@pytest.fixture
def program(app: Flask, make: Make, site: Site) -> FlaskClient:
    return make.program(app, make.member(Role.SITE_HEAD, site))


def test_a_program_follows_a_thing_to_its_end(program: FlaskClient) -> None:
    made = program.post(AT, json={"kind": "computer", "quantity": 1, "price": 4200.5})
    assert body(made, 201)["number"] == "E0001"
    here, day = made.headers["Location"], {"held_on": TODAY}
    assert body(program.post(f"{here}/check", json={**day, "found": "fault"}))["faulty"] is True
    assert body(program.post(f"{here}/repair", json=day))["state"] == "in_repair"
    body(program.post(f"{here}/repair", json=day), 409)
    assert body(program.post(f"{here}/return", json=day))["faulty"] is False
    assert body(program.post(f"{here}/scrapping", json={**day, "reason": "worn"}))["state"] == "scrapped"
    assert body(program.get(AT))["items"] == []
    assert len(body(program.get(f"{AT}?state=all"))["items"]) == 1


def test_a_change_needs_the_version_that_was_read(program: FlaskClient) -> None:
    here = program.post(AT, json={"kind": "computer", "quantity": 1}).headers["Location"]
    tag = {"If-Match": program.get(here).headers["ETag"]}
    assert body(program.put(here, json={"kind": "computer", "quantity": 2}, headers=tag))["quantity"] == 2
    body(program.put(here, json={"kind": "computer", "quantity": 3}, headers=tag), 412)


def test_what_is_missing_is_told_by_kind(program: FlaskClient) -> None:
    program.post(AT, json={"kind": "consulting_chair", "quantity": 1})
    rows = {one["kind"]: one for one in body(program.get(f"{AT}/required"))["items"]}
    assert (rows["consulting_chair"]["missing"], rows["file_cabinet"]["core"]) == (1, True)
    wall = body(program.get("/api/v1/room/wall-documents"))["items"]
    assert {one["state"] for one in wall} == {"missing"}
