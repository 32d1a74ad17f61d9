"""What the edition says of spaces: those of a tier, the sets beside it, and the departments that guide them."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from huakai_platform.standards import service as standards
from huakai_platform.standards.pinned import pinned
from huakai_tenants.variations import applying


@dataclass(frozen=True)
class Prescribed:
    """What the edition says of one space: its texts are `{"zh", "en"}`, the areas square metres."""

    code: str
    title: Mapping[str, str]
    text: Mapping[str, str]
    required: bool
    at_least: Decimal | None
    at_most: Decimal | None
    counselling: bool = False
    department: str | None = None
    part: str | None = None
    """The set that it belongs to, where it is not one of the tier's."""


@dataclass(frozen=True)
class Part:
    """Spaces that are taken on as a whole."""

    code: str
    title: Mapping[str, str]
    text: Mapping[str, str]
    spaces: tuple[str, ...]


def prescribed(session: Session, edition_id: UUID, tier: str) -> dict[str, Prescribed]:
    """The spaces of a tier by code, the required ones first, then those of the sets."""
    body = standards.body(session, edition_id, "spaces")
    about = {one["code"]: one for one in body["spaces"]}
    mine: Mapping[str, Any] = next((one for one in body["tiers"] if one["tier"] == tier), {})
    found = {
        code: _prescribed(about[code], required=needed)
        for name, needed in (("required", True), ("optional", False))
        for code in mine.get(name, ())
    }
    for part in body.get("sets", ()):
        beside = [code for code in part["spaces"] if code not in found]
        found |= {code: _prescribed(about[code], required=False, part=part["code"]) for code in beside}
    return found


def required(session: Session, edition_id: UUID, tier: str, present: AbstractSet[str]) -> list[Prescribed]:
    """What a site of the tier must have, and the sets that it took on: those of which every code is `present`."""
    adopted = {part.code for part in parts(session, edition_id) if present >= set(part.spaces)}
    return [one for one in prescribed(session, edition_id, tier).values() if one.required or one.part in adopted]


def of_room(session: Session) -> Mapping[str, Prescribed]:
    """What the edition asks of the room that the session has entered, by the names that the room gives."""
    here, own = pinned(session), applying.names(session, "spaces")
    asked = prescribed(session, here.edition_id, here.tier)
    return {code: replace(one, title=own[code]) if code in own else one for code, one in asked.items()}


def parts(session: Session, edition_id: UUID) -> list[Part]:
    body = standards.body(session, edition_id, "spaces")
    return [
        Part(one["code"], one["title"], one.get("text") or {}, tuple(one["spaces"])) for one in body.get("sets", ())
    ]


def departments(session: Session) -> dict[str, Mapping[str, str]]:
    """Those that may guide a space of the session's room, by code."""
    body = standards.body(session, pinned(session).edition_id, "spaces")
    return {one["code"]: one["title"] for one in body.get("departments", ())}


def _prescribed(about: Mapping[str, Any], *, required: bool, part: str | None = None) -> Prescribed:
    area = about.get("area") or {}
    least, most = (Decimal(str(area[name])) if name in area else None for name in ("at_least", "at_most"))
    return Prescribed(
        about["code"],
        about["title"],
        about.get("text") or {},
        required,
        least,
        most,
        bool(about.get("counselling")),
        about.get("department"),
        part,
    )
