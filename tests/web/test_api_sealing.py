"""Programs seal a score once however often they ask, and fetch it byte for byte."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from huakai_platform.compliance import bundle
from huakai_platform.compliance.models import Assessment
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.sites import Site
from tests.support.make import Make
from tests.support.staffed import good
from tests.support.worlds import GUANGZHOU

TODAY = clock.today()
ELSEWHERE = str(GUANGZHOU["region_code"])


@pytest.fixture
def site(make: Make) -> Site:
    return good(make, TODAY).site


@pytest.fixture
def said(site: Site) -> dict[str, Any]:
    return {"on": TODAY.isoformat(), "confirm": site.code}


def kept(databases: Databases, site: Site) -> list[bytes]:
    with databases.session(Login.OVERSIGHT) as session:
        return [*session.scalars(select(Assessment.bundle).where(Assessment.tenant_id == site.id))]


def test_one_key_seals_once_and_the_file_is_fetched_as_it_is(
    app: Flask, make: Make, databases: Databases, site: Site, said: dict[str, Any]
) -> None:
    auditor, head = make.program(app, make.member(Role.AUDITOR)), make.program(app, make.member(Role.SITE_HEAD, site))
    address = f"/api/v1/compliance/{site.id}/assessments"
    one, again = (auditor.post(address, json=said, headers={"Idempotency-Key": "a"}) for _twice in range(2))

    assert (one.status_code, again.status_code) == (201, 201)
    assert (again.headers["Location"], "digest" in again.text) == (one.headers["Location"], False)
    files = kept(databases, site)
    assert len(files) == 1
    assert auditor.get(one.headers["Location"]).data == files[0]
    assert bundle.read(files[0])["digest"] == one.get_json()["digest"]
    assert [row["id"] for row in auditor.get(address).get_json()["items"]] == [one.get_json()["id"]]
    mine = "/api/v1/room/compliance/assessments"
    assert [row["digest"] for row in head.get(mine).get_json()["items"]] == [one.get_json()["digest"]]
    assert head.get(f"{mine}/{one.get_json()['id']}").data == files[0]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"confirm": "nowhere"}, "#/confirm"),
        ({"on": (TODAY + timedelta(days=1)).isoformat()}, "#/on"),
        ({"on": "soon"}, "#/on"),
        ({"confirm": None}, "#/confirm"),
        ({"more": 1}, "#/more"),
    ],
    ids=["another site's code", "a day to come", "no day", "no code", "a field that is none"],
)
def test_what_is_wrong_is_said_at_its_field_and_seals_nothing(
    app: Flask, make: Make, databases: Databases, site: Site, said: dict[str, Any], changes: Any, pointer: str
) -> None:
    auditor = make.program(app, make.member(Role.AUDITOR))
    answer = auditor.post(f"/api/v1/compliance/{site.id}/assessments", json=said | changes)

    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.get_json()["errors"]] == [pointer]
    assert kept(databases, site) == []


def test_no_office_seals_and_no_stranger_finds_it(
    app: Flask, make: Make, databases: Databases, site: Site, said: dict[str, Any]
) -> None:
    address = f"/api/v1/compliance/{site.id}/assessments"
    office = make.program(app, make.member(Role.REGIONAL_OFFICE, region_code=ELSEWHERE))
    beyond = make.program(app, make.member(Role.AUDITOR, region_code=ELSEWHERE))

    assert office.post(address, json=said).status_code == 403
    assert [beyond.post(address, json=said).status_code, beyond.get(address).status_code] == [404, 404]
    stranger = make.program(app, make.member(Role.SITE_HEAD))
    assert stranger.get("/api/v1/room/compliance/assessments").get_json()["items"] == []
    assert kept(databases, site) == []
