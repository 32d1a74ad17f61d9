"""What each row of a filled-in sheet of a register would do, without doing it."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.workbooks.lists import Listing
from huakai_platform.registers.definitions import Register
from huakai_platform.registers.entries import FIRST_DAY, Entry, faults
from huakai_platform.registers.entry_store import Answers, EntryStore
from huakai_platform.registers.sheet import NUMBER, key

ADDED, CHANGED, UNCHANGED, FAULTY = "added", "changed", "unchanged", "faulty"
STATES = (ADDED, CHANGED, UNCHANGED, FAULTY)


@dataclass
class ImportRow:
    """A row and what comes of it: the entry that it is about, what that says afterwards, and the row's faults."""

    row: int
    number: int | None
    items: dict[str, Any]
    rows: dict[str, list[Any]] = field(default_factory=dict)
    """The entry's own rows by their code, of those that the sheet has a column for."""
    entry: Entry | None = None
    changes: list[str] = field(default_factory=list)
    errors: dict[str, list[str]] = field(default_factory=dict)

    @property
    def state(self) -> str:
        if self.errors:
            return FAULTY
        if self.entry is None:
            return ADDED
        return CHANGED if self.changes else UNCHANGED

    def fault(self, at: str, said: Message) -> None:
        self.errors.setdefault(at, []).append(said.render())

    def answers(self, register: Register) -> Answers:
        """What the entry says afterwards; rows that the sheet has no column for stay as they are."""
        if not register.rows:
            return {"items": self.items}
        kept = {one.code: self.entry.rows(one.code) if self.entry else [] for one in register.rows}
        return {"items": self.items, "rows": kept | self.rows}


def stored(
    session: Session, store: EntryStore, register: Register, listing: Listing, *, lock: bool = False
) -> Sequence[Entry]:
    """The entries that the rows name, and those of the same days; with `lock` they stand still until the end."""
    model = store.model
    numbers = {row.values[NUMBER] for row in listing.rows if row.values.get(NUMBER)}
    days = {date.fromisoformat(row.values[register.dated]) for row in listing.rows if row.values}
    wanted = (
        select(model)
        .where(model.register == register.code, store.mine)
        .where(model.number.in_(numbers) | (model.day.in_(days) & model.cancelled_at.is_(None)))
        .order_by(model.number)
    )
    rows = session.scalars(wanted.with_for_update().execution_options(populate_existing=True) if lock else wanted)
    return [Entry(row, store.read(row)) for row in rows]


def judge(register: Register, listing: Listing, entries: Sequence[Entry]) -> list[ImportRow]:
    """Hold every row against the register, its entries, and the other rows."""
    numbered = {one.row.number: one for one in entries}
    told = [rows for rows in register.rows if key(rows) in listing.places]
    present = {
        _said(one.items, {rows.code: one.rows(rows.code) for rows in told}): one
        for one in entries
        if one.row.cancelled_at is None
    }
    seen: dict[Any, int] = {}
    rows = [
        ImportRow(
            row.number,
            row.values.get(NUMBER),
            {item.code: row.values[item.code] for item in register.form if row.values.get(item.code) is not None},
            {rows.code: row.values.get(key(rows), []) for rows in told},
            errors={at: list(said) for at, said in row.errors.items()},
        )
        for row in listing.rows
    ]
    for one in rows:
        if not one.errors:
            _place(one, register, numbered, present)
            _once(one, register, seen)
    return rows


def preview_digest(rows: Iterable[ImportRow]) -> str:
    """A digest of what would be done; another one says that the entries have changed since."""
    said = [
        [one.row, one.state, str(one.entry.row.id) if one.entry else None, one.entry.row.version if one.entry else 0]
        for one in rows
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _place(
    one: ImportRow,
    register: Register,
    numbered: Mapping[int, Entry],
    present: Mapping[str, Entry],
) -> None:
    """The entry that a row changes, or the one that says the same already."""
    if not FIRST_DAY <= date.fromisoformat(one.items[register.dated]) <= clock.today():
        one.fault(register.dated, _("日期不能晚于今天"))
    for code, said in faults(register, one.items).items():
        one.fault(code, said)
    if one.number is None:
        one.entry = present.get(_said(one.items, one.rows))
    elif (entry := numbered.get(one.number)) is None:
        one.fault(NUMBER, _("没有编号为 {number} 的登记", number=one.number))
    elif entry.row.cancelled_at is not None:
        one.fault(NUMBER, _("这一条已经作废，不能再改。"))
    else:
        _change(one, register, entry)


def _change(one: ImportRow, register: Register, entry: Entry) -> None:
    """What a blank cell or a missing column leaves out stays as it is."""
    one.entry, one.items = entry, {**entry.items, **one.items}
    one.rows = {code: said or entry.rows(code) for code, said in one.rows.items()}
    one.changes = [item.code for item in register.form if one.items.get(item.code) != entry.items.get(item.code)]
    one.changes += [
        key(rows) for rows in register.rows if one.rows.get(rows.code, entry.rows(rows.code)) != entry.rows(rows.code)
    ]


def _once(one: ImportRow, register: Register, seen: dict[Any, int]) -> None:
    """Two rows for one entry, or two new ones that say the same, are one too many."""
    same: Any = one.number if one.number is not None else _said(one.items, one.rows)
    if (first := seen.setdefault(same, one.row)) != one.row:
        at = NUMBER if one.number is not None else register.dated
        one.fault(at, _("与第 {row} 行是同一条登记", row=first))


def _said(items: Mapping[str, Any], rows: Mapping[str, Any]) -> str:
    return json.dumps([items, rows], sort_keys=True, ensure_ascii=False)
