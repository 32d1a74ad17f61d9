"""The holiday table as the console keeps it: a year is looked at, a day changed, the program's own years taken over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, extract, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from huakai_platform import forms
from huakai_platform.kernel import audit, clock
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import Conflict, NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.workdays import calendar, shipped
from huakai_platform.workdays.models import WorkDay, WorkYear

BY_HAND = "console"


@dataclass(frozen=True)
class Year:
    """One year of the table; `source` is None where the year is missing."""

    year: int
    source: str | None
    updated_at: datetime | None
    days: Mapping[date, tuple[bool, str | None]]
    known: Sequence[int]

    @property
    def missing(self) -> bool:
        return self.source is None

    @property
    def stamp(self) -> str:
        """What a change must have seen."""
        return self.updated_at.isoformat() if self.updated_at else ""

    def works(self, day: date) -> bool:
        return self.days[day][0] if day in self.days else forms.on_weekdays(day)

    def note(self, day: date) -> str:
        note = (self.days[day][1] if day in self.days else None) or ""
        return shipped.NAMES.get(note, note)


def year(session: Session, number: int) -> Year:
    """A year, whether it is in the table or not."""
    found = {row.year: row for row in session.execute(select(WorkYear.year, WorkYear.source, WorkYear.updated_at))}
    rows = session.execute(
        select(WorkDay.day, WorkDay.is_work, WorkDay.note)
        .where(extract("year", WorkDay.day) == number)
        .order_by(WorkDay.day)
    )
    days = {row.day: (row.is_work, row.note) for row in rows}
    here = found.get(number)
    return Year(
        number, here.source if here else None, here.updated_at if here else None, days if here else {}, sorted(found)
    )


def mark(session: Session, actor: Actor, day: date, *, works: bool, note: str, seen: str) -> None:
    """Say of one day whether it is worked; `seen` is the stamp of the year that was looked at. Raises Conflict."""
    _hold(session, day.year, seen)
    if works == forms.on_weekdays(day):
        session.execute(delete(WorkDay).where(WorkDay.day == day))
    else:
        row = {"is_work": works, "note": note or None}
        session.execute(
            insert(WorkDay).values(day=day, **row).on_conflict_do_update(constraint="work_day_pkey", set_=row)
        )
    session.execute(update(WorkYear).where(WorkYear.year == day.year).values(updated_at=clock.now()))
    calendar.forget(session)
    audit.record(session, actor, "workdays.marked", "work_year", str(day.year), day=day.isoformat(), works=works)


def take_shipped(session: Session, actor: Actor) -> list[int]:
    """Take over every year that the program knows and the table does not; gives which."""
    taken = shipped.seed(session)
    for number in taken:
        audit.record(session, actor, "workdays.seeded", "work_year", str(number))
    return taken


def _hold(session: Session, number: int, seen: str) -> None:
    updated_at = session.scalar(select(WorkYear.updated_at).where(WorkYear.year == number).with_for_update())
    if updated_at is None:
        raise NotFound(_("{year} 年还没有节假日表，请先导入。", year=str(number)))
    if updated_at.isoformat() != seen:
        raise Conflict(_("这一年的节假日表刚被修改过，请核对后再保存。"))
