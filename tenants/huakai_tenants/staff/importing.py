"""A filled-in sheet on its way into the register: dry run, the marked workbook, and once the writing of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, select, update
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
from huakai_tenants.sheets import service as sheets
from huakai_tenants.sheets.models import SheetImport
from huakai_tenants.staff import contacts, enrolling, judging, posts, sheet
from huakai_tenants.staff.judging import ADDED, CHANGED, FAULTY, UNCHANGED, ImportRow
from huakai_tenants.staff.models import StaffMember

KIND = "staff"
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
    listing = lists.take(content, sheet.columns(posts.plan(session), language))
    if not listing.rows:
        raise FileRefused(_("表中没有人员，请从第二行开始填写。"))
    if len(listing.rows) > sheet.MOST_ROWS:
        raise FileRefused(
            _(
                "一次最多导入 {most} 行，这张表有 {count} 行，请分成几张。",
                most=sheet.MOST_ROWS,
                count=len(listing.rows),
            )
        )
    row = sheets.keep(session, actor, master_key, KIND, filename, content)
    audit.record(session, actor, "staff.import_checked", "sheet_import", row.id, rows=len(listing.rows))
    return row.id


def report(
    session: Session, master_key: bytes | None, row: SheetImport, language: str, *, lock: bool = False
) -> Report:
    """What the upload would do to the register as it is now. Raises Conflict once it has ended."""
    plan = posts.plan(session)
    listing = lists.take(sheets.content(session, master_key, row), sheet.columns(plan, language))
    wanted = select(StaffMember.id, StaffMember.version, StaffMember.left_on, *_stored()).order_by(StaffMember.number)
    present = session.execute(wanted.with_for_update() if lock else wanted).all()
    rows = judging.judge(listing, plan, present, contacts.every(session, master_key))
    return Report(listing, rows, judging.preview_digest(rows))


def returned(session: Session, actor: Actor, master_key: bytes | None, row: SheetImport, language: str) -> bytes:
    """The uploaded sheet with its faults at their cells; on record, as it names persons."""
    found = report(session, master_key, row, language)
    written = lists.returned(found.listing, {one.row: one.errors for one in found.rows if one.errors})
    audit.record(session, actor, "staff.import_returned", "sheet_import", row.id, rows=len(found.rows))
    return written


def apply(
    session: Session, actor: Actor, master_key: bytes | None, row: SheetImport, language: str, preview_digest: str
) -> Mapping[str, int] | None:
    """Write all rows that are right, once, in as many statements for many rows as for few.

    None, and nothing written, when the register has changed since the preview. Raises Conflict once it has ended.
    """
    found = report(session, master_key, row, language, lock=True)
    if found.preview_digest != preview_digest:
        return None
    counts, written = found.counts, [one for one in found.rows if one.state in (ADDED, CHANGED)]
    ids = _add(session, [one for one in written if one.member is None])
    _change(session, [one for one in written if {*one.changes} & {*sheet.STORED}])
    about = {one.member.id if one.member else ids[one.row]: one.contact for one in written if one.contact}
    contacts.keep_all(session, master_key, about)
    sheets.finish(row, **counts)
    session.flush()
    _count(session, [one.values["joined_on"] for one in written])
    done = {"sha256": row.sha256, "contacts": len(about), **counts}
    audit.record(session, actor, "staff.imported", "sheet_import", row.id, **done)
    return counts


def discard(session: Session, actor: Actor, row: SheetImport) -> None:
    """Give an upload up. Raises Conflict once it has ended."""
    sheets.discard(row)
    session.flush()
    audit.record(session, actor, "staff.import_discarded", "sheet_import", row.id)


def _add(session: Session, rows: Sequence[ImportRow]) -> dict[int, UUID]:
    """Write new people down; gives their ids by row."""
    ids = {one.row: uuid7() for one in rows}
    taken = {*session.scalars(select(StaffMember.number)), *(one.values["number"] for one in rows)} - {None}
    free = iter(enrolling.after(taken, len(rows)))
    shared = {"tenant_id": tenancy.current(session), "created_at": clock.now(), "version": 1}
    lines = [{**one.values, **shared, "id": ids[one.row], "number": one.values["number"] or next(free)} for one in rows]
    if lines:
        session.execute(insert(table(StaffMember)), lines)
    return ids


def _change(session: Session, rows: Sequence[ImportRow]) -> None:
    """Change people who were locked when they were read."""
    members = table(StaffMember)
    here = (members.c.tenant_id == tenancy.current(session)) & (members.c.id == bindparam("of_member"))
    lines = [{**one.values, "of_member": one.member.id} for one in rows if one.member]
    if lines:
        values: dict[str, Any] = {name: bindparam(name) for name in sheet.STORED}
        session.connection().execute(update(members).where(here).values(version=members.c.version + 1, **values), lines)


def _count(session: Session, joined: Sequence[date]) -> None:
    """The present month counts anew, and those in which the people began, as far back as a series goes."""
    now = clock.month(clock.today())
    oldest = clock.months_on(now, -RECOUNTED)
    for month in sorted({now, *(clock.month(day) for day in joined)} if joined else ()):
        if oldest <= month <= now:
            outbox.publish(session, NumbersChanged(month.isoformat()))


def _stored() -> list[Any]:
    return [getattr(StaffMember, name) for name in sheet.STORED]
