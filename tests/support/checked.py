"""What a room's checklists leave behind, for the URLs that name it."""

import io
import os
from collections.abc import Mapping
from typing import Any

from PIL import Image

from huakai_platform.kernel import clock, vault
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.sites import Site
from huakai_tenants.checklists import answers, filled, pointproofs
from huakai_tenants.checklists import service as checklists
from huakai_tenants.checklists.models import OpenPoint
from tests.support.worlds import World


def checklist(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    return {"code": "monthly"}


def run(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    with world.make.databases.session(Login.TENANT, site.id) as opened:
        run_id = checklists.begin(opened, owner, "monthly", clock.today())
        item = next(iter(checklists.sheet(opened, run_id).definition)).code
    return {"run_id": run_id, "item": item}


def run_import(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    where, key = run(world, owner, site), world.make.settings.master_key
    with world.make.databases.session(Login.WORKER, site.id) as opened:
        vault.ensure_key(opened, key)
    with world.make.databases.session(Login.TENANT, site.id) as opened:
        book = filled.workbook(checklists.sheet(opened, where["run_id"]), blank=True, locale="zh")
        kept = filled.check(opened, owner, key, where["run_id"], "run.xlsx", book)
    return {"run_id": where["run_id"], "import_id": kept}


def point(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    where = run(world, owner, site)
    now, number = clock.now(), world.count("point") + 1
    row = OpenPoint(
        id=uuid7(), tenant_id=site.id, number=number, run_id=where["run_id"], item=f"item_{number}", core=True,
        owner_id=owner.account_id, due_on=clock.today(), state="open", opened_at=now,
    )  # fmt: skip
    world.make.add(row, site.id)
    return {"point_id": row.id}


def point_file(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    point_id = point(world, owner, site)["point_id"]
    with world.make.databases.session(Login.TENANT, site.id) as opened:
        return {"file_id": pointproofs.prove(opened, owner, point_id, "a.png", photo())}


def attachment(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    where = run(world, owner, site)
    with world.make.databases.session(Login.TENANT, site.id) as opened:
        items = checklists.sheet(opened, where["run_id"]).definition
        free = [one for one in items if one.kind != "document" and one.evidence.what != "document"]
        item = free[world.count("attachment") % len(free)]
        attachment_id = answers.attach(opened, owner, where["run_id"], item.code, "a.png", photo())
    return {"attachment_id": attachment_id}


def photo() -> bytes:
    """Never the same twice."""
    written = io.BytesIO()
    Image.frombytes("RGB", (16, 16), os.urandom(768)).save(written, "PNG")
    return written.getvalue()
