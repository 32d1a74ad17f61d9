"""The pages of scans: uploaded at a certificate, handed over without being run, taken away for a reason."""

import io
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.audit import AuditEntry
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.sites import Site
from huakai_tenants.staff.models import Qualification, StaffFile
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
def paper(make: Make, site: Site) -> Qualification:
    staffed = Staffed(make, site)
    return staffed.certificate(staffed.member("S001", "counsellor"), "counsellor_2")


def sent(browser: FlaskClient, paper: UUID, content: bytes, name: str = "证书.pdf") -> Any:
    return post(browser, f"/room/staff/qualifications/{paper}/scans", {"file": (io.BytesIO(content), name)})


def kept(databases: Databases, site: Site) -> list[StaffFile]:
    with databases.session(Login.TENANT, site.id) as session:
        return list(session.scalars(select(StaffFile).order_by(StaffFile.id)))


def last_deed(databases: Databases, site: Site) -> AuditEntry:
    with databases.session(Login.TENANT, site.id) as session:
        return session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1)).one()


def test_a_scan_belongs_to_the_holder_of_its_certificate_whatever_the_form_says(
    databases: Databases, browser: FlaskClient, site: Site, paper: Qualification
) -> None:
    assert sent(browser, paper.id, PDF).status_code == 303
    (row,) = kept(databases, site)
    assert (row.member_id, row.proves, row.name) == (paper.member_id, paper.id, "证书.pdf")
    other = {"file": (io.BytesIO(PDF + b"2"), "a.pdf"), "member_id": str(paper.id)}
    assert post(browser, f"/room/staff/qualifications/{paper.id}/scans", other).status_code == 422


def test_a_pdf_is_handed_over_and_a_picture_shown_and_neither_can_run(
    databases: Databases, browser: FlaskClient, site: Site, paper: Qualification
) -> None:
    for content, name, shown, kind in ((PDF, "a.pdf", "attachment", "pdf"), (photo(), "b.png", "inline", "jpeg")):
        sent(browser, paper.id, content, name)
        answer = browser.get(f"/room/staff/scans/{kept(databases, site)[-1].id}")
        assert answer.headers["Content-Disposition"].startswith(shown)
        assert (answer.mimetype or "").endswith(kind)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert last_deed(databases, site).deed == "staff.file_read"
    page = browser.get(f"/room/staff/{paper.member_id}").text
    assert "a.pdf" in page
    assert "b.jpg" in page


def test_what_is_no_scan_comes_back_at_its_certificate(
    databases: Databases, browser: FlaskClient, site: Site, paper: Qualification
) -> None:
    answer = sent(browser, paper.id, b"MZ no picture", "a.exe")
    assert answer.status_code == 422
    assert f"e-file-{paper.id}" in answer.text
    assert post(browser, f"/room/staff/qualifications/{paper.id}/scans").status_code == 422
    assert not kept(databases, site)


def test_a_scan_goes_only_for_a_reason_and_the_reason_stands_in_the_trail(
    databases: Databases, browser: FlaskClient, site: Site, paper: Qualification
) -> None:
    sent(browser, paper.id, PDF)
    (row,) = kept(databases, site)
    gone = f"/room/staff/scans/{row.id}/removal"
    for wrong in ({}, {"reason": ""}, {"reason": "because"}):
        answer = post(browser, gone, wrong)
        assert answer.status_code == 422
        assert f"e-reason-{row.id}" in answer.text
    assert post(browser, gone, {"reason": "unclear"}).status_code == 303
    assert not kept(databases, site)
    assert last_deed(databases, site).detail["reason"] == "unclear"
    assert post(browser, gone, {"reason": "unclear"}).status_code == 404


def test_only_the_head_sees_scans_and_the_page_of_the_others_names_none(
    app: Flask, make: Make, databases: Databases, browser: FlaskClient, site: Site, paper: Qualification
) -> None:
    sent(browser, paper.id, PDF)
    (row,) = kept(databases, site)
    counsellor: Actor = make.member(Role.COUNSELLOR, site)
    reader = make.browser(app, counsellor)
    assert reader.get(f"/room/staff/scans/{row.id}").status_code == 403
    assert "证书.pdf" not in reader.get(f"/room/staff/{paper.member_id}").text
    stranger = make.browser(app, make.member(Role.SITE_HEAD, make.site()))
    for path in (f"/room/staff/scans/{row.id}", f"/room/staff/scans/{paper.id}"):
        assert stranger.get(path).status_code == 404
    assert sent(stranger, paper.id, PDF).status_code == 404
