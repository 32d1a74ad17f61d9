"""The equipment of a room: bought for its opening, checked since, some of it broken."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_deploy.demo_history import words
from huakai_deploy.demo_history.rooms import Room
from huakai_deploy.demo_history.writing import write
from huakai_platform.kernel.ids import uuid7
from huakai_platform.standards import service as standards
from huakai_tenants.equipment import plan as plans
from huakai_tenants.equipment.models import EquipmentEvent, EquipmentItem
from huakai_tenants.equipment.plan import Kind
from huakai_tenants.premises.models import Space

FUNDS = ("government", "government", "institution", "community", "donation", "project")
DAYS = {"day": 1, "week": 5, "month": 24}
"""Days back to the last check in a room that keeps its rhythm."""
ONE_BY_ONE = 4
"""Up to how many of a kind are written down each by itself."""


@dataclass
class Story:
    """What is written for a room, as rows."""

    room: Room
    dice: Random
    spaces: list[UUID]
    items: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)


def equip(session: Session, room: Room) -> None:
    """Write down what the tier must have; a room that is badly kept lacks some of it."""
    body = standards.body(session, room.place.edition_id, "equipment")
    spaces = session.scalars(select(Space.id).where(Space.state == "ready").order_by(Space.code)).all()
    story = Story(room, Random(f"{room.place.code} equipment"), list(spaces))
    for kind in plans.of(body, room.place.tier).required:
        for quantity in _lots(story, kind):
            _item(story, kind, quantity)
    write(session, EquipmentItem, story.items)
    write(session, EquipmentEvent, story.events)


def _lots(story: Story, kind: Kind) -> Iterator[int]:
    """How many were bought at a time."""
    there = kind.wanted
    if not story.room.exemplary and story.dice.random() > 0.7 + 0.3 * story.room.care:
        there = story.dice.randint(0, kind.wanted - 1)
    if there <= ONE_BY_ONE:
        yield from [1] * there
    else:
        yield there


def _item(story: Story, kind: Kind, quantity: int) -> None:
    dice, room = story.dice, story.room
    name, price = words.MADE.get(kind.code, (None, dice.randint(40, 600)))
    bought_on = room.opened_on - timedelta(days=dice.randint(5, 300))
    checked_on = max(room.opened_on, room.today - timedelta(days=_since(story, kind)))
    broken = dice.random() < 0.03 * (2 - room.care)
    away = broken and dice.random() < 0.5
    row = {
        "tenant_id": room.place.id,
        "id": uuid7(),
        "number": f"E{len(story.items) + 1:04}",
        "kind": kind.code,
        "name": name,
        "serial": f"SN{dice.randint(10**7, 10**8 - 1)}" if name else None,
        "space_id": dice.choice(story.spaces) if story.spaces else None,
        "quantity": quantity,
        "bought_on": bought_on,
        "price": Decimal(price * quantity),
        "funds": dice.choice(FUNDS),
        "warranty_until": bought_on + timedelta(days=365 * dice.randint(1, 3)) if name else None,
        "state": "in_repair" if away else "in_use",
        "faulty": broken,
        "checked_on": checked_on,
        "scrapped_on": None,
        "note": None,
        "created_at": room.at(room.opened_on, 11),
        "version": 1,
    }
    story.items.append(row)
    _happened(story, row, "added", room.opened_on, state="in_use", faulty=False)
    _happened(story, row, "failed" if broken else "checked", checked_on, state="in_use", faulty=broken)
    if away:
        _happened(story, row, "sent", checked_on, state="in_repair", faulty=True)


def _since(story: Story, kind: Kind) -> int:
    usual = DAYS.get(kind.check or "month", 24)
    late = story.dice.random() > 0.8 + 0.2 * story.room.care
    return story.dice.randint(0, usual) + (usual if late else 0)


def _happened(story: Story, item: Mapping[str, Any], deed: str, on: date, **says: Any) -> None:
    story.events.append(
        {
            "tenant_id": story.room.place.id,
            "id": uuid7(),
            "item_id": item["id"],
            "deed": deed,
            "held_on": on,
            "note": None,
            "says": says,
            "by": story.room.head.account_id,
            "at": story.room.at(on, 11 if deed == "added" else 16, len(story.events) % 60),
        }
    )
