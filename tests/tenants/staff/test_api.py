"""Programs keep certificates and contacts as the pages do, each write once and against the version that was read."""

from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from huakai_platform.kernel import clock, vault
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.audit import AuditEntry
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.plumbing import IdempotencyKey
from huakai_platform.kernel.sites import Site
from huakai_tenants.staff import contacts
from huakai_tenants.staff.models import Qualification, StaffMember
from tests.support.make import Make
from tests.support.staffed import Staffed

PAPER = {"kind": "counsellor_2", "certificate_number": "A-1", "issued_on": "2016-05-04"}
ROOM = "/api/v1/room/staff"


@pytest.fixture
def site(make: Make) -> Site:
    made = make.site()
    with make.databases.session(Login.WORKER, made.id) as session:
        vault.ensure_key(session, make.settings.master_key)
    return made


@pytest.fixture
def program(app: Flask, make: Make, site: Site) -> FlaskClient:
    return make.program(app, make.member(Role.SITE_HEAD, site))


@pytest.fixture
def member(make: Make, site: Site) -> StaffMember:
    return Staffed(make, site).member("S1", "counsellor", "A")


def deeds(make: Make, site: Site) -> list[str]:
    with make.databases.session(Login.TENANT, site.id) as session:
        return list(session.scalars(select(AuditEntry.deed).order_by(AuditEntry.seq)))


def papers(make: Make, site: Site) -> list[Qualification]:
    with make.databases.session(Login.TENANT, site.id) as session:
        return list(session.scalars(select(Qualification)))


def body(answer: Any, status: int) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json


def test_a_certificate_is_added_once_listed_changed_and_removed(
    make: Make, program: FlaskClient, site: Site, member: StaffMember
) -> None:
    for _again in range(2):
        answer = program.post(f"{ROOM}/{member.id}/qualifications", json=PAPER, headers={"Idempotency-Key": "k1"})
        made = body(answer, 201)
    one = f"{ROOM}/qualifications/{made['id']}"
    assert answer.headers["Location"].endswith(one)
    assert made["member_id"] == str(member.id)
    assert [row["id"] for row in body(program.get(f"{ROOM}/{member.id}/qualifications"), 200)["items"]] == [made["id"]]
    body(program.post(f"{ROOM}/{member.id}/qualifications", json=PAPER), 422)

    assert body(program.post(f"{one}/verification"), 200)["verified_on"] == clock.today().isoformat()
    read = program.get(one)
    other = PAPER | {"certificate_number": "A-2"}
    body(program.put(one, json=other), 428)
    body(program.put(one, json=other, headers={"If-Match": '"old"'}), 412)
    changed = program.put(one, json=other, headers={"If-Match": read.headers["ETag"]})
    assert body(changed, 200)["verified_on"] is None
    assert changed.headers["ETag"] != read.headers["ETag"]
    body(program.put(one, json=PAPER, headers={"If-Match": read.headers["ETag"]}), 412)
    assert program.delete(one).status_code == 204
    body(program.get(one), 404)
    assert not papers(make, site)
    assert deeds(make, site) == [
        "qualifications.added", "qualifications.verified", "qualifications.changed", "qualifications.removed",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": "driver"}, "kind"),
        ({"issued_on": "2090-01-01"}, "issued_on"),
        ({"expires_on": "2016-05-03"}, "expires_on"),
        ({"certificate_number": ""}, "certificate_number"),
        ({"verified_on": "2026-01-01"}, "verified_on"),
    ],
)
def test_a_fault_points_to_its_field(
    make: Make, program: FlaskClient, site: Site, member: StaffMember, wrong: dict[str, str], field: str
) -> None:
    answer = body(program.post(f"{ROOM}/{member.id}/qualifications", json=PAPER | wrong), 422)
    assert f"/{field}" in str(answer)
    assert not papers(make, site)


def test_a_certificate_is_not_changed_into_another_one_of_the_same_person(
    make: Make, program: FlaskClient, site: Site, member: StaffMember
) -> None:
    body(program.post(f"{ROOM}/{member.id}/qualifications", json=PAPER), 201)
    answer = program.post(f"{ROOM}/{member.id}/qualifications", json=PAPER | {"certificate_number": "A-2"})
    one, tag = f"{ROOM}/qualifications/{body(answer, 201)['id']}", {"If-Match": answer.headers["ETag"]}
    body(program.put(one, json=PAPER, headers=tag), 422)
    assert {row.certificate_number for row in papers(make, site)} == {"A-1", "A-2"}


def test_a_contact_is_sealed_masked_and_taken_away(
    make: Make, program: FlaskClient, site: Site, member: StaffMember
) -> None:
    answer = program.put(
        f"{ROOM}/{member.id}/contact", json={"phone": "138 0000 0000"}, headers={"Idempotency-Key": "k2"}
    )
    assert body(answer, 200)["hint"] == "138****0000"
    assert "13800000000" not in answer.text
    with make.databases.session(Login.TENANT, site.id) as session:
        assert contacts.every(session, make.settings.master_key)[member.id].phone == "13800000000"
    with make.databases.session(Login.MIGRATOR) as session:
        kept = session.execute(select(IdempotencyKey.__table__)).all()
        assert "13800000000" not in str(kept)
    body(program.put(f"{ROOM}/{member.id}/contact", json={"phone": "1"}), 422)
    body(program.put(f"{ROOM}/{member.id}/contact", json={"email": "nobody"}), 422)
    assert body(program.put(f"{ROOM}/{member.id}/contact", json={}), 200)["hint"] is None
    assert deeds(make, site) == ["staff.contact_set", "staff.contact_set"]


def test_what_need_not_be_there_may_be_null_and_a_change_without_it_clears_it(program: FlaskClient) -> None:
    given = {"name": "李四", "post": "counsellor", "employment": "full_time", "joined_on": "2026-01-05"}
    nulls = dict.fromkeys(("number", "ab", "account_id", "background_checked_on", "note"))
    made = program.post(ROOM, json=given | nulls | {"note": "新"})
    one = body(made, 201)
    assert (one["number"], one["note"], one["certificates"]) == ("S001", "新", 0)

    changed = program.put(made.headers["Location"], json=given | nulls, headers={"If-Match": made.headers["ETag"]})
    assert body(changed, 200) == one | {"note": None}


def test_who_has_left_comes_back_once(program: FlaskClient, member: StaffMember) -> None:
    body(program.post(f"{ROOM}/{member.id}/return"), 409)
    body(program.post(f"{ROOM}/{member.id}/leaving", json={"left_on": clock.today().isoformat()}), 200)
    assert body(program.post(f"{ROOM}/{member.id}/return"), 200)["left_on"] is None
    body(program.post(f"{ROOM}/{member.id}/return"), 409)


def test_neither_a_counsellor_nor_another_room_writes(
    app: Flask, make: Make, program: FlaskClient, site: Site, member: StaffMember
) -> None:
    made: UUID = body(program.post(f"{ROOM}/{member.id}/qualifications", json=PAPER), 201)["id"]
    counsellor = make.program(app, make.member(Role.COUNSELLOR, site))
    stranger = make.program(app, make.member(Role.SITE_HEAD, make.site()))
    assert body(counsellor.get(f"{ROOM}/qualifications/{made}"), 200)
    for other, status in ((counsellor, 403), (stranger, 404)):
        body(other.put(f"{ROOM}/{member.id}/contact", json={}), status)
        body(other.post(f"{ROOM}/{member.id}/qualifications", json=PAPER), status)
        body(other.delete(f"{ROOM}/qualifications/{made}"), status)
    body(stranger.get(f"{ROOM}/{member.id}/qualifications"), 404)
    assert len(papers(make, site)) == 1
