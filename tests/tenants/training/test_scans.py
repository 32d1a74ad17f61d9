"""Scans of training certificates: uploaded at a record, handed over without being run, taken away for a reason."""

import io
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.audit import AuditEntry
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.sites import Site
from huakai_tenants.staff.models import StaffFile
from huakai_tenants.training.models import TrainingRecord
from tests.support.make import Make
from tests.support.samples import photo
from tests.support.staffed import Staffed
from tests.support.web import post

PDF = b"%PDF-1.7 scan"


@pytest.fixture
def site(make: Make) -> Site:
    return make.site()


@pytest.fixture
def browser(app: Flask, make: Make, site: Site) -> FlaskClient:
    return make.browser(app, make.member(Role.SITE_HEAD, site))


@pytest.fixture
def record(make: Make, site: Site) -> TrainingRecord:
    staffed = Staffed(make, site)
    return staffed.trained(staffed.member("S001", "counsellor"), "crisis", clock.today(), "6")


def sent(browser: FlaskClient, record: UUID, content: bytes, name: str = "证书.pdf") -> Any:
    return post(browser, f"/room/training/records/{record}/scans", {"file": (io.BytesIO(content), name)})


def kept(databases: Databases, site: Site) -> list[StaffFile]:
    with databases.session(Login.TENANT, site.id) as session:
        return list(session.scalars(select(StaffFile).order_by(StaffFile.id)))


def last_deed(databases: Databases, site: Site) -> AuditEntry:
    with databases.session(Login.TENANT, site.id) as session:
        return session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1)).one()


def test_a_picture_is_written_anew_and_a_pdf_is_only_handed_over(
    databases: Databases, browser: FlaskClient, site: Site, record: TrainingRecord
) -> None:
    for content, name, shown in ((PDF, "a.pdf", "attachment"), (photo(), "b.png", "inline")):
        assert sent(browser, record.id, content, name).status_code == 303
        row = kept(databases, site)[-1]
        assert (row.member_id, row.proves, row.kind) == (record.member_id, record.id, "training")
        answer = browser.get(f"/room/training/scans/{row.id}")
        assert answer.headers["Content-Disposition"].startswith(shown)
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert last_deed(databases, site).deed == "staff.file_read"
    page = browser.get(f"/room/training/records/{record.id}/edit").text
    assert "a.pdf" in page
    assert "b.jpg" in page


def test_what_is_no_scan_comes_back_at_the_record(
    databases: Databases, browser: FlaskClient, site: Site, record: TrainingRecord
) -> None:
    answer = sent(browser, record.id, b"MZ no picture", "a.exe")
    assert answer.status_code == 422
    assert 'id="e-file"' in answer.text
    assert post(browser, f"/room/training/records/{record.id}/scans").status_code == 422
    assert not kept(databases, site)


def test_a_scan_goes_only_for_a_reason(
    databases: Databases, browser: FlaskClient, site: Site, record: TrainingRecord
) -> None:
    sent(browser, record.id, PDF)
    gone = f"/room/training/scans/{kept(databases, site)[0].id}/removal"
    assert post(browser, gone, {"reason": "because"}).status_code == 422
    assert post(browser, gone, {"reason": "unclear"}).status_code == 303
    assert not kept(databases, site)
    assert last_deed(databases, site).detail["reason"] == "unclear"
    assert post(browser, gone, {"reason": "unclear"}).status_code == 404


def test_scans_go_with_their_record_and_only_with_theirs(
    databases: Databases, browser: FlaskClient, make: Make, site: Site, record: TrainingRecord
) -> None:
    other = Staffed(make, site)
    spared = other.trained(other.member("S002", "counsellor"), "crisis", clock.today(), "6")
    for one in (record, spared):
        sent(browser, one.id, PDF)
    post(browser, f"/room/training/records/{record.id}/removal", {"reason": "double"})
    assert [one.proves for one in kept(databases, site)] == [spared.id]


def test_the_scan_of_a_qualification_and_of_another_room_is_not_found(
    app: Flask, databases: Databases, make: Make, browser: FlaskClient, site: Site, record: TrainingRecord
) -> None:
    sent(browser, record.id, PDF)
    scan = kept(databases, site)[0]
    assert (
        make.browser(app, make.member(Role.COUNSELLOR, site)).get(f"/room/training/scans/{scan.id}").status_code == 403
    )
    stranger = make.browser(app, make.member(Role.SITE_HEAD, make.site()))
    assert stranger.get(f"/room/training/scans/{scan.id}").status_code == 404
    with databases.session(Login.MIGRATOR, site.id) as session:
        session.get_one(StaffFile, (site.id, scan.id)).kind = "qualification"
    assert browser.get(f"/room/training/scans/{scan.id}").status_code == 404
