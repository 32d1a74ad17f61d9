"""Editions and drafts of the standard that the identifiers of URLs stand for."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.sites import Site
from huakai_platform.standards import drafts
from huakai_platform.standards.models import Edition
from tests.support.worlds import World


def definition(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    with world.make.databases.session(Login.OVERSIGHT) as opened:
        return {"edition_id": opened.scalar(select(Edition.id)), "kind": "checklist", "code": "daily"}


def two_editions(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    edition_id = definition(world, owner, site)["edition_id"]
    return {"edition_id": edition_id, "later_id": edition_id}


def draft_of_standard(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    with world.make.databases.session(Login.OVERSIGHT) as opened:
        draft_id = drafts.begin(opened, owner, {"zh": "草稿", "en": "Draft"})
    return {"draft_id": draft_id, "kind": "checklist", "code": "weekly", "at": "sections"}


def draft_in_review(world: World, owner: Actor, site: Site) -> Mapping[str, Any]:
    made = draft_of_standard(world, owner, site)
    with world.make.databases.session(Login.OVERSIGHT) as opened:
        drafts.write(opened, owner, made["draft_id"], ("checklist", "weekly"), None, 0)
        drafts.submit(opened, owner, made["draft_id"])
    return made
