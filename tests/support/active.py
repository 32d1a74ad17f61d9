"""Activities for tests: rows with one call, and samples for the tests of every route."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.sites import Site
from huakai_tenants.activities.models import Activity
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


def activity(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    return {"activity_id": Active(world.make, site).activity(clock.today()).id}
