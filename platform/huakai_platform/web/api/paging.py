"""Lists by keyset: constant cost at any depth, an opaque signed cursor, a link to the next page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from flask import Response, current_app, request, url_for
from itsdangerous import BadData, URLSafeSerializer
from marshmallow import fields
from sqlalchemy import Select, literal, tuple_

from huakai_platform.kernel.fields import Int, Text
from huakai_platform.kernel.i18n import _
from huakai_platform.web.api.answers import answer
from huakai_platform.web.api.arguments import Asked, refuse
from huakai_platform.web.api.resources import Shape, about
from huakai_platform.web.context import db

MOST = 200
KINDS = {kind.__name__: kind for kind in (datetime, date)}


class Paged(Asked):
    """What every list is asked with."""

    after = Text(min_length=1, max_length=1000, metadata=about("上一页答复中的游标 Cursor of the page before."))
    limit = Int(1, MOST, load_default=50, metadata=about("每页条数 Rows a page."))


@dataclass(frozen=True)
class Order:
    """The columns that order a list, the last of them unique; none may be null."""

    columns: tuple[Any, ...]
    falling: bool = False

    def applied(self, query: Select[*tuple[Any, ...]], after: Sequence[Any] | None) -> Select[*tuple[Any, ...]]:
        marked = query.add_columns(*self.columns).order_by(
            *(column.desc() if self.falling else column.asc() for column in self.columns)
        )
        if after is None:
            return marked
        here = tuple_(*self.columns)
        given = tuple_(*(literal(value, column.type) for value, column in zip(after, self.columns, strict=True)))
        return marked.where(here < given if self.falling else here > given)


@dataclass(frozen=True)
class Cut:
    """The rows of one page, and the key of its last one when there are more."""

    rows: Sequence[Any]
    last: tuple[Any, ...] | None

    def answer(self, items: list[Any]) -> Response:
        return _answered(items, self.last)


def cut(query: Select[*tuple[Any, ...]], order: Order, asked: Any) -> Cut:
    """One page of a query, read by one statement whose cost does not grow with the depth."""
    limit = asked["limit"]
    rows = db().execute(order.applied(query, _opened(asked.get("after"))).limit(limit + 1)).all()
    more = len(rows) > limit
    return Cut(rows[:limit], tuple(rows[limit - 1][-len(order.columns) :]) if more else None)


def page(
    query: Select[*tuple[Any, ...]], order: Order, asked: Any, shape: Callable[[Any], dict[str, Any]] | Sequence[str]
) -> Response:
    """One page of a query: `shape` makes an item of a row, or names the columns in order."""
    found = cut(query, order, asked)
    if callable(shape):
        return found.answer([shape(row) for row in found.rows])
    return found.answer([dict(zip(shape, row, strict=False)) for row in found.rows])


def listed(items: Sequence[Any], asked: Any = None, *, key: Callable[[Any], Any] | None = None) -> Response:
    """A list that is at hand whole and in order; with `asked` one page of it, its items told apart by `key`."""
    if asked is None or key is None:
        return _answered(list(items), None)
    limit, after = asked["limit"], _opened(asked.get("after"))
    left = items if after is None else _behind(items, key, after[0])
    return _answered(list(left[:limit]), (key(left[limit - 1]),) if len(left) > limit else None)


def _behind(items: Sequence[Any], key: Callable[[Any], Any], last: Any) -> Sequence[Any]:
    for at, item in enumerate(items):
        if key(item) == last:
            return items[at + 1 :]
    return ()


def _answered(items: list[Any], last: Sequence[Any] | None) -> Response:
    following = None
    if last is not None:
        kept = {name: values for name, values in request.args.lists() if name != "after"}
        following = url_for(request.endpoint or "", **{**(request.view_args or {}), **kept, "after": _closed(last)})
    return answer({"items": items, "next": following}, following=following)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt=f"cursor of {request.endpoint}")


def _closed(values: Sequence[Any]) -> str:
    return str(_signer().dumps([_packed(value) for value in values]))


def _packed(value: Any) -> Any:
    if isinstance(value, (datetime, date)):
        return {type(value).__name__: value.isoformat()}
    return {"UUID": str(value)} if isinstance(value, UUID) else value


def _opened(cursor: str | None) -> list[Any] | None:
    if cursor is None:
        return None
    try:
        return [_unpacked(value) for value in _signer().loads(cursor)]
    except (BadData, UnicodeError):
        refuse("query", "after", _("这个游标无效，请从第一页重新开始。"))


def _unpacked(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    ((kind, text),) = value.items()
    return UUID(text) if kind == "UUID" else KINDS[kind].fromisoformat(text)


@cache
def Listed(item: type[Shape]) -> type[Shape]:
    """The shape of a page of items."""
    made = Shape.named(
        f"{item.__name__}List",
        items=fields.List(fields.Nested(item)),
        next=fields.String(allow_none=True, metadata={"format": "uri-reference", **about("下一页 Next page.")}),
    )
    made.__module__ = item.__module__
    return made
