"""Which thing a row of a sheet means, so that a sheet sent again adds nothing twice."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from huakai_platform.kernel import search
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.fields import Id
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.workbooks.lists import ListRow
from huakai_platform.kernel.workbooks.words import NOTHING
from huakai_platform.resources import lists, schemas, words
from huakai_platform.resources.fields import C, Field, Question, R, Resource
from huakai_platform.resources.rows import ImportRow


def rows(
    session: Session, resource: Resource[C, R], actor: Actor, lines: Iterable[ListRow], context: C
) -> list[ImportRow[R]]:
    """The rows with the things that they mean: by the marks of the list, the first of them before all others, however
    they are typed; a row without any mark means a thing that is just like it, each thing once."""
    found = [
        ImportRow[R](one.number, _filled(resource, one.values), errors={k: list(v) for k, v in one.errors.items()})
        for one in lines
    ]
    marks = [one for one in resource.into("sheet") if one.recognises]
    for mark in marks:
        _refuse_doubles(mark, found)
    right = [one for one in found if not one.errors]
    for mark, others in [(mark, marks[:at]) for at, mark in enumerate(marks)]:
        _by_mark(session, resource, actor, mark, [one for one in right if not _marked(one, others)], context)
    _by_likeness(session, resource, actor, marks, right, context)
    for one in (one for one in right if one.record is not None):
        one.changes = [
            each.name
            for each in resource.into("sheet")
            if each.name in one.values and words.value(each, one.record, context) != one.values[each.name]
        ]
    return found


def _filled(resource: Resource[C, R], values: Mapping[str, Any]) -> dict[str, Any]:
    """What the filled cells hold; a word of a drop-down that stands for an object is its id, and a mark of those who
    wrote that there is none is none."""
    ids = {one.name for one in resource.into("sheet") if isinstance(one.kind, Id)}
    marks = {one.name for one in resource.into("sheet") if one.recognises}
    return {
        name: UUID(value) if name in ids else value
        for name, value in values.items()
        if value is not None and not (name in marks and _folded(value) in NOTHING)
    }


def _folded(value: Any) -> str:
    return search.fold(str(value))


def _marked(one: ImportRow[R], marks: Iterable[Field[C]]) -> bool:
    return any(mark.name in one.values for mark in marks)


def _refuse_doubles(mark: Field[C], rows: Iterable[ImportRow[R]]) -> None:
    """Two rows that name one thing contradict each other."""
    seen: dict[str, int] = {}
    for one in rows:
        if one.errors or mark.name not in one.values:
            continue
        first = seen.setdefault(_folded(one.values[mark.name]), one.row)
        if first != one.row:
            one.refuse(mark.name, _("与第 {row} 行的{what}相同", row=first, what=mark.label))


def _by_mark(
    session: Session, resource: Resource[C, R], actor: Actor, mark: Field[C], rows: Sequence[ImportRow[R]], context: C
) -> None:
    asked = {_folded(one.values[mark.name]): one for one in rows if mark.name in one.values}
    if not asked:
        return
    query = lists.unordered_query(resource, actor, Question(), context)
    named = query.where(search.folded(query.selected_columns[mark.name]).in_(sorted(asked)))
    known: defaultdict[str, list[R]] = defaultdict(list)
    for thing in lists.read(session, resource, named.order_by(resource.key)):
        known[_folded(getattr(thing, mark.name))].append(thing)
    for said, things in known.items():
        one = asked[said]
        if len(things) > 1:
            one.refuse(mark.name, _("有 {count} 条登记的{what}相同", count=len(things), what=mark.label))
        else:
            one.record = things[0]


def _by_likeness(
    session: Session,
    resource: Resource[C, R],
    actor: Actor,
    marks: Sequence[Field[C]],
    rows: Sequence[ImportRow[R]],
    context: C,
) -> None:
    nameless = [one for one in rows if not one.errors and not _marked(one, marks)]
    if not nameless:
        return
    compared = [one for one in resource.into("sheet") if one not in marks[:1]]
    query = lists.unordered_query(resource, actor, schemas.usual(resource), context)
    needed = [one.name for one in compared if one.kind.required]
    shared = [query.selected_columns[name].in_({one.values[name] for one in nameless}) for name in needed]
    taken = {one.record.id for one in rows if one.record is not None}
    alike: defaultdict[tuple[Any, ...], list[R]] = defaultdict(list)
    for thing in lists.read(session, resource, query.where(*shared).order_by(resource.key)):
        if thing.id not in taken:
            alike[tuple(words.value(one, thing, context) for one in compared)].append(thing)
    for row in nameless:
        left = alike.get(tuple(row.values.get(one.name) for one in compared))
        row.record = left.pop(0) if left else None
