"""Editions that lack a kind of definition, and the oldest that was ever published, as rows."""

import copy
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from huakai_platform.kernel import clock
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.ids import uuid7
from huakai_platform.standards import definitions
from huakai_platform.standards.models import Edition, EditionDefinition
from huakai_platform.standards.shipped import edition_digest, load_shipped, sealed
from tests.support.make import Make

OLDEST_LACKED = frozenset({"register", "scale", "survey", "variation"})
"""Kinds that the edition of 2026-11-22 does not know."""
OLDEST_PARTS: Mapping[str, Collection[str]] = {
    "activity_themes": ("forms", "audiences"),
    "spaces": ("departments", "sets"),
}
"""Parts of kinds that came after that edition."""
EVERY = frozenset(definitions.SHAPES) - {"edition"}


def without(make: Make, kinds: Collection[str], parts: Mapping[str, Collection[str]], number: int) -> UUID:
    """Publish the shipped edition without some kinds and parts; such a one could not be drafted now."""
    kept = [copy.deepcopy(one.body) for one in load_shipped().definitions if one.kind not in kinds]
    for body in kept:
        for part in parts.get(body["kind"], ()):
            del body[part]
        if body["kind"] == "spaces" and "sets" in parts.get("spaces", ()):
            body["spaces"] = [one for one in body["spaces"] if one["kind"] != "function"]
        if body["kind"] == "edition":
            body["number"] = number
    return publish(make, kept, number)


def publish(make: Make, bodies: Collection[dict[str, Any]], number: int) -> UUID:
    """Write an edition as it is, sound or not."""
    found, edition_id = [sealed(body) for body in bodies], uuid7()
    digest = edition_digest(number, {(one.kind, one.code): one.digest for one in found})
    title = {"zh": "旧版标准", "en": "Old edition"}
    with make.databases.session(Login.MIGRATOR) as session:
        session.add(Edition(id=edition_id, number=number, title=title, digest=digest, published_at=clock.now()))
        session.flush()
        session.execute(insert(EditionDefinition), [{"edition_id": edition_id, **one._asdict()} for one in found])
    return edition_id
