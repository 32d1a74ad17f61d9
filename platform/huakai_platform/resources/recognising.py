"""Which thing a row of a sheet means, so that a sheet sent again adds nothing twice."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import tuple_
from sqlalchemy.orm import Session

from huakai_platform.kernel import search
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.i18n import _, listed
from huakai_platform.kernel.workbooks.lists import ListRow
from huakai_platform.kernel.workbooks.words import NOTHING
from huakai_platform.resources import columns, lists, schemas, words
from huakai_platform.resources.fields import C, Field, Question, R, Resource
from huakai_platform.resources.rows import ImportRow


def rows(
    session: Session, resource: Resource[C, R], actor: Actor, lines: Iterable[ListRow], context: C
) -> list[ImportRow[R]]:
    """The rows with the things that they mean: by what identifies them, where the list has that; else by its marks,
    the first of them before all others, however they are typed; a row without any mark means a thing that is just like
    it, each thing once."""
    found = [
        ImportRow[R](one.number, _filled(resource, one.values), errors={k: list(v) for k, v in one.errors.items()})
        for one in lines
    ]
    if any(one.identifies for one in resource.into("sheet")):
        _by_identity(session, resource, actor, found, context)
    else:
        _by_marks(session, resource, actor, found, context)
    for one in (one for one in found if one.record is not None):
        one.changes = [
            each.name
            for each in resource.into("sheet")
            if each.name in one.values and words.value(each, one.record, context) != one.values[each.name]
        ]
    return found


def _filled(resource: Resource[C, R], values: Mapping[str, Any]) -> dict[str, Any]:
    """What the filled cells mean; a mark of those who wrote that there is none is none."""
    return {
        one.name: columns.meant(one, values[one.name])
        for one in resource.into("sheet")
        if values.get(one.name) is not None and not (one.recognises and _folded(values[one.name]) in NOTHING)
    }


def _by_identity(
    session: Session, resource: Resource[C, R], actor: Actor, found: Sequence[ImportRow[R]], context: C
) -> None:
    """Two rows of one thing contradict each other; all others mean the thing of the same values, if there is one."""
    identity = [one for one in resource.into("sheet") if one.identifies]
    asked: dict[tuple[Any, ...], ImportRow[R]] = {}
    for one in (one for one in found if not one.errors):
        first = asked.setdefault(tuple(one.values[each.name] for each in identity), one)
        if first is not one:
            what = listed(each.label for each in identity)
            one.refuse(identity[0].name, _("与第 {row} 行的{what}相同", row=first.row, what=what))
    if not asked:
        return
    query = lists.unordered_query(resource, actor, Question(), context)
    named = tuple_(*(query.selected_columns[each.name] for each in identity)).in_(list(asked))
    for thing in lists.read(session, resource, query.where(named)):
        asked[tuple(getattr(thing, each.name) for each in identity)].record = thing


def _by_marks(
    session: Session, resource: Resource[C, R], actor: Actor, found: Sequence[ImportRow[R]], context: C
) -> None:
    marks = [one for one in resource.into("sheet") if one.recognises]
    for mark in marks:
        _refuse_doubles(mark, found)
    right = [one for one in found if not one.errors]
    for mark, others in [(mark, marks[:at]) for at, mark in enumerate(marks)]:
        _by_mark(session, resource, actor, mark, [one for one in right if not _marked(one, others)], context)
    _by_likeness(session, resource, actor, marks, right, context)


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
