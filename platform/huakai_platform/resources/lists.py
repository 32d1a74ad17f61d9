"""Reading a list: one page of it, all of it, or a query for a program; always within what the reader may see."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import Tuple

from huakai_platform.kernel import paging, search
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.paging import Column, Order, Page, Reached
from huakai_platform.resources.fields import C, Filter, L, Question, Resource


@dataclass(frozen=True)
class ListPage(Generic[L]):
    """The rows of one page; a page past the last one is the last one."""

    rows: Sequence[L]
    total: int
    page: int
    size: int
    context: Any = None
    """By what the rows are said."""
    cut: Page | None = None
    """Where a long list goes on."""

    @property
    def pages(self) -> int:
        return page_count(self.total, self.size)


@dataclass(frozen=True)
class Extract(Generic[L]):
    """All that a list shows, whatever its page: the first rows of `total`, which may be more."""

    rows: Sequence[L]
    total: int | None
    """Nothing where there are more than these rows and nobody has counted them."""
    context: Any = None
    """By what the rows are said."""

    @property
    def left_out(self) -> int | None:
        return None if self.total is None else self.total - len(self.rows)


def first_of(rows: Sequence[L], most: int, count: Callable[[], int]) -> Extract[L]:
    """The first `most` of rows of which one more was read; all are counted only where there are more."""
    return Extract(rows, len(rows)) if len(rows) <= most else Extract(rows[:most], count())


def page_count(total: int, size: int) -> int:
    """Pages of a list; one that is empty has one."""
    return max(1, -(-total // size))


def list_page(
    session: Session,
    resource: Resource[C, L],
    actor: Actor,
    asked: Question,
    context: C,
    *,
    parent: UUID | None = None,
) -> ListPage[L]:
    """One page, in two statements made of one select."""
    query, size = unordered_query(resource, actor, asked, context, parent=parent), asked.size or resource.size
    if order := _order(resource, asked):
        total = paging.count(session, query, summed=summed(session, resource, actor, asked, context))
        cut = paging.cut(session, query, order, asked.place, total, size)
        rows = [resource.rows().kind(*row) for row in cut.rows]
        return ListPage(rows, total.number, cut.number or 1, size, _about(session, resource, context, rows), cut)
    number = count(session, resource, query)
    page = min(asked.page, page_count(number, size))
    rows = read(session, resource, ordered(resource, query, asked).limit(size).offset((page - 1) * size))
    return ListPage(rows, number, page, size, _about(session, resource, context, rows))


def all_rows(
    session: Session,
    resource: Resource[C, L],
    actor: Actor,
    asked: Question,
    context: C,
    *,
    parent: UUID | None = None,
    most: int | None = None,
) -> Extract[L]:
    """What the list shows on all its pages, up to `most` rows. Counts only where there are more."""
    query, most = unordered_query(resource, actor, asked, context, parent=parent), most or resource.most
    rows = read(session, resource, ordered(resource, query, asked).limit(most + 1))
    total: int | None = len(rows)
    if len(rows) > most:
        total = (
            summed(session, resource, actor, asked, context) if resource.is_long else count(session, resource, query)
        )
        rows, total = rows[:most], total if total > most else None
    return Extract(rows, total, _about(session, resource, context, rows))


def next_rows(
    session: Session,
    resource: Resource[C, L],
    actor: Actor,
    asked: Question,
    context: C,
    reached: Reached,
    *,
    size: int,
) -> tuple[Sequence[L], C, Reached | None]:
    """The next rows of the whole list, by what they are said, and how far that is; None where nothing is left."""
    query, kind = unordered_query(resource, actor, asked, context), resource.rows().kind
    found, further = paging.chunk(session, query, _whole_order(resource, asked), reached, size)
    rows = [kind(*row) for row in found]
    return rows, _about(session, resource, context, rows), further


def one_row(
    session: Session, resource: Resource[C, L], actor: Actor, thing: UUID, context: C, *, parent: UUID | None = None
) -> L:
    """The row of one thing, under the scope of the list. Raises NotFound."""
    query = unordered_query(resource, actor, Question(), context, parent=parent)
    found = read(session, resource, query.where(query.selected_columns["id"] == thing))
    if not found:
        raise NotFound(_("没有这一条记录。"))
    return found[0]


def unordered_query(
    resource: Resource[C, L], actor: Actor, asked: Question, context: C, *, parent: UUID | None = None
) -> Select[*tuple[Any, ...]]:
    """What the list shows, in no order: for counting, and for the API, which orders by key."""
    kept = [*resource.scope(actor, parent), *conditions(resource, asked.values, context)]
    return resource.rows().select.where(*kept)


def conditions(resource: Resource[C, L], values: Mapping[str, Any], context: C) -> list[ColumnElement[bool]]:
    given = {name: value for name, value in values.items() if value is not None}
    found = (one.condition(_value(one, given), context) for one in resource.filters if one.name in given)
    return [one for one in found if one is not None]


def ordered(resource: Resource[C, L], query: Select[*tuple[Any, ...]], asked: Question) -> Select[*tuple[Any, ...]]:
    """By the sort that was asked for, then by key; what has no value stands last in both directions."""
    by, falling = _sort(resource, asked)
    if isinstance(by, Order):
        return replace(by, falling=falling).applied(query)
    return query.order_by((by.desc() if falling else by.asc()).nulls_last(), resource.key)


def summed(session: Session, resource: Resource[C, L], actor: Actor, asked: Question, context: C) -> int:
    """How many there are as it is summed up; 0 where nobody has summed it up."""
    total = resource.rows().total
    return total(session, actor, asked.values, context) if total else 0


def count(session: Session, resource: Resource[C, L], query: Select[*tuple[Any, ...]]) -> int:
    counted = query.with_only_columns(resource.key, maintain_column_froms=True).subquery()
    return session.scalar(select(func.count()).select_from(counted)) or 0


def contains(*columns: Column) -> Any:
    """The condition of a search: the text stands in one of these columns, both folded alike."""
    return lambda value, _context: or_(*(search.says(column, value) for column in columns))


def equals(column: Column) -> Any:
    return lambda value, _context: column == value


def read(session: Session, resource: Resource[C, L], query: Select[*tuple[Any, ...]]) -> list[L]:
    kind = resource.rows().kind
    return [kind(*row) for row in session.execute(query)]


def _value(one: Filter[C], given: Mapping[str, Any]) -> Any:
    together = (one.name, *one.beside)
    return {name: given[name] for name in together if name in given} if one.beside else given[one.name]


def _sort(resource: Resource[C, L], asked: Question) -> tuple[Column | Order, bool]:
    """The sort that was asked for, and whether it falls."""
    sort = asked.sort or resource.order
    return resource.sorts[sort.removeprefix("-")], sort.startswith("-")


def _order(resource: Resource[C, L], asked: Question) -> Order | None:
    by, falling = _sort(resource, asked)
    return replace(by, falling=falling) if isinstance(by, Order) else None


def _whole_order(resource: Resource[C, L], asked: Question) -> Order:
    """The order of the list as one that goes on by key, whatever it is sorted by."""
    by, falling = _sort(resource, asked)
    if isinstance(by, Order):
        return replace(by, falling=falling)
    if isinstance(by, Tuple):
        return Order((*by.clauses, resource.key), falling)
    return Order((by, resource.key), falling, optional=True)


def _about(session: Session, resource: Resource[C, L], context: C, rows: Sequence[L]) -> C:
    about = resource.rows().about
    said: C = about(session, context, rows) if about and rows else context
    return said
