"""A second edition, and releases of it, for tests and for the identifiers of URLs."""

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.sites import Site
from huakai_platform.releases import service, trials
from huakai_platform.releases.models import Release, ReleaseSite, State, Wave
from huakai_platform.releases.service import Part, Plan
from huakai_platform.standards import service as standards
from huakai_platform.standards.shipped import EditionFiles, check, edition_digest, load_shipped, sealed
from huakai_tenants.standard import service as standard
from huakai_worker import dispatcher
from tests.support.make import Make
from tests.support.worlds import World

Change = Callable[[dict[str, dict[str, Any]]], None]
"""Changes definitions in place; the key is the kind, of checklists the code."""


def stricter(bodies: dict[str, dict[str, Any]]) -> None:
    """The weekly checklist asks for longer hours, loses one question and gets another; rooms of T1 must be larger."""
    operation = bodies["weekly"]["sections"][0]["items"]
    operation[0]["pass"] = {"at_least": 12}
    operation[:] = [one for one in operation if one["code"] != "activities_held"]
    added = {
        "code": "door_sign",
        "kind": "boolean",
        "text": {"zh": "门牌完好", "en": "Door sign intact"},
        "proposed": True,
    }
    operation.append(added)
    tier = next(one for one in bodies["tiers"]["tiers"] if one["code"] == "T1")
    tier["area"]["at_least"] = 60


def next_edition(make: Make, change: Change = stricter, number: int = 2) -> UUID:
    """Publish an edition after the shipped one."""
    shipped = load_shipped()
    bodies = [copy.deepcopy(one.body) for one in shipped.definitions]
    change({body["code"] if body["kind"] == "checklist" else body["kind"]: body for body in bodies})
    next(body for body in bodies if body["kind"] == "edition")["number"] = number
    check({f"{body['kind']}/{body['code']}": body for body in bodies})
    definitions = tuple(sorted((sealed(body) for body in bodies), key=lambda one: one[:2]))
    digest = edition_digest(number, {(one.kind, one.code): one.digest for one in definitions})
    files = EditionFiles(number, shipped.title, definitions, digest)
    with make.databases.session(Login.OVERSIGHT) as session:
        return standards.publish(session, files)


def planned(make: Make, actor: Actor, edition_id: UUID, *percents: int, **changes: Any) -> UUID:
    """A release to all sites of an older edition, its waves all beginning today."""
    asked = changes.pop("asked", {})
    waves: Sequence[Part] = [Part(clock.today(), percent) for percent in percents or (100,)]
    values: dict[str, Any] = {
        "edition_id": edition_id,
        "title": "春季更新",
        "note": "请延长开放时间。",
        "act_by": None,
        "most_failures": None,
        "most_drop": None,
        "waves": waves,
    }
    with make.databases.session(Login.OVERSIGHT) as session:
        return service.plan(session, actor, Plan(**(values | changes)), asked)


def tried(make: Make, actor: Actor, release_id: UUID) -> None:
    """Do the dry run to its end."""
    with make.databases.session(Login.OVERSIGHT) as session:
        trials.start(session, actor, release_id)
    drain(make)


def drain(make: Make) -> None:
    while dispatcher.drain(make.databases, make.settings).rows:
        pass


def release(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    """A release that holds the site, written as rows."""
    now, edition_id = clock.now(), site.edition_id
    assert edition_id is not None
    row = Release(
        id=uuid7(),
        institution_id=owner.institution_id,
        edition_id=edition_id,
        title="Spring 2027",
        chosen={},
        state=State.PLANNED,
        created_by=owner.account_id,
        created_at=now,
    )
    world.make.add(row)
    world.make.add(Wave(release_id=row.id, number=1, starts_on=clock.today()))
    world.make.add(ReleaseSite(release_id=row.id, site_id=site.id, wave=1))
    return {"release_id": row.id}


def edition_change(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    """A change of edition that the room has not confirmed."""
    edition_id = site.edition_id
    assert edition_id is not None
    with world.make.databases.session(Login.WORKER, site.id) as session:
        standard.tell(session, release(world, owner, site)["release_id"], edition_id, edition_id, "Please read.", None)
        found = standard.waiting(session)
        assert found is not None
        return {"change_id": found.row.id}
