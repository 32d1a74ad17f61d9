"""A filled-in sheet of equipment on its way in: dry run, the marked workbook, and once the writing of it."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from huakai_platform.kernel import audit, clock, outbox
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import FileRefused
from huakai_platform.kernel.events import NumbersChanged
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.workbooks import lists
from huakai_platform.kernel.workbooks.lists import Listing, ListRow
from huakai_tenants.equipment import service, sheet
from huakai_tenants.equipment.models import EquipmentItem
from huakai_tenants.equipment.plan import Plan
from huakai_tenants.sheets import service as sheets
from huakai_tenants.sheets.models import SheetImport

KIND = "equipment"
ADDED, CHANGED, UNCHANGED, FAULTY = "added", "changed", "unchanged", "faulty"
STATES = (ADDED, CHANGED, UNCHANGED, FAULTY)
Places = Sequence[tuple[UUID, str]]


@dataclass
class ImportRow:
    """A row and what comes of it: the item that is there, the values afterwards, and its faults."""

    row: int
    number: str | None
    item: EquipmentItem | None = None
    values: dict[str, Any] = field(default_factory=dict)
    changes: list[str] = field(default_factory=list)
    errors: dict[str, list[str]] = field(default_factory=dict)

    @property
    def state(self) -> str:
        if self.errors:
            return FAULTY
        if self.item is None:
            return ADDED
        return CHANGED if self.changes else UNCHANGED


@dataclass(frozen=True)
class Report:
    """The dry run of an upload; `preview_digest` names what it would do."""

    listing: Listing
    rows: Sequence[ImportRow]
    preview_digest: str

    @property
    def counts(self) -> dict[str, int]:
        return {state: sum(one.state == state for one in self.rows) for state in STATES}


@dataclass(frozen=True)
class Reading:
    """What a sheet is read with: the room's plan and places, in the reader's language."""

    plan: Plan
    places: Places
    language: str

    def take(self, content: bytes) -> Listing:
        return lists.take(content, sheet.columns(self.plan, self.places, self.language))


def check(
    session: Session, actor: Actor, master_key: bytes | None, filename: str, content: bytes, reading: Reading
) -> UUID:
    """Keep an upload that can be read, sealed, for its dry run. Raises FileRefused."""
    number, most = len(reading.take(content).rows), sheet.MOST_ROWS
    if not number:
        raise FileRefused(_("表中没有设备，请从第二行开始填写。"))
    if number > most:
        raise FileRefused(_("一次最多导入 {most} 行，这张表有 {count} 行，请分成几张。", most=most, count=number))
    row = sheets.keep(session, actor, master_key, KIND, filename, content)
    audit.record(session, actor, "equipment.import_checked", "sheet_import", row.id, rows=number)
    return row.id


def report(
    session: Session, master_key: bytes | None, row: SheetImport, reading: Reading, *, lock: bool = False
) -> Report:
    """What the upload would do to the register as it is now. Raises Conflict once it has ended."""
    listing = reading.take(sheets.content(session, master_key, row))
    numbers = [one.values["number"] for one in listing.rows if one.values.get("number")]
    stored, rows, seen = sheet.stored(session, numbers, lock=lock), list[ImportRow](), dict[str, int]()
    spaces = dict(reading.places)
    for line in listing.rows:
        rows.append(_judged(line, stored, reading.plan, spaces, seen))
    return Report(listing, rows, _preview_digest(rows))


def returned(session: Session, actor: Actor, master_key: bytes | None, row: SheetImport, reading: Reading) -> bytes:
    """The uploaded sheet with its faults at their cells."""
    found = report(session, master_key, row, reading)
    written = lists.returned(found.listing, {one.row: one.errors for one in found.rows if one.errors})
    audit.record(session, actor, "equipment.import_returned", "sheet_import", row.id, rows=len(found.rows))
    return written


def apply(
    session: Session, actor: Actor, master_key: bytes | None, row: SheetImport, reading: Reading, preview_digest: str
) -> Mapping[str, int] | None:
    """Write all rows that are right, once; None, and nothing written, when the register changed since the preview."""
    service.lock_numbering(session)
    found = report(session, master_key, row, reading, lock=True)
    if found.preview_digest != preview_digest:
        return None
    counts = found.counts
    fresh, changed = ([one for one in found.rows if one.state == state] for state in (ADDED, CHANGED))
    free = iter(service.next_numbers(session, len(fresh), besides={str(one.number) for one in fresh}))
    for one in fresh:
        _add(session, one, one.number or next(free))
    for one in changed:
        for name in one.changes:
            setattr(one.item, name, one.values[name])
    session.flush()
    session.add_all(service.line(actor, one.item, *_deed(one)) for one in (*fresh, *changed) if one.item)
    sheets.finish(row, **counts)
    session.flush()
    outbox.publish(session, NumbersChanged(clock.month(clock.today()).isoformat()))
    audit.record(session, actor, "equipment.imported", "sheet_import", row.id, sha256=row.sha256, **counts)
    return counts


def discard(session: Session, actor: Actor, row: SheetImport) -> None:
    """Give an upload up. Raises Conflict once it has ended."""
    sheets.discard(row)
    session.flush()
    audit.record(session, actor, "equipment.import_discarded", "sheet_import", row.id)


def _add(session: Session, one: ImportRow, number: str) -> None:
    about = {"number": number, "state": "in_use", "faulty": False, "created_at": clock.now()}
    one.item = EquipmentItem(id=uuid7(), **{**one.values, **about})
    one.changes = []
    session.add(one.item)


def _deed(one: ImportRow) -> tuple[str, dict[str, Any]]:
    return ("changed", {"fields": one.changes}) if one.changes else ("added", {})


def _judged(
    line: ListRow,
    stored: Mapping[str, EquipmentItem],
    plan: Plan,
    spaces: Mapping[UUID, str],
    seen: dict[str, int],
) -> ImportRow:
    number = line.values.get("number")
    one = ImportRow(line.number, number, stored.get(number or ""), errors={k: list(v) for k, v in line.errors.items()})
    if one.errors:
        return one
    if number and number in seen:
        _fault(one, "number", _("与第 {row} 行的编号相同", row=seen[number]))
    elif number:
        seen[number] = line.number
    if one.item and one.item.state == "scrapped":
        _fault(one, "number", _("这件设备已经报废，不能再改动。"))
    given = dict(line.values)
    if given.get("space_id"):
        given["space_id"] = UUID(given["space_id"])
    for name in service.FIELDS:
        now = getattr(one.item, name) if one.item else None
        one.values[name] = now if given.get(name) is None else given[name]
        if one.item and one.values[name] != now:
            one.changes.append(name)
    if one.item is None or one.changes:
        known = {**spaces, one.values["space_id"]: ""} if one.item else spaces
        for name, said in service.wrong(one.values, plan.kinds, known).items():
            for text in said:
                _fault(one, name, text)
    return one


def _fault(one: ImportRow, key: str, said: str) -> None:
    one.errors.setdefault(key, []).append(said.render() if isinstance(said, Message) else said)


def _preview_digest(rows: Iterable[ImportRow]) -> str:
    """A digest of what would be done; another one says that the register has changed since."""
    said = [
        [one.row, one.state, str(one.item.id) if one.item else None, one.item.version if one.item else 0]
        for one in rows
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()
