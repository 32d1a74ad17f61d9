"""Reading a list: one page of it, all of it, or a query for a program; always within what the reader may see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from huakai_platform.kernel import search
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.resources.fields import C, Column, Question, R, Resource


@dataclass(frozen=True)
class ListPage(Generic[R]):
    """The rows of one page; a page past the last one is the last one."""

    rows: Sequence[R]
    total: int
    page: int
    size: int

    @property
    def pages(self) -> int:
        return page_count(self.total, self.size)


@dataclass(frozen=True)
class Extract(Generic[R]):
    """All that a list shows, whatever its page: the first rows of `total`, which may be more."""

    rows: Sequence[R]
    total: int

    @property
    def left_out(self) -> int:
        return self.total - len(self.rows)


def page_count(total: int, size: int) -> int:
    """Pages of a list; one that is empty has one."""
    return max(1, -(-total // size))


def list_page(
    session: Session,
    resource: Resource[C, R],
    actor: Actor,
    asked: Question,
    context: C,
    *,
    parent: UUID | None = None,
) -> ListPage[R]:
    """One page, in two statements made of one select."""
    query, size = unordered_query(resource, actor, asked, context, parent=parent), asked.size or resource.size
    total = count(session, resource, query)
    page = min(asked.page, page_count(total, size))
    rows = read(session, resource, ordered(resource, query, asked).limit(size).offset((page - 1) * size))
    return ListPage(rows, total, page, size)


def all_rows(
    session: Session,
    resource: Resource[C, R],
    actor: Actor,
    asked: Question,
    context: C,
    *,
    parent: UUID | None = None,
) -> Extract[R]:
    """What the list shows on all its pages, up to `most` rows. Counts only where there are more."""
    query = unordered_query(resource, actor, asked, context, parent=parent)
    rows = read(session, resource, ordered(resource, query, asked).limit(resource.most + 1))
    if len(rows) <= resource.most:
        return Extract(rows, len(rows))
    return Extract(rows[: resource.most], count(session, resource, query))


def one_row(
    session: Session, resource: Resource[C, R], actor: Actor, thing: UUID, context: C, *, parent: UUID | None = None
) -> R:
    """The row of one thing, under the scope of the list. Raises NotFound."""
    query = unordered_query(resource, actor, Question(), context, parent=parent)
    found = read(session, resource, query.where(query.selected_columns["id"] == thing))
    if not found:
        raise NotFound(_("没有这一条记录。"))
    return found[0]


def unordered_query(
    resource: Resource[C, R], actor: Actor, asked: Question, context: C, *, parent: UUID | None = None
) -> Select[*tuple[Any, ...]]:
    """What the list shows, in no order: for counting, and for the API, which orders by key."""
    kept = [*resource.scope(actor, parent), *conditions(resource, asked.values, context)]
    return resource.rows().select.where(*kept)


def conditions(resource: Resource[C, R], values: Mapping[str, Any], context: C) -> list[ColumnElement[bool]]:
    found = (one.condition(values[one.name], context) for one in resource.filters if values.get(one.name) is not None)
    return [one for one in found if one is not None]


def ordered(resource: Resource[C, R], query: Select[*tuple[Any, ...]], asked: Question) -> Select[*tuple[Any, ...]]:
    """By the sort that was asked for, then by key; what has no value stands last in both directions."""
    sort = asked.sort or resource.order
    by = resource.sorts[sort.removeprefix("-")]
    first = (by.desc() if sort.startswith("-") else by.asc()).nulls_last()
    return query.order_by(first, resource.key)


def count(session: Session, resource: Resource[C, R], query: Select[*tuple[Any, ...]]) -> int:
    counted = query.with_only_columns(resource.key, maintain_column_froms=True).subquery()
    return session.scalar(select(func.count()).select_from(counted)) or 0


def contains(*columns: Column) -> Any:
    """The condition of a search: the text stands in one of these columns, both folded alike."""
    return lambda value, _context: or_(*(search.says(column, value) for column in columns))


def equals(column: Column) -> Any:
    return lambda value, _context: column == value


def read(session: Session, resource: Resource[C, R], query: Select[*tuple[Any, ...]]) -> list[R]:
    kind = resource.rows().kind
    return [kind(*row) for row in session.execute(query)]
