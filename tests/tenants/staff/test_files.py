"""Scans of certificates are kept within bounds, on record, and go with the certificate."""

from uuid import UUID

import pytest
from sqlalchemy import select

from huakai_platform.kernel import clock, images
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.audit import AuditEntry
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.errors import FileRefused, NotFound
from huakai_platform.kernel.sites import Site
from huakai_tenants.staff import files, qualifications, service
from huakai_tenants.staff.models import StaffFile
from tests.support.make import Make
from tests.support.samples import photo

MEMBER = {"name": "王芳", "post": "counsellor", "employment": "full_time"}
PAPER = {"kind": "counsellor_2", "certificate_number": "A-1"}


@pytest.fixture
def site(make: Make) -> Site:
    return make.site()


@pytest.fixture
def head(make: Make, site: Site) -> Actor:
    return make.member(Role.SITE_HEAD, site)


@pytest.fixture
def paper(make: Make, site: Site, head: Actor) -> tuple[UUID, UUID]:
    with make.databases.session(Login.TENANT, site.id) as session:
        member = service.add(session, head, MEMBER | {"joined_on": clock.today()}).id
        return member, qualifications.add(session, head, member, PAPER | {"issued_on": clock.today()})


def test_a_scan_is_kept_once_read_on_record_and_goes_with_its_certificate(
    make: Make, site: Site, head: Actor, paper: tuple[UUID, UUID]
) -> None:
    pdf = b"%PDF-1.7 scan"
    with make.databases.session(Login.TENANT, site.id) as session:
        for _again in range(2):
            files.attach(session, head, *paper, "a.pdf", pdf, kind="qualification")
        (row,) = files.of(session, paper[0], "qualification")[paper[1]]
        assert files.read(session, head, row.id).content == pdf
        deeds = session.scalars(select(AuditEntry.deed).order_by(AuditEntry.seq.desc()).limit(2)).all()
        assert deeds == ["staff.file_read", "staff.file_added"]
        qualifications.remove(session, head, paper[1])
        assert session.scalars(select(StaffFile.id)).all() == []


def test_too_many_too_big_and_what_is_no_scan_is_refused(
    make: Make, site: Site, head: Actor, paper: tuple[UUID, UUID]
) -> None:
    with make.databases.session(Login.TENANT, site.id) as session:
        for wrong in (b"%PDF-" + bytes(images.MOST_BYTES), b"MZ no picture"):
            with pytest.raises(FileRefused):
                files.attach(session, head, *paper, "a", wrong, kind="qualification")
        for _one in range(files.MOST_FILES):
            files.attach(session, head, *paper, "a.png", photo(), kind="qualification")
        with pytest.raises(FileRefused, match="6"):
            files.attach(session, head, *paper, "a.png", photo(), kind="qualification")


def test_another_room_finds_no_such_scan(make: Make, site: Site, head: Actor, paper: tuple[UUID, UUID]) -> None:
    with make.databases.session(Login.TENANT, site.id) as session:
        files.attach(session, head, *paper, "a.png", photo(), kind="qualification")
        scan = session.scalars(select(StaffFile.id)).one()
    other = make.site()
    with make.databases.session(Login.TENANT, other.id) as session, pytest.raises(NotFound):
        files.remove(session, make.member(Role.SITE_HEAD, other), scan, "wrong")
