"""A filled-in sheet of activities on its way in: dry run, the marked workbook, and once the writing of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, update
from sqlalchemy.orm import Session

from huakai_platform.kernel import audit, clock, tenancy
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.db import table
from huakai_platform.kernel.errors import FileRefused
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.workbooks import lists
from huakai_platform.kernel.workbooks.lists import Listing
from huakai_tenants.activities import catalogue, checking, judging, service, sheet, totals
from huakai_tenants.activities.judging import ADDED, CHANGED, FAULTY, UNCHANGED, ImportRow
from huakai_tenants.activities.models import Activity
from huakai_tenants.sheets import service as sheets
from huakai_tenants.sheets.models import SheetImport

KIND = "activities"
STATES = (ADDED, CHANGED, UNCHANGED, FAULTY)


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
    listing = lists.take(content, sheet.columns(catalogue.here(session), language))
    number, most = len(listing.rows), sheet.MOST_ROWS
    if not number:
        raise FileRefused(_("表中没有活动，请从第二行开始填写。"))
    if number > most:
        raise FileRefused(_("一次最多导入 {most} 行，这张表有 {count} 行，请分成几张。", most=most, count=number))
    row = sheets.keep(session, actor, master_key, KIND, filename, content)
    audit.record(session, actor, "activities.import_checked", "sheet_import", row.id, rows=number)
    return row.id


def report(
    session: Session, master_key: bytes | None, row: SheetImport, language: str, *, lock: bool = False
) -> Report:
    """What the upload would do to the activities as they are now. Raises Conflict once it has ended."""
    known = catalogue.here(session)
    if lock:
        checking.period_lock(session)
    listing = lists.take(sheets.content(session, master_key, row), sheet.columns(known, language))
    rows = judging.judge(listing, known, sheet.stored(session, listing, lock=lock), totals.all_rows(session))
    return Report(listing, rows, judging.preview_digest(rows))


def returned(session: Session, actor: Actor, master_key: bytes | None, row: SheetImport, language: str) -> bytes:
    """The uploaded sheet with its faults at their cells; that it was handed over is on record."""
    found = report(session, master_key, row, language)
    written = lists.returned(found.listing, {one.row: one.errors for one in found.rows if one.errors})
    audit.record(session, actor, "activities.import_returned", "sheet_import", row.id, rows=len(found.rows))
    return written


def apply(
    session: Session, actor: Actor, master_key: bytes | None, row: SheetImport, language: str, preview_digest: str
) -> Mapping[str, int] | None:
    """Write all rows that are right, once, in as many statements for many rows as for few.

    None, and nothing written, when the activities have changed since the preview. Raises Conflict once it has ended.
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
    if fresh := [*added, *changed]:
        service.numbers_changed(session, *(one.values["held_on"] for one in fresh))
    audit.record(session, actor, "activities.imported", "sheet_import", row.id, sha256=row.sha256, **counts)
    return counts


def discard(session: Session, actor: Actor, row: SheetImport) -> None:
    """Give an upload up. Raises Conflict once it has ended."""
    sheets.discard(row)
    session.flush()
    audit.record(session, actor, "activities.import_discarded", "sheet_import", row.id)


def _add(session: Session, actor: Actor, rows: Sequence[ImportRow]) -> None:
    shared = {
        "tenant_id": tenancy.current(session),
        "created_by": actor.account_id,
        "created_at": clock.now(),
        "checked_in": 0,
        "version": 1,
    }
    if lines := [{**one.values, **shared, "id": uuid7()} for one in rows]:
        session.execute(insert(table(Activity)), lines)


def _change(session: Session, rows: Sequence[ImportRow]) -> None:
    """Change activities that were locked when they were read."""
    activities = table(Activity)
    here = (activities.c.tenant_id == tenancy.current(session)) & (activities.c.id == bindparam("of_activity"))
    lines = [{**one.values, "of_activity": one.activity.id} for one in rows if one.activity]
    if lines:
        values: dict[str, Any] = {name: bindparam(name) for name in service.FIELDS}
        changing = update(activities).where(here).values(version=activities.c.version + 1, **values)
        session.connection().execute(changing, lines)
