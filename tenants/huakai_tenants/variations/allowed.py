"""What the edition lets the session's room change, with what it has changed already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_platform import forms
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.standards import service as standards
from huakai_platform.standards.pinned import Pinned, pinned
from huakai_tenants.variations.models import Variation


@dataclass(frozen=True)
class Threshold:
    """A bound of an item that may be made stricter; `now` is the room's own where it has one."""

    code: str
    title: Mapping[str, str]
    checklist: str
    item: str
    bound: str
    standard: Decimal
    unit: forms.Localized | None
    now: Variation | None


@dataclass(frozen=True)
class Allowed:
    most_items: int
    checklists: Mapping[str, forms.Localized]
    items: Sequence[Variation]
    thresholds: Sequence[Threshold]
    names: Mapping[str, Sequence[tuple[str, Any]]]
    """By `spaces` and `posts` what may be called otherwise: code and title."""
    named: Mapping[str, Variation]
    opening: Variation | None
    least: Decimal
    counted: str
    """In what the least opening of the tier is counted: `hours` or `days`."""
    lost: Sequence[Variation]
    """What the room has changed of things that its edition does not know any more, or does not let it change."""

    def threshold(self, code: str) -> Threshold:
        """Raises NotFound."""
        if found := next((one for one in self.thresholds if one.code == code), None):
            return found
        raise NotFound(_("标准不允许调整这一项。"))


def in_force(session: Session) -> Sequence[Variation]:
    """What the room has changed now."""
    return session.scalars(
        select(Variation).where(Variation.until.is_(None)).order_by(Variation.kind, Variation.since, Variation.id)
    ).all()


def of_room(session: Session) -> Allowed:
    """Raises NotFound while the room has no edition; one that says nothing of it allows nothing."""
    room, rows = pinned(session), in_force(session)
    body = standards.body(session, room.edition_id, "variation")
    lists = standards.checklists(session, room.edition_id, room.tier)
    of = {(one.kind, one.spot): one for one in rows}
    least, counted = least_opening(session, room)
    return Allowed(
        body["extra_items"]["most"],
        {code: lists[code].title for code in body["extra_items"]["checklists"] if code in lists},
        [one for one in rows if one.kind == "item"],
        [found for one in body["thresholds"] if (found := _threshold(one, lists, of.get(("threshold", one["code"]))))],
        {kind: _titles(session, kind) for kind in ("spaces", "posts") if body["local_names"].get(kind)},
        {one.spot: one for one in rows if one.kind == "name"},
        of.get(("opening", "week")),
        least,
        counted,
        lost(session, room, rows),
    )


def lost(session: Session, room: Pinned, rows: Sequence[Variation]) -> list[Variation]:
    """Those of the room's differences that do nothing under its edition."""
    body = standards.body(session, room.edition_id, "variation")
    lists = standards.checklists(session, room.edition_id, room.tier)
    known = {("threshold", one["code"]) for one in body["thresholds"] if _threshold(one, lists, None)}
    known |= {
        ("name", f"{kind}/{code}")
        for kind in ("spaces", "posts")
        if body["local_names"].get(kind)
        for code, _title in _titles(session, kind)
    }
    known |= {("opening", "week")}
    asked = set(body["extra_items"]["checklists"]) & lists.keys()
    return [
        one
        for one in rows
        if (one.spot.partition("/")[0] not in asked if one.kind == "item" else (one.kind, one.spot) not in known)
    ]


def least_opening(session: Session, room: Pinned) -> tuple[Decimal, str]:
    """How long the room must be open in a week by its tier, and in what that is counted."""
    tiers = standards.body(session, room.edition_id, "tiers")["tiers"]
    least = next((one["opening"].get("at_least", 0) for one in tiers if one["code"] == room.tier), 0)
    rules = standards.body(session, room.edition_id, "variation")["opening"]
    counted = next((str(one["counted"]) for one in rules if one["tier"] == room.tier), "hours")
    return Decimal(str(least)), counted


def bound(item: forms.Item, name: str) -> Decimal | None:
    """The bound of an item that a threshold names."""
    if name == "count":
        return Decimal(item.evidence.count) if item.evidence.when != "never" else None
    found: Decimal | None = getattr(item.passes, name) if item.passes else None
    return found


def _threshold(one: Mapping[str, Any], lists: Mapping[str, forms.Definition], now: Variation | None) -> Any:
    item = lists[one["checklist"]].item(one["item"]) if one["checklist"] in lists else None
    standard = bound(item, one["bound"]) if item else None
    if item is None or standard is None:
        return None
    return Threshold(one["code"], one["title"], one["checklist"], one["item"], one["bound"], standard, item.unit, now)


def _titles(session: Session, kind: str) -> list[tuple[str, Any]]:
    """The spaces or posts that the room's tier knows."""
    room = pinned(session)
    body = standards.body(session, room.edition_id, kind)
    if kind == "posts":
        return [(one["code"], one["title"]) for one in body["posts"] if room.tier in one["number"]]
    mine: Mapping[str, Any] = next((one for one in body["tiers"] if one["tier"] == room.tier), {})
    here = {*mine.get("required", ()), *mine.get("optional", ())}
    return [(one["code"], one["title"]) for one in body["spaces"] if one["code"] in here]
