"""When a site's checklists fall due, and the rows that remember it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from huakai_platform import forms
from huakai_platform.kernel import clock, tenancy
from huakai_platform.kernel.db import table
from huakai_platform.kernel.ids import uuid7
from huakai_platform.standards import service as standards
from huakai_platform.standards.pinned import Pinned, pinned
from huakai_platform.workdays import calendar
from huakai_tenants.checklists.models import ChecklistRun

RECURRING = ("day", "week", "month")


@dataclass(frozen=True)
class Expected:
    """A checklist in one of its periods."""

    code: str
    period_start: date
    due_on: date


def definitions(session: Session, site: Pinned) -> Mapping[str, forms.Definition]:
    """The recurring checklists of the site's tier in its edition."""
    return recurring(session, site.edition_id, site.tier)


def recurring(session: Session, edition_id: UUID, tier: str) -> Mapping[str, forms.Definition]:
    """The checklists of a tier that fall due again and again."""
    found = standards.checklists(session, edition_id, tier)
    return {code: one for code, one in found.items() if one.period in RECURRING}


def expected(lists: Iterable[forms.Definition], day: date, works: forms.Works, *, since: date | None) -> list[Expected]:
    """What is open on a day: the period it lies in, unless nothing is due in it or it was due before `since`."""
    found = []
    for one in lists:
        due_on = forms.due(one, day, works)
        if due_on is not None and (since is None or due_on >= since):
            found.append(Expected(one.code, forms.starts(one, day), due_on))
    return found


def voluntary(lists: Iterable[forms.Definition], day: date, works: forms.Works) -> list[Expected]:
    """The daily checklists that nobody asks for on this day, and that a room that is open may fill all the same."""
    free = (one for one in lists if one.period == "day" and forms.due(one, day, works) is None)
    return [Expected(one.code, day, day) for one in free]


def first(session: Session, *, edition_id: UUID, tier: str, today: date) -> int:
    """Write down what is due first at a site that is being opened; again changes nothing."""
    lists, works = recurring(session, edition_id, tier).values(), calendar.around(session, today).works
    return write(session, edition_id, expected(lists, _working(lists, today, works), works, since=today))


def make_due(session: Session, day: date) -> int:
    """Write down what a new day asks of the room; again changes nothing.

    What was due before it is asked first, as in a room that was opened or let work again, or whose edition brought a
    new list, is not owed.
    """
    site, works = pinned(session), calendar.around(session, day).works
    lists = definitions(session, site).values()
    return write(session, site.edition_id, expected(lists, day, works, since=day))


def _working(lists: Iterable[forms.Definition], day: date, works: forms.Works) -> date:
    """The day itself, or the next on which a daily checklist is due, as far as the calendar is read."""
    daily = [one for one in lists if one.period == "day"]
    ahead = (day + timedelta(days=number) for number in range(calendar.AHEAD.days + 1))
    return next((one for one in ahead if any(forms.due(each, one, works) for each in daily)), day)


_WRITE = (
    insert(table(ChecklistRun))
    .on_conflict_do_nothing(constraint="checklist_run_tenant_id_code_period_start_key")
    .returning(table(ChecklistRun).c.id)
)


def write(session: Session, edition_id: UUID, wanted: list[Expected]) -> int:
    """Write runs down; those that are there already stay as they are. Gives how many are new."""
    if not wanted:
        return 0
    now, tenant_id = clock.now(), tenancy.current(session)
    rows: list[dict[str, Any]] = [
        {
            "tenant_id": tenant_id,
            "id": uuid7(),
            "edition_id": edition_id,
            "code": one.code,
            "period_start": one.period_start,
            "due_on": one.due_on,
            "created_at": now,
        }
        for one in wanted
    ]
    return len(session.execute(_WRITE, rows).all())
