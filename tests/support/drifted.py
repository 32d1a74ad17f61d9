"""Departures of sites and waivers of them, as rows."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from huakai_platform.drift.models import DriftStanding, Waiver
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.sites import Site
from huakai_platform.standards.shipped import load_shipped
from huakai_tenants.equipment.models import EquipmentEvent, EquipmentItem
from huakai_tenants.premises.models import PremisesPhoto
from huakai_tenants.wall_documents.models import WallDocument
from tests.support.make import Make
from tests.support.staffed import LONG_AGO, Staffed, good
from tests.support.worlds import World

POST = {"kind": "post", "code": "counsellor.B", "wrong": "vacant", "core": True, "class": "unexplained"}


def whole(make: Make, today: date, **changes: Any) -> Staffed:
    """A room of the first tier that departs from its edition in nothing."""
    room = good(make, today, **({"weekly_hours": 40} | changes))
    for one in load_shipped().find("equipment")["equipment"]:
        if wanted := one["quantity"].get("T1"):
            equip(room, one["code"], wanted)
    for one in load_shipped().find("wall_documents")["documents"]:
        hang(room, one["code"], today - timedelta(days=10))
    return room


def equip(room: Staffed, kind: str, quantity: int, *, faulty: bool = False) -> None:
    item: EquipmentItem = room.add(
        EquipmentItem(
            number=uuid7().hex[-12:], kind=kind, quantity=quantity, state="in_use", faulty=faulty, created_at=LONG_AGO
        )
    )
    if faulty:
        says = {"state": "in_use", "faulty": True}
        day = clock.today() - timedelta(days=1)
        room.add(EquipmentEvent(item_id=item.id, deed="failed", held_on=day, says=says, by=uuid7(), at=clock.now()))


def hang(room: Staffed, code: str, taken_on: date) -> None:
    hung: WallDocument = room.add(WallDocument(code=code, created_at=LONG_AGO))
    room.add(
        PremisesPhoto(
            subject="wall_document",
            shows=hung.id,
            taken_on=taken_on,
            size=1,
            sha256="0" * 64,
            content=b"x",
            added_by=uuid7(),
            added_at=LONG_AGO,
        )
    )


def drift(make: Make, site: Site, *found: Mapping[str, Any]) -> None:
    """What the job of a site wrote down."""
    findings = [{"since": clock.today().isoformat(), **one} for one in found or (POST,)]
    row = DriftStanding(
        tenant_id=site.id,
        region_code=site.region_code,
        edition_id=site.edition_id,
        as_of=clock.today(),
        conforming=8,
        allowed=0,
        waived=0,
        unexplained=len(findings),
        core=sum(one["core"] for one in findings),
        findings=findings,
        computed_at=clock.now(),
    )
    with make.databases.session(Login.MIGRATOR, site.id) as session:
        session.merge(row)


def exempt(
    make: Make, site: Site, by: UUID, *, state: str = "asked", days: int = 30, code: str = "counsellor.B"
) -> UUID:
    row = Waiver(
        id=uuid7(),
        site_id=site.id,
        kind="post",
        code=code,
        reason="Hiring, in post next month",
        ends_on=clock.today() + timedelta(days=days),
        state=state,
        asked_by=by,
        asked_at=clock.now(),
    )
    return make.add(row).id


def requirement(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    drift(world.make, site)
    return {"kind": "post", "code": "counsellor.B"}


def waiver(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    return {"waiver_id": exempt(world.make, site, owner.account_id)}


def waiver_in_force(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    return {"waiver_id": exempt(world.make, site, owner.account_id, state="approved")}
