"""What each row of a filled-in sheet of a register would do, without doing it."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.workbooks.lists import Listing
from huakai_platform.registers.definitions import Register, Rows
from huakai_platform.registers.entries import FIRST_DAY, Entry, faults
from huakai_platform.registers.entry_store import Answers, EntryStore
from huakai_platform.registers.sheet import NUMBER, key
from huakai_platform.resources.rows import ImportRow

Line = ImportRow[Entry]
"""Its values are those of the filled cells, by item, by `NUMBER` and by the key of the entry's own rows."""


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


def judge(register: Register, listing: Listing, entries: Sequence[Entry]) -> list[Line]:
    """Hold every row against the register, its entries, and the other rows."""
    numbered = {one.row.number: one for one in entries}
    told = [rows for rows in register.rows if key(rows) in listing.places]
    in_force = (one for one in entries if one.row.cancelled_at is None)
    present = {_said(one.items, {kind.code: one.rows(kind.code) for kind in told}): one for one in in_force}
    seen: dict[Any, int] = {}
    lines = [
        Line(
            row.number,
            {at: said for at, said in row.values.items() if said not in (None, [])},
            errors={at: list(said) for at, said in row.errors.items()},
        )
        for row in listing.rows
    ]
    for one in lines:
        if not one.errors:
            same = _same(register, one, told)
            _place(register, one, numbered, present.get(same))
            _once(register, one, same, seen)
    return lines


def answers(register: Register, one: Line) -> Answers:
    """What the entry says afterwards: what a blank cell or a missing column leaves out stays as it is."""
    entry = one.record
    items = {**(entry.items if entry else {}), **_items(register, one)}
    kept = {kind.code: one.values.get(key(kind)) or (entry.rows(kind.code) if entry else []) for kind in register.rows}
    return {"items": items, "rows": kept} if register.rows else {"items": items}


def _items(register: Register, one: Line) -> dict[str, Any]:
    return {item.code: one.values[item.code] for item in register.form if item.code in one.values}


def _place(register: Register, one: Line, numbered: Mapping[int, Entry], same: Entry | None) -> None:
    """The entry that a row changes, or the one that says the same already."""
    items, number = _items(register, one), one.values.get(NUMBER)
    if not FIRST_DAY <= date.fromisoformat(items[register.dated]) <= clock.today():
        one.refuse(register.dated, _("日期不能晚于今天"))
    for code, said in faults(register, items).items():
        one.refuse(code, said)
    if number is None:
        one.record = same
    elif (entry := numbered.get(number)) is None:
        one.refuse(NUMBER, _("没有编号为 {number} 的登记", number=number))
    elif entry.row.cancelled_at is not None:
        one.refuse(NUMBER, _("这一条已经作废，不能再改。"))
    else:
        one.record, one.changes = entry, _changes(register, one, entry)


def _changes(register: Register, one: Line, entry: Entry) -> list[str]:
    items = [code for code, said in _items(register, one).items() if said != entry.items.get(code)]
    kinds = ((key(kind), entry.rows(kind.code)) for kind in register.rows)
    return [*items, *(at for at, said in kinds if one.values.get(at, said) != said)]


def _once(register: Register, one: Line, same: str, seen: dict[Any, int]) -> None:
    """Two rows for one entry, or two new ones that say the same, are one too many."""
    number = one.values.get(NUMBER)
    if (first := seen.setdefault(same if number is None else number, one.row)) != one.row:
        one.refuse(register.dated if number is None else NUMBER, _("与第 {row} 行是同一条登记", row=first))


def _same(register: Register, one: Line, told: Sequence[Rows]) -> str:
    """What an entry says that is just like the row, as far as the sheet has columns for it."""
    return _said(_items(register, one), {kind.code: one.values.get(key(kind), []) for kind in told})


def _said(items: Mapping[str, Any], rows: Mapping[str, Any]) -> str:
    return json.dumps([items, rows], sort_keys=True, ensure_ascii=False)
