"""Activities for tests: rows with one call, and samples for the tests of every route."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import update

from huakai_platform.kernel import clock, vault
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.sites import Site
from huakai_platform.oversight.models import RegionTotal
from huakai_platform.resources import sheets as filling
from huakai_tenants.activities import catalogue, public_checkin
from huakai_tenants.activities.listing import ACTIVITIES
from huakai_tenants.activities.models import Activity, ActivityEffect, ActivityPhoto, ActivityPlan, ActivityTotal
from huakai_tenants.activities.public_checkin import CheckinLink
from huakai_tenants.sheets import service as sheets
from tests.support.checked import photo
from tests.support.make import Make
from tests.support.worlds import World


@dataclass(frozen=True)
class Active:
    """Writes the activities of one site."""

    make: Make
    site: Site

    def add(self, row: Any) -> Any:
        row.tenant_id, row.id = self.site.id, uuid7()
        return self.make.add(row, self.site.id)

    def activity(self, held_on: date, **changes: Any) -> Activity:
        """A lecture in a community, held once before thirty people."""
        values: dict[str, Any] = {
            "title": f"lecture {uuid7().hex[-8:]}",
            "state": "held",
            "direction": "out",
            "venue": "community",
            "form": "lecture",
            "audiences": ["residents"],
            "flowers": [],
            "facilitators": [],
            "sessions": 1,
            "sessions_estimated": False,
            "attendances": 30,
            "attendances_estimated": False,
            "people": 30,
            "people_estimated": False,
            "materials": [],
            "counted": True,
            "created_by": uuid7(),
            "created_at": clock.now(),
        }
        made: Activity = self.add(Activity(held_on=held_on, **(values | changes)))
        return made

    def total(self, from_on: date, **changes: Any) -> ActivityTotal:
        values: dict[str, Any] = {
            "to_on": from_on,
            "sessions": 10,
            "attendances": 500,
            "people": None,
            "estimated": False,
            "sites": 1,
            "source": "summary",
            "recorded_by": uuid7(),
            "recorded_at": clock.now(),
        }
        made: ActivityTotal = self.add(ActivityTotal(from_on=from_on, **(values | changes)))
        return made


def activity(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    return {"activity_id": Active(world.make, site).activity(clock.today()).id}


def activity_total(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    return {"total_id": Active(world.make, site).total(date(2000, 1, 1) + timedelta(days=world.count("total"))).id}


def plan_month(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    """A month with a theme, another one every time."""
    year, month = divmod(world.count("plan"), 12)
    Active(world.make, site).add(ActivityPlan(year=2000 + year, month=month + 1, theme="square_clinic"))
    return {"year": 2000 + year, "month": month + 1}


def region_total(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    row = RegionTotal(
        id=uuid7(),
        institution_id=site.institution_id,
        region_code=site.region_code,
        from_on=date(2010, 1, 1),
        to_on=date(2010, 12, 31),
        sessions=10,
        attendances=500,
        estimated=False,
        sites=1,
        source="summary",
        recorded_by=owner.account_id,
        recorded_at=clock.now(),
    )
    world.make.add(row)
    return {"total_id": row.id}


def activity_photo(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    active, content = Active(world.make, site), photo()
    row = ActivityPhoto(
        activity_id=active.activity(clock.today()).id,
        name="a.jpg",
        size=len(content),
        sha256="0" * 64,
        content=content,
        added_by=owner.account_id,
        added_at=clock.now(),
    )
    return {"photo_id": active.add(row).id}


def activity_effect(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    active = Active(world.make, site)
    row = ActivityEffect(
        activity_id=active.activity(clock.today()).id,
        question="sleep",
        better="higher",
        people_before=20,
        people_after=18,
        mean_before=3,
        mean_after=4,
        recorded_by=owner.account_id,
        recorded_at=clock.now(),
    )
    return {"effect_id": active.add(row).id}


def activity_import(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    settings = world.make.settings
    with world.make.databases.session(Login.WORKER, site.id) as opened:
        vault.ensure_key(opened, settings.master_key)
    with world.make.databases.session(Login.TENANT, site.id) as opened:
        content = filling.template(ACTIVITIES, catalogue.here(opened))
        return {"import_id": sheets.keep(opened, owner, settings.master_key, "activities", "a.xlsx", content).id}


def arrival(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    made = Active(world.make, site).activity(clock.today())
    with world.make.databases.session(Login.MIGRATOR) as opened:
        opened.execute(update(Site).where(Site.id == site.id).values(state="open"))
    return {"token": public_checkin.token(str(world.app.config["SECRET_KEY"]), CheckinLink(site.id, made.id))}
