"""What the edition asks of the equipment of a room: the kinds, how many of each, and how often each is looked at."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from huakai_platform.kernel import clock
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.standards import service as standards
from huakai_platform.standards.pinned import find, pinned

OTHER = "other"
"""What a room has beyond the list; it is never looked for and never due."""
BEYOND = _("其他设备")
RHYTHMS: dict[str, Message] = {"day": _("每天"), "week": _("每周"), "month": _("每月")}


@dataclass(frozen=True)
class Kind:
    """One kind of equipment; `title` is `{"zh", "en"}`."""

    code: str
    title: Mapping[str, str]
    group: str
    core: bool
    wanted: int
    check: str | None

    def next_check(self, checked_on: date | None, since: date) -> date | None:
        """The day from which it should be looked at again; at once where it never was."""
        if self.check is None:
            return None
        return since if checked_on is None else _after(self.check, checked_on)


@dataclass(frozen=True)
class Plan:
    kinds: Mapping[str, Kind]
    """Those of the edition in its order, then what is beyond it."""
    groups: Mapping[str, Mapping[str, str]]

    @property
    def required(self) -> list[Kind]:
        return [kind for kind in self.kinds.values() if kind.wanted]

    def kind(self, code: str) -> Kind:
        """One that a later edition has dropped is still called by its code."""
        return self.kinds.get(code) or Kind(code, {"zh": code, "en": code}, OTHER, False, 0, None)


def plan(session: Session) -> Plan:
    """Of the room that the session has entered."""
    here = pinned(session)
    return of(standards.body(session, here.edition_id, "equipment"), here.tier)


def held(session: Session) -> Plan | None:
    """The same; None while the room has no edition."""
    return plan(session) if find(session) else None


def of(body: Mapping[str, Any], tier: str) -> Plan:
    known = {one["code"]: _kind(one, tier) for one in body["equipment"]}
    groups = {one["code"]: one["title"] for one in body["groups"]}
    other = dict.fromkeys(("zh", "en"), BEYOND.render())
    return Plan(known | {OTHER: Kind(OTHER, other, OTHER, False, 0, None)}, groups | {OTHER: other})


def last_good(rhythm: str, on: date) -> date:
    """What was last looked at on this day or before is due on `on`."""
    return {"day": on - timedelta(days=1), "week": on - timedelta(days=7)}.get(rhythm) or clock.months_on(on, -1)


def _after(rhythm: str, day: date) -> date:
    return {"day": day + timedelta(days=1), "week": day + timedelta(days=7)}.get(rhythm) or clock.months_on(day, 1)


def _kind(one: Mapping[str, Any], tier: str) -> Kind:
    wanted = int(one["quantity"].get(tier, 0))
    return Kind(one["code"], one["title"], one["group"], bool(one.get("core")), wanted, one["check"])
