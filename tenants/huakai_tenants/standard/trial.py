"""What another edition would mean for a room, read from its own rows; nothing is written."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from huakai_platform import forms
from huakai_platform.standards import service as standards
from huakai_platform.standards import tiers
from huakai_platform.standards.difference import Change, Sort
from huakai_platform.standards.pinned import Pinned
from huakai_tenants.checklists.models import ChecklistAnswer, ChecklistRun

TO_REVIEW = frozenset({Sort.TIGHTENED, Sort.CHANGED})
Item = tuple[str, str]
"""Checklist and item."""


@dataclass(frozen=True, slots=True)
class Concerned:
    """How many runs are in hand under another edition, and how many latest answers have to be looked at again."""

    open_runs: int
    to_review: int
    failing: int


def concerned(session: Session, room: Pinned, edition_id: UUID) -> Concerned:
    """Of the room that the session has entered, in at most two statements."""
    changes = tiers.changes(session, room.edition_id, edition_id, room.tier)
    items = {item for one in changes if one.sort in TO_REVIEW and (item := _item(one))}
    in_hand = select(func.count(ChecklistRun.id)).where(
        ChecklistRun.completed_at.is_(None), ChecklistRun.edition_id != edition_id
    )
    answers = _latest(session, items) if items else {}
    lists = standards.checklists(session, edition_id, room.tier)
    failing = sum(_fails(lists, item, value) for item, value in answers.items())
    return Concerned(session.scalar(in_hand) or 0, len(answers), failing)


def _item(one: Change) -> Item | None:
    if one.spot.kind != "checklist" or not one.spot.entries or one.spot.entries[0].of != "items":
        return None
    return one.spot.code, one.spot.entries[0].name


def _latest(session: Session, items: Collection[Item]) -> Mapping[Item, Any]:
    """The answers to these items in the latest completed run of each checklist."""
    last = (
        select(ChecklistRun.tenant_id, ChecklistRun.id, ChecklistRun.code)
        .where(ChecklistRun.completed_at.is_not(None), ChecklistRun.code.in_({code for code, _item in items}))
        .ext(distinct_on(ChecklistRun.code))
        .order_by(ChecklistRun.code, ChecklistRun.period_start.desc())
        .subquery()
    )
    rows = session.execute(
        select(last.c.code, ChecklistAnswer.item, ChecklistAnswer.value)
        .join(last, (last.c.tenant_id == ChecklistAnswer.tenant_id) & (last.c.id == ChecklistAnswer.run_id))
        .where(ChecklistAnswer.item.in_({item for _code, item in items}))
    )
    return {(row.code, row.item): row.value["v"] for row in rows if (row.code, row.item) in items}


def _fails(lists: Mapping[str, forms.Definition], item: Item, value: Any) -> bool:
    definition = lists.get(item[0])
    found = definition.item(item[1]) if definition else None
    return found is not None and forms.passed(found, value) is False
