"""A filled-in sheet of a register on its way in: dry run, the marked workbook, and once the writing of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from huakai_platform.kernel import audit
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import FileRefused
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.workbooks import lists
from huakai_platform.kernel.workbooks.lists import Listing
from huakai_platform.registers import entries, judging, sheet
from huakai_platform.registers.definitions import Register
from huakai_platform.registers.entries import Entry
from huakai_platform.registers.entry_store import EntryStore
from huakai_platform.registers.uploads import Uploads
from huakai_platform.registers.writing import Writing
from huakai_platform.resources import sheets
from huakai_platform.resources.rows import ADDED, CHANGED
from huakai_platform.resources.sheets import Report


@dataclass(frozen=True)
class Done:
    """What an import wrote, and the days whose numbers it changed."""

    counts: Mapping[str, int]
    days: set[date]


@dataclass(frozen=True)
class EntryImport:
    """A register that takes in sheets: whose hand it is, where entries stand, where uploads wait."""

    session: Session
    actor: Actor
    register: Register
    store: EntryStore
    uploads: Uploads
    edition_id: UUID
    language: str

    def check(self, filename: str, content: bytes) -> UUID:
        """Keep an upload that can be read for its dry run. Raises FileRefused and Forbidden."""
        entries.may_write(self.actor, self.register)
        number, most = len(self._take(content).rows), sheet.MOST_ROWS
        if not number:
            raise FileRefused(_("表中没有登记，请从第二行开始填写。"))
        if number > most:
            raise FileRefused(_("一次最多导入 {most} 行，这张表有 {count} 行，请分成几张。", most=most, count=number))
        import_id = self.uploads.keep(self.actor, filename, content)
        code = self.register.code
        audit.record(
            self.session, self.actor, "registers.import_checked", "sheet_import", import_id, register=code, rows=number
        )
        return import_id

    def report(self, row: Any, *, lock: bool = False) -> Report[Entry]:
        """What the upload would do to the entries as they are now. Raises Conflict once it has ended."""
        listing = self._take(self.uploads.content(row))
        found = judging.stored(self.session, self.store, self.register, listing, lock=lock)
        rows = judging.judge(self.register, listing, found)
        return Report(listing, rows, sheets.digest(rows))

    def returned(self, row: Any) -> bytes:
        """The uploaded sheet with its faults at their cells."""
        found = self.report(row)
        written = sheets.returned(found)
        audit.record(
            self.session,
            self.actor,
            "registers.import_returned",
            "sheet_import",
            row.id,
            register=self.register.code,
            rows=len(found.rows),
        )
        return written

    def apply(self, row: Any, preview_digest: str) -> Done | None:
        """Write all rows that are right, once, in as many statements for many rows as for few.

        None, and nothing written, when the entries have changed since the preview. Raises Conflict once it has ended.
        """
        entries.may_write(self.actor, self.register)
        number = entries.next_number(self.session, self.store, self.register)
        found = self.report(row, lock=True)
        if found.preview_digest != preview_digest:
            return None
        said = [(one, judging.answers(self.register, one)) for one in found.rows if not one.errors]
        added = [answers for one, answers in said if one.state == ADDED]
        changed = [(one.record, answers) for one, answers in said if one.record and one.state == CHANGED]
        place = Writing(self.session, self.actor, self.store, self.register, self.edition_id)
        days = place.add_all(added, number) | place.change_all(changed)
        self.uploads.finish(row, **found.counts)
        self.session.flush()
        audit.record(
            self.session,
            self.actor,
            "registers.imported",
            "sheet_import",
            row.id,
            register=self.register.code,
            **found.counts,
        )
        return Done(found.counts, days)

    def discard(self, row: Any) -> None:
        """Give an upload up. Raises Conflict once it has ended."""
        self.uploads.discard(row)
        self.session.flush()
        audit.record(
            self.session, self.actor, "registers.import_discarded", "sheet_import", row.id, register=self.register.code
        )

    def template(self, filled: Sequence[Entry]) -> bytes:
        """The sheet to fill in; with entries, on record."""
        written = sheet.template(self.register, filled, self.language)
        if filled:
            code = self.register.code
            audit.record(self.session, self.actor, "registers.exported", "register", code, rows=len(filled))
        return written

    def _take(self, content: bytes) -> Listing:
        return lists.take(content, sheet.columns(self.register, self.language))
