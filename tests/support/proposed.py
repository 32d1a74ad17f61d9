"""A proposal as a row."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.sites import Site
from huakai_platform.proposals.models import Proposal
from tests.support.make import Make
from tests.support.worlds import World


def suggest(make: Make, site: Site, by: UUID, **changes: Any) -> UUID:
    values: dict[str, Any] = {
        "id": uuid7(),
        "institution_id": site.institution_id,
        "site_id": site.id,
        "edition_id": site.edition_id,
        "kind": "spaces",
        "code": "spaces",
        "at": "spaces/individual_room",
        "change": "Lower bound of 8 square metres",
        "reason": "No larger room in old estates",
        "state": "open",
        "made_by": by,
        "made_at": clock.now(),
    }
    return make.add(Proposal(**(values | changes))).id


def proposal(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    return {"proposal_id": suggest(world.make, site, owner.account_id)}
