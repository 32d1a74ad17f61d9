"""Samples of the staff register: a member, a certificate, its scan, and an upload."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from huakai_platform.kernel import clock, vault
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.sites import Site
from huakai_platform.resources.sheets import template
from huakai_tenants.sheets import service as sheets
from huakai_tenants.staff import contacts
from huakai_tenants.staff.listing import STAFF, room
from huakai_tenants.staff.models import Qualification, StaffFile, StaffMember
from tests.support.worlds import World


def staff_member(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    row = StaffMember(
        id=uuid7(),
        tenant_id=site.id,
        number=uuid7().hex[-12:],
        name="Somebody",
        post="counsellor",
        employment="full_time",
        joined_on=clock.today(),
        created_at=clock.now(),
    )
    world.make.add(row, site.id)
    with world.make.databases.session(Login.WORKER, site.id) as opened:
        vault.ensure_key(opened, world.make.settings.master_key)
    with world.make.databases.session(Login.TENANT, site.id) as opened:
        contacts.keep(opened, owner, world.make.settings.master_key, row.id, phone="13800000000", email=None)
    return {"member_id": row.id}


def qualification(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    member_id = staff_member(world, owner, site)["member_id"]
    row = Qualification(
        id=uuid7(),
        tenant_id=site.id,
        member_id=member_id,
        kind="cas_basic",
        certificate_number="A-1",
        created_at=clock.now(),
    )
    world.make.add(row, site.id)
    return {"qualification_id": row.id}


def staff_file(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    paper = qualification(world, owner, site)["qualification_id"]
    with world.make.databases.session(Login.MIGRATOR, site.id) as opened:
        holder = opened.scalars(select(Qualification.member_id).where(Qualification.id == paper)).one()
    row = StaffFile(
        id=uuid7(), tenant_id=site.id, member_id=holder, kind="qualification", proves=paper, name="a.pdf",
        media_type="application/pdf", size=5, sha256="0" * 64, content=b"%PDF-", added_by=owner.account_id,
        added_at=clock.now(),
    )  # fmt: skip
    world.make.add(row, site.id)
    return {"file_id": row.id}


def staff_import(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    with world.make.databases.session(Login.WORKER, site.id) as opened:
        vault.ensure_key(opened, world.make.settings.master_key)
    with world.make.databases.session(Login.TENANT, site.id) as opened:
        content = template(STAFF, room(opened, owner))
        row = sheets.keep(opened, owner, world.make.settings.master_key, "staff", "a.xlsx", content)
        return {"import_id": row.id}
