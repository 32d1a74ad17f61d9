"""An edition as a site of one tier meets it, and what changes for that tier from one edition to another."""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from huakai_platform.standards import service
from huakai_platform.standards.difference import BY_TIER, Change, Sort, difference
from huakai_platform.standards.service import Bodies

STRENGTH = (Sort.ADDED, Sort.RETIRED, Sort.TIGHTENED, Sort.LOOSENED, Sort.CHANGED, Sort.REWORDED)
"""Which sort an item is counted under that changes in several ways."""
_LEFT_OUT: Any = object()


def at_tier(bodies: Bodies, tier: str) -> Bodies:
    """The definitions with everything left out that is another tier's alone."""
    return {key: kept for key, body in bodies.items() if (kept := _at_tier(_own(body, tier), tier)) is not _LEFT_OUT}


def changes(session: Session, before: UUID, after: UUID, tier: str) -> tuple[Change, ...]:
    """What is different for a tier; read once a process, for editions never change."""
    service.bodies(session, before), service.bodies(session, after)
    return _changes(before, after, tier)


def tally(changes: Iterable[Change]) -> dict[str, int]:
    """How many items were added, retired, tightened …; one that changes in several ways counts once."""
    found: dict[tuple[Any, ...], Sort] = {}
    for one in changes:
        item = (one.spot.kind, one.spot.code, *(entry[:2] for entry in one.spot.entries[:1]))
        found[item] = min(found.get(item, one.sort), one.sort, key=STRENGTH.index)
    counted = Counter(found.values())
    return {sort.value: counted[sort] for sort in STRENGTH}


@lru_cache(maxsize=64)
def _changes(before: UUID, after: UUID, tier: str) -> tuple[Change, ...]:
    sides = (at_tier(service.read(edition), tier) for edition in (before, after))
    return tuple(difference(*sides))


def _own(body: dict[str, Any], tier: str) -> dict[str, Any]:
    """Lists that are chosen from by tier: of the tiers its own, of the spaces those that it may have."""
    if body["kind"] == "tiers":
        return {**body, "tiers": [one for one in body["tiers"] if one["code"] == tier]}
    if body["kind"] != "spaces":
        return body
    mine = [one for one in body["tiers"] if one["tier"] == tier]
    wanted = {code for one in mine for name in ("required", "optional") for code in one[name]}
    return {**body, "tiers": mine, "spaces": [one for one in body["spaces"] if one["code"] in wanted]}


def _at_tier(value: Any, tier: str) -> Any:
    if isinstance(value, Mapping):
        return _LEFT_OUT if _elsewhere(value, tier) else _pruned(value, tier)
    if isinstance(value, list | tuple):
        return [kept for one in value if (kept := _at_tier(one, tier)) is not _LEFT_OUT]
    return value


def _elsewhere(value: Mapping[str, Any], tier: str) -> bool:
    tiers = value.get("tiers")
    if isinstance(tiers, list | tuple) and tiers and all(isinstance(one, str) for one in tiers) and tier not in tiers:
        return True
    return any(isinstance(value.get(name), Mapping) and tier not in value[name] for name in BY_TIER)


def _pruned(value: Mapping[str, Any], tier: str) -> dict[str, Any]:
    kept = {}
    for name, inner in value.items():
        if name in BY_TIER and isinstance(inner, Mapping):
            kept[name] = {tier: inner[tier]}
        elif (there := _at_tier(inner, tier)) is not _LEFT_OUT:
            kept[name] = there
    return kept
