"""A filled-in sheet of training on its way in: dry run, the marked workbook, and once the writing of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, update
from sqlalchemy.orm import Session

from huakai_platform.kernel import audit, clock, outbox, tenancy
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.db import table
from huakai_platform.kernel.errors import FileRefused
from huakai_platform.kernel.events import NumbersChanged
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.workbooks import lists
from huakai_platform.kernel.workbooks.lists import Listing
from huakai_platform.standards.pinned import pinned
from huakai_tenants.sheets import service as sheets
from huakai_tenants.sheets.models import SheetImport
from huakai_tenants.training import curriculum, judging, service, sheet
from huakai_tenants.training.judging import ADDED, CHANGED, FAULTY, UNCHANGED, ImportRow
from huakai_tenants.training.models import TrainingRecord

KIND = "training"
STATES = (ADDED, CHANGED, UNCHANGED, FAULTY)
RECOUNTED = 12
"""Months that are counted anew at most: as many as a series shows."""


@dataclass(frozen=True)
class Report:
    """The dry run of an upload; `preview_digest` names what it would do."""

    listing: Listing
    rows: Sequence[ImportRow]
    preview_digest: str

    @property
    def counts(self) -> dict[str, int]:
        return {state: sum(one.state == state for one in self.rows) for state in STATES}


def check(
    session: Session, actor: Actor, master_key: bytes | None, filename: str, content: bytes, language: str
) -> UUID:
    """Keep an upload that can be read, sealed, for its dry run. Raises FileRefused."""
    courses = curriculum.of(session, pinned(session).edition_id).courses
    listing = lists.take(content, sheet.columns(sheet.people(session), courses, language))
    number, most = len(listing.rows), sheet.MOST_ROWS
    if not number:
        raise FileRefused(_("表中没有培训记录，请从第二行开始填写。"))
    if number > most:
        raise FileRefused(_("一次最多导入 {most} 行，这张表有 {count} 行，请分成几张。", most=most, count=number))
    row = sheets.keep(session, actor, master_key, KIND, filename, content)
    audit.record(session, actor, "training.import_checked", "sheet_import", row.id, rows=number)
    return row.id


def report(
    session: Session, master_key: bytes | None, row: SheetImport, language: str, *, lock: bool = False
) -> Report:
    """What the upload would do to the records as they are now. Raises Conflict once it has ended."""
    courses, people = curriculum.of(session, pinned(session).edition_id).courses, sheet.people(session)
    listing = lists.take(sheets.content(session, master_key, row), sheet.columns(people, courses, language))
    stored = sheet.stored(session, judging.members(listing, people), lock=lock)
    rows = judging.judge(listing, people, courses, stored)
    return Report(listing, rows, judging.preview_digest(rows))


def returned(session: Session, actor: Actor, master_key: bytes | None, row: SheetImport, language: str) -> bytes:
    """The uploaded sheet with its faults at their cells; on record, as it names persons."""
    found = report(session, master_key, row, language)
    written = lists.returned(found.listing, {one.row: one.errors for one in found.rows if one.errors})
    audit.record(session, actor, "training.import_returned", "sheet_import", row.id, rows=len(found.rows))
    return written


def apply(
    session: Session, actor: Actor, master_key: bytes | None, row: SheetImport, language: str, preview_digest: str
) -> Mapping[str, int] | None:
    """Write all rows that are right, once, in as many statements for many rows as for few.

    None, and nothing written, when the records have changed since the preview. Raises Conflict once it has ended.
    """
    found = report(session, master_key, row, language, lock=True)
    if found.preview_digest != preview_digest:
        return None
    counts = found.counts
    added = [one for one in found.rows if one.state == ADDED]
    changed = [one for one in found.rows if one.state == CHANGED]
    _add(session, actor, added)
    _change(session, changed)
    sheets.finish(row, **counts)
    session.flush()
    _count(session, [one.values["held_on"] for one in (*added, *changed)])
    audit.record(session, actor, "training.imported", "sheet_import", row.id, sha256=row.sha256, **counts)
    return counts


def discard(session: Session, actor: Actor, row: SheetImport) -> None:
    """Give an upload up. Raises Conflict once it has ended."""
    sheets.discard(row)
    session.flush()
    audit.record(session, actor, "training.import_discarded", "sheet_import", row.id)


def _add(session: Session, actor: Actor, rows: Sequence[ImportRow]) -> None:
    shared = {
        "tenant_id": tenancy.current(session),
        "recorded_by": actor.account_id,
        "recorded_at": clock.now(),
        "version": 1,
    }
    lines = [
        {**one.values, **shared, "id": uuid7(), "member_id": one.member.id, "course": one.given["course"]}
        for one in rows
        if one.member
    ]
    if lines:
        session.execute(insert(table(TrainingRecord)), lines)


def _change(session: Session, rows: Sequence[ImportRow]) -> None:
    """Change records that were locked when they were read."""
    records = table(TrainingRecord)
    here = (records.c.tenant_id == tenancy.current(session)) & (records.c.id == bindparam("of_record"))
    lines = [{**one.values, "of_record": one.record.id} for one in rows if one.record]
    if lines:
        values: dict[str, Any] = {name: bindparam(name) for name in service.FIELDS}
        session.connection().execute(update(records).where(here).values(version=records.c.version + 1, **values), lines)


def _count(session: Session, held: Sequence[date]) -> None:
    """The present month counts anew, and those of the training, as far back as a series goes."""
    now = clock.month(clock.today())
    oldest = clock.months_on(now, -RECOUNTED)
    for month in sorted({now, *(clock.month(day) for day in held)} if held else ()):
        if oldest <= month <= now:
            outbox.publish(session, NumbersChanged(month.isoformat()))
