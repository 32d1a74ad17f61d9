"""A program writes the next edition and another person's publishes it; what is wrong is told with its place."""

import io
from copy import deepcopy
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from huakai_platform.kernel.access import Role
from huakai_platform.standards.shipped import load_shipped
from tests.support.make import Make

API = "/api/v1"
TITLE = {"zh": "第二版", "en": "Second edition"}


@pytest.fixture
def writer(app: Flask, make: Make) -> FlaskClient:
    return make.program(app, make.member(Role.INSTITUTION_ADMIN))


@pytest.fixture
def reviewer(app: Flask, make: Make) -> FlaskClient:
    return make.program(app, make.member(Role.INSTITUTION_ADMIN))


def said(client: FlaskClient, place: str, status: int = 200, method: str = "GET", **more: Any) -> Any:
    answer = client.open(f"{API}{place}", method=method, **more)
    assert answer.status_code == status, answer.text
    return answer.get_json(silent=True)


def begun(writer: FlaskClient) -> str:
    return f"/drafts/{said(writer, '/drafts', 201, 'POST', json=TITLE)['id']}"


def put(writer: FlaskClient, place: str, body: Any, seen: int, status: int = 200) -> Any:
    return said(writer, place, status, "PUT", json={"body": body}, headers={"If-Match": f'"{seen}"'})


def quilts() -> dict[str, Any]:
    body = deepcopy(load_shipped().find("register", "visitors"))
    return body | {"code": "quilts", "title": {"zh": "棉被", "en": "Quilts"}}


def test_a_new_register_goes_from_a_draft_to_an_edition(writer: FlaskClient, reviewer: FlaskClient) -> None:
    draft = begun(writer)
    made = put(writer, f"{draft}/definitions/register/quilts", quilts(), 0)
    assert (made["version"], made["body"]["title"]["en"]) == (1, "Quilts")
    states = {one["code"]: one["state"] for one in said(writer, f"{draft}/definitions")["items"]}
    assert (states["quilts"], states["visitors"]) == ("added", "unchanged")
    assert [one["sort"] for one in said(writer, f"{draft}/difference")["items"]] == ["added"]

    assert said(writer, f"{draft}/submission", method="POST")["state"] == "in_review"
    assert said(writer, f"{draft}/publication", 422, "POST")["detail"]
    assert said(reviewer, draft)["publishable"]
    edition = said(reviewer, f"{draft}/publication", method="POST")
    first, newest = sorted(said(reviewer, "/editions")["items"], key=lambda one: one["number"])
    assert (newest["id"], newest["number"], newest["title"]) == (edition["id"], 2, TITLE)
    assert said(reviewer, f"/editions/{edition['id']}") == newest
    changes = said(reviewer, f"/editions/{first['id']}/difference/{newest['id']}")["items"]
    assert ("register", "quilts", "added") in {(one["kind"], one["code"], one["sort"]) for one in changes}


def test_a_definition_is_refused_with_the_place_of_each_mistake(writer: FlaskClient) -> None:
    draft = begun(writer)
    body = quilts() | {"level": "moon"}
    del body["sections"][0]["items"][0]["text"]
    refused = put(writer, f"{draft}/definitions/register/quilts", body, 0, 422)
    places = {one["pointer"] for one in refused["errors"]}
    assert {"#/body/level", "#/body/sections/0/items/0/text"} <= places
    other = put(writer, f"{draft}/definitions/register/duvets", quilts(), 0, 422)
    assert [one["pointer"] for one in other["errors"]] == ["#/body/code"]
    put(writer, f"{draft}/definitions/spaces/second", quilts(), 0, 404)


def test_nobody_overwrites_what_they_have_not_seen(writer: FlaskClient) -> None:
    place = f"{begun(writer)}/definitions/register/visitors"
    body = said(writer, place)["body"]
    put(writer, place, body | {"title": TITLE}, 0)
    put(writer, place, body, 0, 412)
    said(writer, place, 428, "PUT", json={"body": body})
    assert said(writer, place)["body"]["title"] == TITLE
    said(writer, f"{place}/restoration", 204, "POST")
    assert said(writer, place) == {"body": body, "version": 0}


def test_what_an_edition_must_have_is_not_retired(writer: FlaskClient) -> None:
    draft = begun(writer)
    seen = {"headers": {"If-Match": '"0"'}}
    said(writer, f"{draft}/definitions/spaces/spaces", 422, "DELETE", **seen)
    said(writer, f"{draft}/definitions/register/visitors", 204, "DELETE", **seen)
    said(writer, f"{draft}/definitions/register/visitors", 404)
    states = {one["code"]: one["state"] for one in said(writer, f"{draft}/definitions")["items"]}
    assert states["visitors"] == "retired"


def test_a_draft_with_faults_is_not_submitted_and_says_where(writer: FlaskClient) -> None:
    draft = begun(writer)
    place = f"{draft}/definitions/curricula/curricula"
    body = said(writer, place)["body"]
    body["programmes"][0]["courses"] = ["nowhere"]
    put(writer, place, body, 0)
    faults = said(writer, draft)["faults"]
    assert {one["definition"] for one in faults} == {"curricula/curricula"}
    assert any("nowhere" in one["message"] for one in faults)
    said(writer, f"{draft}/submission", 422, "POST")


def test_an_edition_goes_out_as_a_file_and_into_a_draft(writer: FlaskClient, reviewer: FlaskClient) -> None:
    draft = begun(writer)
    put(writer, f"{draft}/definitions/register/quilts", quilts(), 0)
    said(writer, f"{draft}/submission", method="POST")
    edition = said(reviewer, f"{draft}/publication", method="POST")
    content = writer.get(f"{API}/editions/{edition['id']}/file").data

    def send(data: bytes, status: int) -> Any:
        form = {"file": (io.BytesIO(data), "standard.json")}
        return said(writer, "/drafts/import", status, "POST", data=form)

    assert send(content, 422)["errors"][0]["pointer"] == "#/file"
    assert send(content.replace(b"Quilts", b"Duvets"), 422)
    first = min(said(writer, "/editions")["items"], key=lambda one: one["number"])
    taken = send(writer.get(f"{API}/editions/{first['id']}/file").data, 201)
    states = {one["code"]: one["state"] for one in said(writer, f"/drafts/{taken['id']}/definitions")["items"]}
    assert states["quilts"] == "retired"


def test_a_regional_office_reads_drafts_and_does_not_write_them(app: Flask, make: Make, writer: FlaskClient) -> None:
    office = make.program(app, make.member(Role.REGIONAL_OFFICE))
    draft = begun(writer)
    assert said(office, draft)["state"] == "writing"
    put(office, f"{draft}/definitions/register/quilts", quilts(), 0, 403)
    said(office, "/drafts", 403, "POST", json=TITLE)
