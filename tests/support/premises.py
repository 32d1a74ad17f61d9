"""Samples of the premises: a piece of equipment, a photograph of it, and a sheet of equipment."""

from collections.abc import Mapping
from typing import Any

from huakai_platform.kernel import clock, vault
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.sites import Site
from huakai_platform.resources import sheets as filling
from huakai_tenants.equipment.listing import EQUIPMENT, room
from huakai_tenants.equipment.models import EquipmentItem
from huakai_tenants.premises import photos
from huakai_tenants.sheets import service as sheets
from tests.support.checked import photo
from tests.support.worlds import World


def equipment_item(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    row = EquipmentItem(
        id=uuid7(),
        tenant_id=site.id,
        number=uuid7().hex[-12:],
        kind="computer",
        quantity=1,
        state="in_use",
        faulty=False,
        created_at=clock.now(),
    )
    world.make.add(row, site.id)
    return {"item_id": row.id}


def premises_photo(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    item_id = equipment_item(world, owner, site)["item_id"]
    with world.make.databases.session(Login.TENANT, site.id) as opened:
        return {"photo_id": photos.attach(opened, owner, "equipment", item_id, photo())}


def equipment_import(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    settings = world.make.settings
    with world.make.databases.session(Login.WORKER, site.id) as opened:
        vault.ensure_key(opened, settings.master_key)
    with world.make.databases.session(Login.TENANT, site.id) as opened:
        content = filling.template(EQUIPMENT, room(opened, owner))
        return {"import_id": sheets.keep(opened, owner, settings.master_key, "equipment", "a.xlsx", content).id}
