"""Samples of training: a record, its scan, and an upload."""

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
from huakai_tenants.staff.models import StaffFile
from huakai_tenants.training.listing import TRAINING, room
from huakai_tenants.training.models import TrainingRecord
from tests.support.staffed import Staffed
from tests.support.worlds import World


def training_record(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    row = TrainingRecord(
        id=uuid7(),
        tenant_id=site.id,
        member_id=Staffed(world.make, site).member(uuid7().hex[-12:], "counsellor", name="Somebody").id,
        course="crisis",
        held_on=clock.today(),
        hours=6,
        result="passed",
        recorded_by=owner.account_id,
        recorded_at=clock.now(),
    )
    world.make.add(row, site.id)
    return {"record_id": row.id}


def training_scan(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    record = training_record(world, owner, site)["record_id"]
    with world.make.databases.session(Login.MIGRATOR, site.id) as opened:
        holder = opened.scalars(select(TrainingRecord.member_id).where(TrainingRecord.id == record)).one()
    row = StaffFile(
        id=uuid7(), tenant_id=site.id, member_id=holder, kind="training", proves=record, name="a.pdf",
        media_type="application/pdf", size=5, sha256="0" * 64, content=b"%PDF-", added_by=owner.account_id,
        added_at=clock.now(),
    )  # fmt: skip
    world.make.add(row, site.id)
    return {"file_id": row.id}


def training_import(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    settings = world.make.settings
    with world.make.databases.session(Login.WORKER, site.id) as opened:
        vault.ensure_key(opened, settings.master_key)
    with world.make.databases.session(Login.TENANT, site.id) as opened:
        content = template(TRAINING, room(opened, owner))
        return {"import_id": sheets.keep(opened, owner, settings.master_key, "training", "a.xlsx", content).id}
