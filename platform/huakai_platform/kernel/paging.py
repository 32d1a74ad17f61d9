"""One page of a list that may be long: by number as far as skipping is cheap, beyond that from row to row by key."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, case, func, literal, select, true, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

NUMBERED = 10_000
"""Rows that numbered pages reach, and that are counted one by one."""

Query = Select[*tuple[Any, ...]]
Found = Row[*tuple[Any, ...]]
Key = UUID | int
Column = ColumnElement[Any] | InstrumentedAttribute[Any]


@dataclass(frozen=True)
class Total:
    """How many rows a list has; `more` when it was only counted so far."""

    number: int
    more: bool = False


@dataclass(frozen=True)
class Order:
    """The columns that order a list, the last of them unique: all of them rise, or all fall.

    `optional`: the first one may be empty; rows without it come last whichever way the others run, by what is unique.
    `ranks`: conditions of which every row fulfils one, that order the rows before their columns do.
    `row` has what is unique also where the columns are empty.
    """

    columns: tuple[Column, ...]
    falling: bool = False
    optional: bool = False
    ranks: tuple[ColumnElement[bool], ...] = ()
    row: Column | None = None

    @property
    def unique(self) -> Column:
        return self.columns[-1] if self.row is None else self.row

    def applied(self, query: Query) -> Query:
        """The query in this order, for whoever reads it whole."""
        sorts = [column.desc() if self.falling else column.asc() for column in self.columns]
        return query.order_by(self.place(), *sorts) if len(self.parts()) > 1 else query.order_by(*sorts)

    def place(self) -> ColumnElement[int]:
        """The part that holds a row, by its number."""
        return case(*((part.holds, literal(number)) for number, part in enumerate(self.parts())), else_=literal(0))

    def parts(self) -> "list[Part]":
        """The runs of rows that follow each other."""
        if self.optional:
            first = self.columns[0]
            full = Part(self.columns, self.falling, first.is_not(None))
            return [full, Part((self.unique,), self.falling, first.is_(None))]
        ranks = self.ranks or (true(),)
        return [Part(self.columns, self.falling, one) for one in (reversed(ranks) if self.falling else ranks)]


@dataclass(frozen=True)
class Part:
    """A run of rows that one index gives in order."""

    columns: tuple[Column, ...]
    falling: bool
    holds: ColumnElement[bool]

    def backward(self) -> "Part":
        return Part(self.columns, not self.falling, self.holds)

    def ordered(self, query: Query) -> Query:
        sorts = (column.desc() if self.falling else column.asc() for column in self.columns)
        return query.where(self.holds).order_by(*sorts)

    def after(self, query: Query, values: Sequence[Any]) -> Query:
        """What comes behind a row with these values, in the direction of the part."""
        here = tuple_(*self.columns)
        pairs = zip(self.columns, values[-len(self.columns) :], strict=True)
        there = tuple_(*(literal(value, column.type) for column, value in pairs))
        return query.where(here < there if self.falling else here > there)


@dataclass(frozen=True)
class Page:
    """Some rows in order. `number` is None where they were reached by key.

    `before` and `after` name the rows from which the neighbouring pages go on, where those have no number.
    """

    rows: Sequence[Found]
    total: Total
    number: int | None
    pages: int
    before: Key | None = None
    after: Key | None = None


def cut(session: Session, query: Query, order: Order, asked: Mapping[str, Any], total: Total, size: int) -> Page:
    """The page that is asked for by `page`, `after` or `before`; `query` selects what is unique as `id`.

    A number beyond the last page is the last page; a row that the list no longer holds leads to the first one.
    """
    behind, anchor = "before" not in asked, asked.get("after") or asked.get("before")
    if anchor and (values := _values(session, query, order, anchor)):
        return _by_key(session, query, order, values, total, size, backward=not behind)
    return _by_number(session, query, order, 1 if anchor else asked.get("page", 1), total, size)


@dataclass(frozen=True)
class Reached:
    """How far a list has been read: a part of its order, and what its last row is ordered by; at first nothing."""

    part: int = 0
    values: Sequence[Any] | None = None


def chunk(
    session: Session, query: Query, order: Order, reached: Reached, size: int
) -> tuple[list[tuple[Any, ...]], Reached | None]:
    """The next rows of a list that is read whole, in one statement however many there are before them, and how far
    that is; None where nothing is left. A chunk may be empty where one part ends."""
    parts, keys = order.parts(), [*order.columns[:-1], order.unique]
    wanted = parts[reached.part].ordered(query)
    if reached.values is not None:
        wanted = parts[reached.part].after(wanted, reached.values)
    labelled = [column.label(f"order_{number}") for number, column in enumerate(keys)]
    rows = [tuple(row) for row in session.execute(wanted.add_columns(*labelled).limit(size))]
    further: Reached | None = None
    if len(rows) == size:
        further = Reached(reached.part, rows[-1][-len(keys) :])
    elif reached.part + 1 < len(parts):
        further = Reached(reached.part + 1)
    return [row[: -len(keys)] for row in rows], further


def count(session: Session, query: Query, *, summed: int = 0) -> Total:
    """How many rows a query has: what is `summed` up of them if that is more than is counted one by one."""
    if summed > NUMBERED:
        return Total(summed)
    number = _counted(session, query, NUMBERED + 1)
    return Total(min(number, NUMBERED), number > NUMBERED)


def numbers(page: int, pages: int) -> list[int | None]:
    """The page numbers that are shown, at most seven with their gaps, however many pages there are."""
    near = range(max(1, page - 1), min(pages, page + 1) + 1)
    shown: list[int | None] = [*near]
    if near.start > 1:
        shown = [1, *([None] if near.start > 2 else []), *shown]
    if near.stop <= pages:
        shown = [*shown, *([None] if near.stop < pages else []), pages]
    return shown


def _by_number(session: Session, query: Query, order: Order, page: int, total: Total, size: int) -> Page:
    reach = min(total.number, NUMBERED)
    pages = max(1, -(-reach // size))
    number = min(page, pages)
    rows = _skip(session, query, order, (number - 1) * size, size)
    goes_on = number == pages and (total.more or total.number > NUMBERED) and len(rows) == size
    return Page(rows, total, number, pages, after=rows[-1].id if goes_on else None)


def _skip(session: Session, query: Query, order: Order, skipped: int, size: int) -> list[Found]:
    """The rows behind some others, of which nothing is read but what is unique."""
    rows: list[Found] = []
    for part in order.parts():
        wanted = part.ordered(query).limit(size - len(rows))
        if skipped and not rows:
            some = wanted.with_only_columns(order.unique).offset(skipped).scalar_subquery()
            wanted = part.ordered(query.where(order.unique.in_(some)))
        rows += session.execute(wanted).all()
        if len(rows) == size:
            break
        if skipped and not rows:
            skipped -= _counted(session, query.where(part.holds), skipped)
    return rows


def _counted(session: Session, query: Query, most: int) -> int:
    some = query.with_only_columns(literal(1).label("one")).order_by(None).limit(most).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def _by_key(
    session: Session,
    query: Query,
    order: Order,
    values: Sequence[Any],
    total: Total,
    size: int,
    *,
    backward: bool,
) -> Page:
    rows: list[Found] = []
    for wanted in _from(query, order, values, backward=backward):
        rows += session.execute(wanted.limit(size + 1 - len(rows))).all()
        if len(rows) > size:
            break
    more, rows = len(rows) > size, rows[:size]
    if backward:
        rows.reverse()
        if not more:
            return _by_number(session, query, order, 1, total, size)
    pages = max(1, -(-min(total.number, NUMBERED) // size))
    ends = (rows[0].id, rows[-1].id) if rows else (None, None)
    return Page(rows, total, None, pages, before=ends[0], after=ends[1] if more or backward else None)


def _from(query: Query, order: Order, values: Sequence[Any], *, backward: bool) -> Iterator[Query]:
    """What comes behind a row, part by part from the one that holds it."""
    *key, at = values
    parts = order.parts()
    first, *rest = [part.backward() for part in reversed(parts[: at + 1])] if backward else parts[at:]
    yield first.after(first.ordered(query), key)
    yield from (part.ordered(query) for part in rest)


def _values(session: Session, query: Query, order: Order, anchor: Key) -> Sequence[Any] | None:
    """What a row of the list is ordered by, and the number of the part that holds it."""
    wanted = query.with_only_columns(*order.columns[:-1], order.place().label("at")).where(order.unique == anchor)
    found = session.execute(wanted).one_or_none()
    return None if found is None else (*found[:-1], anchor, found.at)
