"""A list as a sheet: the template to fill in, the dry run of one that came in, and the writing of it.

The dry run is the writing itself, taken back: what it says is what will be done.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from huakai_platform.kernel import tenancy
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import FileRefused
from huakai_platform.kernel.fields import Checked, Choice, Date, Id
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.workbooks import lists as workbooks
from huakai_platform.kernel.workbooks.lists import ListColumn, Listing, ListRow
from huakai_platform.resources import lists, schemas, words
from huakai_platform.resources.fields import C, Field, Question, R, Resource

ADDED, CHANGED, UNCHANGED, FAULTY = "added", "changed", "unchanged", "faulty"
STATES = (ADDED, CHANGED, UNCHANGED, FAULTY)
MOST_ROWS = 2_000
PICK, DAY = _("从下拉列表中选择。"), _("如 2026-01-05。")


@dataclass
class ImportRow(Generic[R]):
    """A row of a sheet and what comes of it.

    `values` are those of the filled cells; a blank cell changes nothing. `record` is the thing that the row means,
    where there is one already. The store adds to `errors`, by field, what its rules refuse.
    """

    row: int
    """As Excel counts."""
    values: Mapping[str, Any] = field(default_factory=dict)
    record: R | None = None
    changes: list[str] = field(default_factory=list)
    errors: dict[str, list[str]] = field(default_factory=dict)

    @property
    def state(self) -> str:
        if self.errors:
            return FAULTY
        if self.record is None:
            return ADDED
        return CHANGED if self.changes else UNCHANGED

    def refuse(self, name: str, message: str) -> None:
        """Say what is wrong with a field, in the reader's language."""
        self.errors.setdefault(name, []).append(message.render() if isinstance(message, Message) else message)


@dataclass(frozen=True)
class Report(Generic[R]):
    """What a sheet would do, or has done; `preview_digest` is another one once the list has changed meanwhile."""

    listing: Listing
    rows: Sequence[ImportRow[R]]
    preview_digest: str

    @property
    def counts(self) -> dict[str, int]:
        return {state: sum(one.state == state for one in self.rows) for state in STATES}


class Writes(Protocol[R]):
    """The part of a store that a sheet needs."""

    def apply(self, session: Session, actor: Actor, rows: Sequence[ImportRow[R]]) -> None: ...


def columns(resource: Resource[C, R], context: C) -> tuple[ListColumn, ...]:
    """The columns of the sheet in order, with drop-downs in the reader's language."""
    return tuple(_column(one, context) for one in resource.into("sheet"))


def template(resource: Resource[C, R], context: C, rows: Sequence[R] = (), guide: Sequence[Message] = ()) -> bytes:
    """The sheet to fill in, with what is known already."""
    fields = resource.into("sheet")
    known = [{one.name: _kept(words.value(one, row, context)) for one in fields} for row in rows]
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
    session: Session, resource: Resource[C, R], store: Writes[R], actor: Actor, listing: Listing, context: C
) -> Report[R]:
    """What the sheet would do to the list as it is now; nothing stays written."""
    with session.begin_nested() as point:
        found = _done(session, resource, store, actor, listing, context)
        point.rollback()
    return found


def apply(
    session: Session,
    resource: Resource[C, R],
    store: Writes[R],
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
    session: Session, resource: Resource[C, R], store: Writes[R], actor: Actor, listing: Listing, context: C
) -> Report[R]:
    _lock(session, resource)
    rows = _recognised(session, resource, actor, listing.rows, context)
    before = [(one.record, list(one.changes)) for one in rows]
    store.apply(session, actor, [one for one in rows if one.state in {ADDED, CHANGED}])
    session.flush()
    for one, (record, changes) in zip(rows, before, strict=True):
        one.record, one.changes = record, changes
    return Report(listing, rows, _digest(rows))


def _lock(session: Session, resource: Resource[C, R]) -> None:
    """Let one sheet of a list after the other in, until commit."""
    whose = f"sheet:{resource.name}:{tenancy.current(session)}"
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(whose, 0))))


def _recognised(
    session: Session, resource: Resource[C, R], actor: Actor, lines: Sequence[ListRow], context: C
) -> list[ImportRow[R]]:
    rows = [
        ImportRow[R](
            one.number, _filled(resource, one.values), errors={key: list(said) for key, said in one.errors.items()}
        )
        for one in lines
    ]
    _refuse_doubles(resource, rows)
    right = [one for one in rows if not one.errors]
    stored = _stored(session, resource, actor, right, context)
    _by_mark(resource, right, stored)
    _by_likeness(resource, right, stored, context)
    for one in right:
        if one.record is not None:
            one.changes = [
                each.name
                for each in resource.into("sheet")
                if each.name in one.values and words.value(each, one.record, context) != one.values[each.name]
            ]
    return rows


def _filled(resource: Resource[C, R], values: Mapping[str, Any]) -> dict[str, Any]:
    """What the filled cells hold; a word of a drop-down that stands for an object is its id."""
    ids = {one.name for one in resource.into("sheet") if isinstance(one.kind, Id)}
    return {name: UUID(value) if name in ids else value for name, value in values.items() if value is not None}


def _marks(resource: Resource[C, R]) -> list[Field[C]]:
    return [one for one in resource.into("sheet") if one.recognises]


def _refuse_doubles(resource: Resource[C, R], rows: Iterable[ImportRow[R]]) -> None:
    """Two rows that name one thing contradict each other."""
    for mark in _marks(resource)[:1]:
        seen: dict[Any, int] = {}
        for one in rows:
            if (value := one.values.get(mark.name)) is None:
                continue
            if value in seen:
                one.refuse(mark.name, _("与第 {row} 行的{what}相同", row=seen[value], what=mark.label))
            seen.setdefault(value, one.row)


def _stored(
    session: Session, resource: Resource[C, R], actor: Actor, rows: Sequence[ImportRow[R]], context: C
) -> list[R]:
    """What the rows may mean: things with their marks, and those of the usual list that share what must be filled."""
    if not rows:
        return []
    selected = resource.rows().select.selected_columns
    named = [
        selected[mark.name].in_(values)
        for mark in _marks(resource)
        if (values := sorted({one.values[mark.name] for one in rows if mark.name in one.values}))
    ]
    found: dict[Any, R] = {}
    if named:
        for thing in lists.read(
            session, resource, lists.unordered_query(resource, actor, Question(), context).where(or_(*named))
        ):
            found[thing.id] = thing
    if any(_nameless(resource, one) for one in rows):
        query = lists.unordered_query(resource, actor, schemas.usual(resource), context)
        for needed in (one for one in resource.into("sheet") if one.kind.required):
            query = query.where(selected[needed.name].in_({one.values[needed.name] for one in rows}))
        for thing in lists.read(session, resource, query):
            found.setdefault(thing.id, thing)
    return list(found.values())


def _nameless(resource: Resource[C, R], one: ImportRow[R]) -> bool:
    return not any(mark.name in one.values for mark in _marks(resource))


def _by_mark(resource: Resource[C, R], rows: Sequence[ImportRow[R]], stored: Sequence[R]) -> None:
    for mark in _marks(resource):
        known = {getattr(thing, mark.name): thing for thing in stored if getattr(thing, mark.name) is not None}
        for one in rows:
            if one.record is None and mark.name in one.values:
                one.record = known.get(one.values[mark.name])


def _by_likeness(resource: Resource[C, R], rows: Sequence[ImportRow[R]], stored: Sequence[R], context: C) -> None:
    """Rows without a mark mean the things that are just like them, each one of them once."""
    taken = {one.record.id for one in rows if one.record is not None}
    marks = _marks(resource)
    names = [one.name for one in resource.into("sheet") if one not in marks[:1]]
    fields = {one.name: one for one in resource.into("sheet")}
    alike: dict[tuple[Any, ...], list[R]] = {}
    for thing in stored:
        if thing.id not in taken:
            said = tuple(words.value(fields[name], thing, context) for name in names)
            alike.setdefault(said, []).append(thing)
    for one in rows:
        if _nameless(resource, one):
            left = alike.get(tuple(one.values.get(name) for name in names), [])
            one.record = left.pop(0) if left else None


def _kept(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value


def _digest(rows: Iterable[ImportRow[R]]) -> str:
    said = [[one.row, one.state, *((str(one.record.id), one.record.version) if one.record else ())] for one in rows]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _column(one: Field[C], context: C) -> ListColumn:
    known = words.choices(one, context)
    kind: Checked[Any] = Choice(known, required=one.kind.required) if one.choices else copy(one.kind)
    note = one.note or (PICK if one.choices else DAY if isinstance(one.kind, Date) else None)
    return ListColumn(one.name, one.label, kind, one.width, note.render() if note else "", known)
