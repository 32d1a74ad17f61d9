"""A list as a sheet: the template to fill in, the dry run of one that came in, and the writing of it.

The dry run is the writing itself, taken back: what it says is what will be done.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from huakai_platform.kernel import tenancy
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import FileRefused
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.workbooks import lists as workbooks
from huakai_platform.kernel.workbooks.lists import ListColumn, Listing
from huakai_platform.resources import columns as of_fields
from huakai_platform.resources import recognising, words
from huakai_platform.resources.fields import C, R, Resource
from huakai_platform.resources.rows import ADDED, CHANGED, STATES, UNCHANGED, ImportRow
from huakai_platform.resources.store import SheetStore

MOST_ROWS = 2_000


@dataclass(frozen=True)
class Report(Generic[R]):
    """What a sheet would do, or has done; `preview_digest` is another one once the list has changed meanwhile."""

    listing: Listing
    rows: Sequence[ImportRow[R]]
    preview_digest: str
    sealed: int = 0
    """How many of the rows that are right bring something to be sealed."""

    @property
    def counts(self) -> dict[str, int]:
        return {state: sum(one.state == state for one in self.rows) for state in STATES}

    def typed(self, row: ImportRow[R], name: str) -> str:
        """What the cell of a field says, read or not."""
        place = self.listing.places.get(name)
        return "" if place is None else self.listing.sheet.cell(row.row - 1, place).text


def columns(resource: Resource[C, R], context: C) -> tuple[ListColumn, ...]:
    """The columns of the sheet in order, with drop-downs in the reader's language."""
    return tuple(of_fields.column(one, context) for one in resource.into("sheet"))


def template(resource: Resource[C, R], context: C, rows: Sequence[R] = (), guide: Sequence[Message] = ()) -> bytes:
    """The sheet to fill in, with what is known already."""
    fields = [(one, of_fields.choices(one, context)) for one in resource.into("sheet") if not one.sealed]
    known = [
        {one.name: of_fields.written(one, words.value(one, row, context), coded) for one, coded in fields}
        for row in rows
    ]
    said = [one.render() for one in guide]
    return workbooks.template(resource.title.render(), columns(resource, context), known, said)


def take(resource: Resource[C, R], content: bytes, context: C) -> Listing:
    """Read a sheet's rows. Raises FileRefused where it cannot be read or has no heading of the list."""
    return workbooks.take(content, columns(resource, context))


def counted(listing: Listing) -> int:
    """How many rows there are. Raises FileRefused where there are none, or too many."""
    if not listing.rows:
        raise FileRefused(_("表中没有可以导入的行，请从表头下面一行开始填写。"))
    if len(listing.rows) > MOST_ROWS:
        about = {"most": MOST_ROWS, "count": len(listing.rows)}
        raise FileRefused(_("一次最多导入 {most} 行，这张表有 {count} 行，请分成几张。", **about))
    return len(listing.rows)


def preview(
    session: Session, resource: Resource[C, R], store: SheetStore[R], actor: Actor, listing: Listing, context: C
) -> Report[R]:
    """What the sheet would do to the list as it is now; nothing stays written."""
    with session.begin_nested() as point:
        found = _done(session, resource, store, actor, listing, context)
        point.rollback()
    return found


def apply(
    session: Session,
    resource: Resource[C, R],
    store: SheetStore[R],
    actor: Actor,
    listing: Listing,
    context: C,
    preview_digest: str,
) -> Report[R] | None:
    """Write the rows that are right. None, and nothing written, where the list has changed since the dry run."""
    with session.begin_nested() as point:
        found = _done(session, resource, store, actor, listing, context)
        if found.preview_digest != preview_digest:
            point.rollback()
            return None
    return found


def returned(report: Report[R]) -> bytes:
    """The sheet as it came in, with its faults at their cells."""
    return workbooks.returned(report.listing, {one.row: one.errors for one in report.rows if one.errors})


def _done(
    session: Session, resource: Resource[C, R], store: SheetStore[R], actor: Actor, listing: Listing, context: C
) -> Report[R]:
    _lock(session, resource)
    rows = recognising.rows(session, resource, actor, listing.rows, context)
    sealed = {one.name for one in resource.into("sheet") if one.sealed}
    store.apply(session, actor, [one for one in rows if not one.errors and (sealed or one.state != UNCHANGED)])
    session.flush()
    written = [one for one in rows if one.state in {ADDED, CHANGED}]
    bring = sum(bool(sealed & {*(one.changes if one.record else one.values)}) for one in written)
    return Report(listing, rows, digest(rows), bring)


def _lock(session: Session, resource: Resource[C, R]) -> None:
    """Let one sheet of a list after the other in, until commit."""
    whose = f"sheet:{resource.name}:{tenancy.current(session)}"
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(whose, 0))))


def digest(rows: Iterable[ImportRow[R]]) -> str:
    """Of what would be done; another one says that the list has changed since."""
    said = [[one.row, one.state, *((str(one.record.id), one.record.version) if one.record else ())] for one in rows]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()
