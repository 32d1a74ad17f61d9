"""What became of the core items that failed: taken, put right, looked at by somebody else, or left lying."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from huakai_deploy.demo_history import words
from huakai_deploy.demo_history.rooms import Room
from huakai_deploy.demo_history.trail import Deed
from huakai_deploy.demo_history.writing import write
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.ids import uuid7
from huakai_tenants.checklists.models import OpenPoint, PointEntry
from huakai_tenants.checklists.points import SAFETY
from huakai_tenants.checklists.schedule import Expected

STAGED = {48: "closed", 34: "overdue", 11: "fixed", 5: "taken", 2: "open"}
"""Days ago on which something failed at the demonstration's own site, and how it stands."""


@dataclass
class Book:
    """The room's open points in the order in which they arose."""

    room: Room
    points: list[dict[str, Any]] = field(default_factory=list)
    entries: list[dict[str, Any]] = field(default_factory=list)
    deeds: list[Deed] = field(default_factory=list)
    until: dict[tuple[str, str], datetime | None] = field(default_factory=dict)

    def unsettled(self, code: str, item: str, at: datetime) -> bool:
        """Whether the item has a point that is not closed at a time."""
        if (code, item) not in self.until:
            return False
        closed_at = self.until[code, item]
        return closed_at is None or closed_at >= at

    def arise(self, run_id: UUID, one: Expected, items: Sequence[str], at: datetime, fate: str | None = None) -> None:
        for item in items:
            self._follow(run_id, one, item, at, fate)

    def write(self, session: Session) -> None:
        write(session, OpenPoint, self.points)
        write(session, PointEntry, self.entries)

    def _follow(self, run_id: UUID, one: Expected, item: str, at: datetime, fate: str | None) -> None:
        room, dice = self.room, self.room.dice
        days = room.standard.deadlines.get(
            "safety" if room.standard.stock.section(one.code, item) in SAFETY else "core", 30
        )
        due_on, row = _day(at) + timedelta(days=days), self._row(run_id, item, at)
        self._enter(row, at, None, "opened", None, owner_id=row["owner_id"], due_on=due_on)
        if fate != "open" and (fate == "taken" or dice.random() < 0.6):
            self._act(row, at + timedelta(hours=dice.randint(18, 23)), room.head, "noted", dice.choice(words.TAKEN))
        if fate is None and dice.random() < 0.1:
            due_on += timedelta(days=14)
            said = dice.choice(words.POSTPONED)
            self._act(row, at + timedelta(days=days - 2), room.head, "postponed", said, due_on=due_on)
        row["due_on"] = due_on
        self._settle(row, at, days, fate)
        row["version"] = 1 + sum(one["point_id"] == row["id"] for one in self.entries)
        self.points.append(row)
        self.until[one.code, item] = row["closed_at"]

    def _settle(self, row: dict[str, Any], at: datetime, days: int, fate: str | None) -> None:
        """Some are left lying, more where the room is kept badly."""
        room, dice = self.room, self.room.dice
        if fate in ("overdue", "taken", "open") or (fate is None and dice.random() > 0.5 + room.care / 2):
            return
        longest = 1 if fate else int(days * (1.5 - room.care / 2))
        fixed_at = at + timedelta(days=dice.randint(1, longest), hours=dice.randint(0, 3))
        if not self._act(row, fixed_at, room.head, "fixed", dice.choice(words.FIXED)):
            return
        row.update(state="fixed", fixed_at=fixed_at, fixed_by=room.head.account_id)
        closed_at = fixed_at + timedelta(days=dice.randint(1, 5))
        if (
            fate != "fixed"
            and room.second is not room.head
            and self._act(row, closed_at, room.second, "closed", dice.choice(words.CLOSED))
        ):
            row.update(state="closed", closed_at=closed_at, closed_by=room.second.account_id)

    def _row(self, run_id: UUID, item: str, at: datetime) -> dict[str, Any]:
        return {
            "tenant_id": self.room.place.id,
            "id": uuid7(),
            "number": len(self.points) + 1,
            "run_id": run_id,
            "item": item,
            "core": True,
            "owner_id": self.room.head.account_id,
            "due_on": None,
            "state": "open",
            "opened_at": at,
            "fixed_at": None,
            "fixed_by": None,
            "closed_at": None,
            "closed_by": None,
            "version": 1,
        }

    def _act(self, row: dict[str, Any], at: datetime, by: Actor, deed: str, said: str, **about: Any) -> bool:
        """Whether it has happened yet."""
        if at >= clock.now():
            return False
        self._enter(row, at, by, deed, said, **about)
        state = deed if deed in ("fixed", "closed") else row["state"]
        self.deeds.append(Deed(at, by, "points.acted", "open_point", row["id"], {"done": deed, "state": state}))
        return True

    def _enter(
        self,
        row: dict[str, Any],
        at: datetime,
        by: Actor | None,
        deed: str,
        said: str | None,
        *,
        owner_id: UUID | None = None,
        due_on: date | None = None,
    ) -> None:
        self.entries.append(
            {
                "tenant_id": self.room.place.id,
                "id": uuid7(),
                "point_id": row["id"],
                "deed": deed,
                "text": said,
                "owner_id": owner_id,
                "due_on": due_on,
                "by": (by or self.room.head).account_id,
                "at": at,
            }
        )


def _day(at: datetime) -> date:
    return at.astimezone(clock.CHINA).date()
