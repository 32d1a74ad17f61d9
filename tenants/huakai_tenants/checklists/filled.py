"""A run's workbook, filled in elsewhere, on its way in: its faults at their cells, its changes, and their writing."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from marshmallow import ValidationError
from sqlalchemy.orm import Session

from huakai_platform import forms
from huakai_platform.forms.definitions import FILES
from huakai_platform.kernel import audit
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import Conflict, FileRefused
from huakai_platform.kernel.fields import Text
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.workbooks import Cell, cells, lists
from huakai_platform.kernel.workbooks.lists import ListColumn, Listing, ListRow
from huakai_platform.kernel.workbooks.model import address
from huakai_platform.standards.pinned import pinned
from huakai_tenants.checklists import answers, service
from huakai_tenants.checklists.models import ChecklistRun
from huakai_tenants.checklists.service import Given, Sheet
from huakai_tenants.sheets import service as sheets
from huakai_tenants.sheets.models import SheetImport

CODE, ANSWER, REMARK = "code", "answer", "note"
COLUMNS = (
    ListColumn(CODE, _("编号"), Text(max_length=64, required=True), also=("Code",)),
    ListColumn(ANSWER, _("填写"), Text(max_length=2000, multiline=True, required=True), also=("Answer",)),
    ListColumn(REMARK, _("备注"), Text(max_length=500, multiline=True), also=("Remark",)),
)
RUN = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""How a workbook says whose it is, above its header."""


@dataclass(frozen=True)
class Line:
    """What a row of the workbook says of an item, beside what the run has."""

    item: forms.Item
    given: Given | None
    value: Any
    note: str | None

    @property
    def before(self) -> tuple[Any, str | None]:
        return (self.given.value, self.given.note) if self.given else (None, None)

    @property
    def version(self) -> int:
        return self.given.version if self.given else 0

    @property
    def changed(self) -> bool:
        return (self.value, self.note) != self.before


@dataclass(frozen=True)
class Report:
    """The dry run of a workbook."""

    listing: Listing
    lines: Sequence[Line]
    faults: Mapping[int, Mapping[str, Sequence[str]]]
    open: Sequence[forms.Problem]
    """What the run still lacks once the workbook is in it."""

    @property
    def changes(self) -> list[Line]:
        return [line for line in self.lines if line.changed]

    @property
    def cells(self) -> list[tuple[str, str]]:
        """Each fault with the name of its cell."""
        return [
            (address(number - 1, self.listing.places.get(key, 0)), said)
            for number, about in sorted(self.faults.items())
            for key, all_said in about.items()
            for said in all_said
        ]

    @property
    def preview_digest(self) -> str:
        """Names what would be written over what."""
        said = [(line.item.code, line.version, line.value, line.note) for line in self.changes]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def kind(run_id: UUID) -> str:
    return f"run:{run_id}"


def workbook(sheet: Sheet, *, blank: bool, locale: object) -> bytes:
    """The run as a workbook to fill in, with its answers or without."""
    mark = str(sheet.run.id)
    if blank:
        return forms.workbook(sheet.definition, mark=mark, locale=locale)
    notes = {item: given.note for item, given in sheet.answers.items()}
    return forms.workbook(sheet.definition, sheet.values, notes, mark=mark, locale=locale)


def fillable(session: Session, run_id: UUID) -> ChecklistRun:
    """A run that a workbook may be taken into, locked against its completion. Raises Conflict."""
    run = service.open_run(session, run_id)
    if run.edition_id != pinned(session).edition_id:
        raise Conflict(_("这张检查单用的是以前版本的标准，不能导入工作簿，请在页面上填写。"))
    return run


def check(
    session: Session, actor: Actor, master_key: bytes | None, run_id: UUID, filename: str, content: bytes
) -> UUID:
    """Keep a workbook that can be read, sealed, for its dry run. Raises Conflict or FileRefused."""
    fillable(session, run_id)
    if not _read(run_id, content).rows:
        raise FileRefused(_("工作簿中没有检查项，请用本检查单的工作簿填写。"))
    row = sheets.keep(session, actor, master_key, kind(run_id), filename, content)
    audit.record(session, actor, "checklists.workbook_checked", "checklist_run", run_id, sha256=row.sha256)
    return row.id


def report(session: Session, master_key: bytes | None, run_id: UUID, row: SheetImport) -> Report:
    """What the workbook would do to the run as it is now. Raises Conflict once it has ended."""
    listing, sheet = _read(run_id, sheets.content(session, master_key, row)), service.sheet(session, run_id)
    faults: dict[int, dict[str, list[str]]] = {}
    lines: dict[str, Line] = {}
    for one in listing.rows:
        try:
            line = _line(listing, one, sheet, lines)
        except ValidationError as refused:
            said = refused.messages_dict
            faults[one.number] = {key: [_said(told) for told in said[key]] for key in said}
        else:
            lines[line.item.code] = line
    values = sheet.values | {code: line.value for code, line in lines.items()}
    return Report(listing, [*lines.values()], faults, forms.missing(sheet.definition, values, sheet.proofs))


def returned(session: Session, master_key: bytes | None, run_id: UUID, row: SheetImport) -> bytes:
    """The workbook as it came, with the faults at their cells."""
    found = report(session, master_key, run_id, row)
    return lists.returned(found.listing, found.faults)


def apply(
    session: Session, actor: Actor, master_key: bytes | None, run_id: UUID, import_id: UUID, preview_digest: str
) -> int | None:
    """Write the answers of the rows that are right, once; later calls give the same number and write nothing.

    None, and nothing written, when an answer has changed since the preview. Raises Conflict.
    """
    row = sheets.get(session, kind(run_id), import_id, lock=True)
    if row.state == "applied":
        return int(row.summary["changed"])
    fillable(session, run_id)
    found = report(session, master_key, run_id, row)
    if found.preview_digest != preview_digest:
        return None
    for line in found.changes:
        code, note = line.item.code, line.note or ""
        answers.save(session, actor, run_id, code, line.value, version=line.version, note=note)
    counts = {"changed": len(found.changes), "faulty": len(found.faults)}
    sheets.finish(row, **counts)
    session.flush()
    audit.record(session, actor, "checklists.filled_in", "checklist_run", run_id, sha256=row.sha256, **counts)
    return len(found.changes)


def _read(run_id: UUID, content: bytes) -> Listing:
    listing = lists.take(content, COLUMNS, forms.HEADINGS)
    above = "\n".join(cell.text for row in listing.sheet.rows[: listing.head] for cell in row)
    if (said := RUN.search(above)) and said[0] != str(run_id):
        raise FileRefused(_("这是另一张检查单的工作簿，请下载本检查单的工作簿填写。"))
    return listing


def _line(listing: Listing, row: ListRow, sheet: Sheet, before: Mapping[str, Line]) -> Line:
    """What a row says; a blank cell leaves what the run has. Raises ValidationError by column."""
    text = {key: listing.sheet.cell(row.number - 1, place) for key, place in listing.places.items()}
    item = sheet.definition.item(text[CODE].text)
    if item is None:
        raise ValidationError({CODE: [_("本检查单的标准中没有这一项。")]})
    if item.code in before:
        raise ValidationError({CODE: [_("这一项在前面已经写过。")]})
    given = sheet.answers.get(item.code)
    value, note = _answer(item, text[ANSWER]), _note(text.get(REMARK))
    old_value, old_note = (given.value, given.note) if given else (None, None)
    return Line(item, given, old_value if value is None else value, note or old_note)


def _note(cell: Cell | None) -> str:
    try:
        if cell is None:
            return ""
        cells.refuse(cell)
        return str(answers.NOTE.deserialize(cells.told(cell.value)))
    except ValidationError as refused:
        raise ValidationError({REMARK: list(_flat(refused.messages))}) from None


def _answer(item: forms.Item, cell: Cell) -> Any:
    """What a cell says; none where it is blank. Raises ValidationError at the answer's column."""
    if item.kind in FILES and cell.text:
        raise ValidationError({ANSWER: [_("照片和文件不能写在工作簿里，请在页面上传。")]})
    try:
        cells.refuse(cell)
        return forms.from_cell(item, cell.value)
    except ValidationError as refused:
        raise ValidationError({ANSWER: list(_flat(refused.messages))}) from None


def _flat(said: Any) -> Iterator[str]:
    for one in said.values() if isinstance(said, dict) else said:
        if isinstance(one, str):
            yield one
        else:
            yield from _flat(one)


def _said(told: Any) -> str:
    return told.render() if isinstance(told, Message) else str(told)
