"""A holiday table from Excel or CSV: looked at first, with every fault at its cell, then written year by year."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import cast

from marshmallow import ValidationError
from sqlalchemy import delete, extract, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from huakai_platform import forms
from huakai_platform.kernel import audit, clock, workbooks
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import Conflict, FileRefused, Invalid
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.workbooks import Cell, Sheet, cells, headings, unread
from huakai_platform.kernel.workbooks.headings import Heading
from huakai_platform.workdays import calendar
from huakai_platform.workdays.models import WorkDay, WorkYear
from huakai_platform.workdays.words import DAY_HEADINGS, NOTE_HEADINGS, WORDS, WORK_HEADINGS

COLUMNS: dict[str, tuple[Message, Sequence[str]]] = {
    "day": (_("日期"), DAY_HEADINGS),
    "works": (_("上班或休息"), WORK_HEADINGS),
    "note": (_("说明"), NOTE_HEADINGS),
}
REQUIRED = ("day", "works")
FIRST_YEAR, LAST_YEAR, LONGEST_NOTE, MOST_ROWS = 2000, 2099, 60, 800
Days = dict[date, tuple[bool, str]]


@dataclass(frozen=True)
class Fault:
    cell: str
    message: Message


@dataclass(frozen=True)
class Change:
    """What an import would do to one year."""

    year: int
    known: bool
    free: int
    worked: int
    added: int
    changed: int
    removed: int
    extended: bool = False
    """Whether the days of the file join those that are there; only the year that the file is about is replaced."""


@dataclass(frozen=True)
class Plan:
    """A file that was looked at: what it says, what is wrong with it, what it would change, and in view of what."""

    days: Days
    faults: list[Fault]
    changes: list[Change]
    stamp: str = ""
    notes: Sequence[Message] = ()

    @property
    def text(self) -> str:
        """What the page carries to the next step."""
        return "\n".join(f"{day.isoformat()},{int(works)},{note}" for day, (works, note) in self.days.items())


def plan(session: Session, content: bytes) -> Plan:
    """Look at a file without writing anything. Raises FileRefused when it cannot be read at all."""
    known = {key: [title.render(), *names] for key, (title, names) in COLUMNS.items()}
    book = workbooks.read(content, titles=headings.titles(known))
    found = headings.find(book, known, REQUIRED)
    days, faults = read(found)
    if not days and not faults:
        raise FileRefused(_("文件里没有日期。请下载模板，从第二行起每行填写一天。"))
    notes = unread.notes(book, found.sheet, found.row, found.titles, {*found.places.values()}, [])
    return replace(_compared(session, days, faults), notes=notes)


def read(heading: Heading) -> tuple[Days, list[Fault]]:
    """The days of a sheet below its header, and its faults."""
    days: Days = {}
    faults: list[Fault] = []
    sheet = heading.sheet
    if len(sheet.rows) > MOST_ROWS:
        raise FileRefused(_("节假日表最多 {count} 行。", count=MOST_ROWS))
    for row in range(heading.row + 1, len(sheet.rows)):
        if any(cell.text for cell in sheet.rows[row]):
            line = {key: _cell(heading, row, key) for key in COLUMNS}
            found = list(_faults(line, days))
            faults += found
            if not found and (day := _day(line["day"])):
                days[day] = (WORDS[cells.fold(line["works"].text)], " ".join(line["note"].text.split()))
    return days, faults


def apply(session: Session, actor: Actor, text: str, stamp: str) -> list[int]:
    """Write what a plan said, unless its years changed meanwhile. Raises Invalid or Conflict."""
    days = _carried(text)
    planned = _compared(session, days, [], lock=True)
    if planned.stamp != stamp:
        raise Conflict(_("节假日表刚被修改过，请重新上传检查。"))
    years, now = [change.year for change in planned.changes], clock.now()
    replaced = [change.year for change in planned.changes if not change.extended]
    session.execute(delete(WorkDay).where(extract("year", WorkDay.day).in_(replaced) | WorkDay.day.in_(days)))
    rows = [
        {"day": day, "is_work": works, "note": note or None}
        for day, (works, note) in days.items()
        if works != forms.on_weekdays(day)
    ]
    if rows:
        session.execute(insert(WorkDay), rows)
    for year in years:
        about = {"source": "import", "updated_at": now}
        session.execute(
            upsert(WorkYear).values(year=year, **about).on_conflict_do_update(constraint="work_year_pkey", set_=about)
        )
    calendar.forget(session)
    for change in planned.changes:
        audit.record(
            session, actor, "workdays.imported", "work_year", str(change.year), free=change.free, worked=change.worked
        )
    return years


def _cell(heading: Heading, row: int, key: str) -> Cell:
    return heading.sheet.cell(row, heading.places[key]) if key in heading.places else Cell(row, 0, None)


def _faults(line: Mapping[str, Cell], seen: Days) -> Iterator[Fault]:
    first, second, third = line["day"], line["works"], line["note"]
    for cell in line.values():
        try:
            cells.refuse(cell)
        except ValidationError as refused:
            yield Fault(cell.address, cast(Message, refused.messages[0]))
            return
    day = _day(first)
    if day is None:
        yield Fault(first.address, _("请填写日期，例如 2026-01-31"))
    elif not FIRST_YEAR <= day.year <= LAST_YEAR:
        yield Fault(first.address, _("年份应在 {low} 至 {high} 之间", low=str(FIRST_YEAR), high=str(LAST_YEAR)))
    elif day in seen:
        yield Fault(first.address, _("这一天在文件中出现了两次"))
    if cells.fold(second.text) not in WORDS:
        yield Fault(second.address, _("请填写“上班”或“休息”"))
    if len(third.text) > LONGEST_NOTE:
        yield Fault(third.address, _("说明最多 {count} 个字", count=LONGEST_NOTE))


def _day(cell: Cell) -> date | None:
    try:
        return cells.day(cell.value)
    except ValueError:
        return None


def _carried(text: str) -> Days:
    """What a page carried; whoever changed it on the way meets the same checks."""
    rows = [line.split(",", 2) for line in text.splitlines() if line.strip()]
    lines: list[list[Cell]] = [[]]
    for number, parts in enumerate(rows, start=1):
        lines.append([Cell(number, column, part) for column, part in enumerate(parts)])
    places = {key: column for column, key in enumerate(COLUMNS)}
    days, faults = read(Heading(Sheet("", lines), 0, [], places))
    if faults or not days:
        raise Invalid(_("填写的内容有误。"))
    return days


def _compared(session: Session, days: Days, faults: list[Fault], *, lock: bool = False) -> Plan:
    years = sorted({day.year for day in days})
    known = select(WorkYear.year, WorkYear.updated_at).where(WorkYear.year.in_(years)).order_by(WorkYear.year)
    there = {row.year: row.updated_at for row in session.execute(known.with_for_update() if lock else known)}
    rows = session.execute(
        select(WorkDay.day, WorkDay.is_work, WorkDay.note).where(extract("year", WorkDay.day).in_(years))
    )
    before = {row.day: (row.is_work, row.note or "") for row in rows}
    stamp = ";".join(f"{year}:{there[year].isoformat() if year in there else ''}" for year in years)
    about = _about(days)
    changes = [_change(year, year in there, days, before, extended=year in there and year != about) for year in years]
    return Plan(days, faults, changes, stamp)


def _about(days: Days) -> int | None:
    """The year that a file is about: the one that most of its days lie in, the later one of two."""
    counted = Counter(day.year for day in days)
    return max(counted, key=lambda year: (counted[year], year), default=None)


def _change(year: int, known: bool, days: Days, before: Days, *, extended: bool) -> Change:
    old = {day: said for day, said in before.items() if day.year == year}
    given = {day: said for day, said in days.items() if day.year == year}
    kept = old if extended else {}
    after = {day: said for day, said in (kept | given).items() if said[0] != forms.on_weekdays(day)}
    return Change(
        year,
        known,
        free=sum(not works for works, _note in after.values()),
        worked=sum(works for works, _note in after.values()),
        added=len(after.keys() - old.keys()),
        changed=sum(after[day] != old[day] for day in after.keys() & old.keys()),
        removed=len(old.keys() - after.keys()),
        extended=extended,
    )
