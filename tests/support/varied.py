"""A variation of a room as a row."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.sites import Site
from huakai_tenants.variations.models import Variation
from tests.support.make import Make
from tests.support.worlds import World


def vary(make: Make, site: Site, kind: str, spot: str, value: dict[str, Any], since: datetime | None = None) -> UUID:
    row = Variation(
        tenant_id=site.id, id=uuid7(), kind=kind, spot=spot, value=value, since=since or clock.now(), by=uuid7()
    )
    return make.add(row, site.id).id


def variation(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    spot = f"spaces/extra_{uuid7().hex[-6:]}"
    return {"variation_id": vary(world.make, site, "name", spot, {"name": "暖心屋"})}
