"""Which thing a row of a sheet means, so that a sheet sent again adds nothing twice."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String
from sqlalchemy.orm import Session

from huakai_platform.kernel import search
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.fields import Id
from huakai_platform.kernel.i18n import Message, _, listed
from huakai_platform.kernel.workbooks.lists import ListRow
from huakai_platform.kernel.workbooks.words import NOTHING
from huakai_platform.resources import lists, schemas, words
from huakai_platform.resources.fields import C, Field, Question, R, Resource
from huakai_platform.resources.rows import ImportRow

Key = tuple[str, ...]


@dataclass(frozen=True)
class Mark(Generic[C]):
    """The fields of one rank: their values together mean one thing. `told_by` are those of a better rank."""

    fields: Sequence[Field[C]]
    told_by: Sequence[Field[C]]

    @property
    def describes(self) -> bool:
        """Several fields behind a better mark may be the same of two things, as the name and the post of two people."""
        return len(self.fields) > 1 and bool(self.told_by)

    @property
    def place(self) -> str:
        """The field at which a row is told that it is not the only one: the one that would tell it apart."""
        return (self.told_by[0] if self.describes else self.fields[-1]).name

    def key(self, values: Mapping[str, Any]) -> Key | None:
        held = [values.get(one.name) for one in self.fields]
        return None if None in held else tuple(map(_folded, held))

    def is_told(self, row: ImportRow[R]) -> bool:
        """Whether the row has a better mark."""
        return any(row.values.get(one.name) is not None for one in self.told_by)

    def refuse(self, row: ImportRow[R], said: Message) -> None:
        row.refuse(
            self.place, _("{said}，请填写{what}", said=said, what=self.told_by[0].label) if self.describes else said
        )

    def what(self) -> str:
        return listed(one.label.render() for one in self.fields)


def rows(
    session: Session, resource: Resource[C, R], actor: Actor, lines: Iterable[ListRow], context: C
) -> list[ImportRow[R]]:
    """The rows with the things that they mean: by the marks of the list, the first of them before all others, however
    they are typed; a row without any mark means a thing that is just like it, each thing once."""
    fields, known = resource.into("sheet"), marks(resource)
    found = [
        ImportRow[R](one.number, _filled(fields, one.values), errors={k: list(v) for k, v in one.errors.items()})
        for one in lines
    ]
    for mark in (one for one in known if not one.describes):
        _refuse_doubles(mark, found)
    right = [one for one in found if not one.errors]
    for mark in known:
        _by_mark(mark, right, lists.unordered_query(resource, actor, Question(), context), session, resource)
    for mark in (one for one in known if one.describes):
        _refuse_doubles(mark, right)
    _by_likeness(session, resource, actor, known, right, context)
    for one in (one for one in right if one.record is not None):
        one.changes = [
            each.name
            for each in fields
            if each.name in one.values
            and not each.sealed
            and words.value(each, one.record, context) != one.values[each.name]
        ]
    return found


def marks(resource: Resource[C, R]) -> list[Mark[C]]:
    """The marks of a list, the best first."""
    ranked = [one for one in resource.into("sheet") if one.recognises]
    return [
        Mark([one for one in ranked if one.recognises == rank], [one for one in ranked if one.recognises < rank])
        for rank in sorted({one.recognises for one in ranked})
    ]


def _filled(fields: Iterable[Field[C]], values: Mapping[str, Any]) -> dict[str, Any]:
    """What the filled cells hold; a mark of those who wrote that there is none is none."""
    return {
        one.name: _meant(one, values[one.name])
        for one in fields
        if values.get(one.name) is not None
        and not (one.recognises and not one.kind.required and _folded(values[one.name]) in NOTHING)
    }


def _meant(field: Field[C], value: Any) -> Any:
    """A word of a drop-down that stands for an object is its id; the one that clears the field is none."""
    if isinstance(field.kind, Id):
        return UUID(value)
    return None if field.clears and value == field.clears else value


def _folded(value: Any) -> str:
    return search.fold(str(value))


def _refuse_doubles(mark: Mark[C], rows: Iterable[ImportRow[R]]) -> None:
    """Two rows that name one thing contradict each other; whoever has a better mark is not named by a description."""
    named: dict[Key, int] = {}
    untold: dict[Key, int] = {}
    for one in rows:
        if one.errors or not (key := mark.key(one.values)):
            continue
        told = mark.describes and mark.is_told(one)
        if first := (untold if told else named).get(key):
            mark.refuse(one, _("与第 {row} 行的{what}相同", row=first, what=mark.what()))
        named.setdefault(key, one.row)
        if not told:
            untold.setdefault(key, one.row)


def _by_mark(
    mark: Mark[C],
    rows: Sequence[ImportRow[R]],
    query: Select[*tuple[Any, ...]],
    session: Session,
    resource: Resource[C, R],
) -> None:
    left = (one for one in rows if not one.errors and not mark.is_told(one))
    asked = {key: one for one in left if (key := mark.key(one.values))}
    if not asked:
        return
    named = query.where(*(_is_one_of(query, one, asked.values()) for one in mark.fields))
    known: defaultdict[Key | None, list[R]] = defaultdict(list)
    for thing in lists.read(session, resource, named.order_by(resource.key)):
        known[mark.key({one.name: getattr(thing, one.name) for one in mark.fields})].append(thing)
    meant = {one.record.id: one.row for one in rows if one.record is not None}
    for key, one in asked.items():
        things = known[key]
        if len(things) > 1:
            mark.refuse(one, _("有 {count} 条登记的{what}相同", count=len(things), what=mark.what()))
        elif things and (first := meant.get(things[0].id)):
            mark.refuse(one, _("与第 {row} 行是同一条登记", row=first))
        elif things:
            one.record = things[0]


def _is_one_of(query: Select[*tuple[Any, ...]], field: Field[C], rows: Iterable[ImportRow[R]]) -> ColumnElement[bool]:
    column, values = query.selected_columns[field.name], {one.values[field.name] for one in rows}
    if isinstance(column.type, String):
        return search.folded(column).in_(sorted(map(_folded, values)))
    return column.in_(sorted(values))


def _by_likeness(
    session: Session,
    resource: Resource[C, R],
    actor: Actor,
    marks: Sequence[Mark[C]],
    rows: Sequence[ImportRow[R]],
    context: C,
) -> None:
    nameless = [one for one in rows if not one.errors and not any(mark.key(one.values) for mark in marks)]
    if not nameless:
        return
    best = marks[0].fields if marks else ()
    compared = [one for one in resource.into("sheet") if one not in best and not one.sealed]
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
