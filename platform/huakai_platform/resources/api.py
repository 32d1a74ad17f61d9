"""The JSON operations of a list: read a page, read one, write one down, change one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, cast
from uuid import UUID

from flask import Response, url_for
from marshmallow import fields as plain
from marshmallow import missing

from huakai_platform.kernel import fields as kinds
from huakai_platform.kernel.access import Permission
from huakai_platform.resources import lists, schemas, words
from huakai_platform.resources.fields import C, Field, Question, R, Resource
from huakai_platform.resources.pages import function
from huakai_platform.resources.store import Store
from huakai_platform.web import api
from huakai_platform.web.access import guard
from huakai_platform.web.api import Order, Paged, Resources, Shape
from huakai_platform.web.context import actor, db

SHAPES: Mapping[type, Callable[..., plain.Field[Any]]] = {
    kinds.Int: plain.Integer,
    kinds.Date: plain.Date,
    kinds.Flag: plain.Boolean,
    kinds.Id: plain.UUID,
}
ONE = ("row", "detail")
"""Where the fields are shown that a program reads of a single thing; a list has only the first of them."""


class Told(NamedTuple):
    """What the document says of an operation: a summary in English, a description in Chinese, and how it may refuse
    beside what every operation may."""

    summary: str
    description: str
    refuses: tuple[int, ...] = ()


@dataclass(frozen=True)
class Words:
    """What the document says of the operations of a list, and an example of what may be sent."""

    listed: Told
    one: Told
    add: Told
    change: Told
    example: Mapping[str, Any]
    changed: Mapping[str, Any] | None = None
    """An example of a change, where it is another one."""


@dataclass(frozen=True)
class Operations(Generic[C, R]):
    """The operations of one list; a program is shown what a person is, under the same scope."""

    resource: Resource[C, R]
    store: Store
    argument: str
    order: Order | None = None
    """Of the list; by its key where nothing else is said."""
    listed_as: str = "listed"
    single_as: str = "item"
    """The endpoints of the list and of a single thing."""

    def listed(self, asked: Any) -> Response:
        context, values = self._context(), {k: v for k, v in asked.items() if k not in {"after", "limit"}}
        wanted = Question({**schemas.usual(self.resource).values, **values})
        query = lists.unordered_query(self.resource, actor(), wanted, context)
        kind = self.resource.rows().kind
        width = len(query.selected_columns)
        order = self.order or Order((self.resource.key,))
        return api.page(query, order, asked, lambda row: self._said(kind(*row[:width]), context, "row"))

    def one(self, **where: UUID) -> Response:
        return self.answer(where[self.argument])

    def add(self, given: Any) -> Response:
        made = self.store.add(db(), actor(), given)
        return self.answer(made.id, 201, url_for(f".{self.single_as}", **{self.argument: made.id}))

    def change(self, given: Any, **where: UUID) -> Response:
        version = self.store.get(db(), where[self.argument]).version
        api.expect(version)
        self.store.change(db(), actor(), where[self.argument], given, version=version)
        return self.answer(where[self.argument])

    def _context(self) -> C:
        return self.resource.context(db(), actor())

    def _said(self, row: R, context: C, *places: str) -> dict[str, Any]:
        return {"id": row.id, **{one.name: words.value(one, row, context) for one in self.resource.out(*places)}}

    def answer(self, thing: UUID, status: int = 200, location: str | None = None) -> Response:
        """One as the list has it, and in detail. The store says what is not there."""
        self.store.get(db(), thing)
        context = self._context()
        row = lists.one_row(db(), self.resource, actor(), thing, context)
        return api.answer(self._said(row, context, "row", "detail"), status, version=row.version, location=location)


def operations(
    blueprint: Resources,
    ops: Operations[C, R],
    said: Words,
    *,
    read: Permission,
    write: Permission,
    sample: str,
    path: str,
) -> type[Shape]:
    """Hang the operations of a list on its blueprint; gives what those of a single thing answer with."""
    row, asked = shape(ops.resource, blueprint, "row"), query(ops.resource, blueprint)
    whole = shape(ops.resource, blueprint, "row", "detail") if ops.resource.out("detail") else row
    given, changed = schemas.body(ops.resource), schemas.body(ops.resource, change=True)
    given.__module__ = changed.__module__ = blueprint.import_name
    one = f"{path}/<uuid:{ops.argument}>"

    def hang(
        method: str, rule: str, name: str, view: Callable[..., Any], may: Permission, told: Told, **more: Any
    ) -> None:
        of = sample if rule == one else None
        described = blueprint.operation(told.summary, told.description, refuses=told.refuses, **more)
        blueprint.add_url_rule(rule, name, guard(may, sample=of)(described(function(view))), methods=[method])

    hang("GET", path, ops.listed_as, ops.listed, read, said.listed, asks=asked, gives=api.Listed(row))
    hang("GET", one, ops.single_as, ops.one, read, said.one, gives=whole)
    hang("POST", path, "add", ops.add, write, said.add, takes=given, gives=whole, status=201, example=said.example)
    more = {"takes": changed, "gives": whole, "versioned": True, "example": said.changed or said.example}
    hang("PUT", one, "change", ops.change, write, said.change, **more)
    return whole


def shape(resource: Resource[C, R], blueprint: Resources, *places: str) -> type[Shape]:
    """What an answer holds of a thing."""
    known: dict[str, plain.Field[Any]] = {"id": plain.UUID()} | {one.name: _out(one) for one in resource.out(*places)}
    name = f"{resource.name.capitalize()}{'Detail' if 'detail' in places else 'Row'}"
    made = cast(type[Shape], Shape.from_dict(known, name=name))
    made.__module__ = blueprint.import_name
    return made


def query(resource: Resource[C, R], blueprint: Resources) -> type[Paged]:
    """What the list is asked with."""
    name = f"{resource.name.capitalize()}Asked"
    made = cast(type[Paged], Paged.from_dict(dict(schemas.filters(resource)), name=name))
    made.__module__ = blueprint.import_name
    return made


def _out(one: Field[Any]) -> plain.Field[Any]:
    about: dict[str, Any] = api.about(one.about) if one.about else {}
    if isinstance(one.kind, kinds.Choice):
        about["enum"] = [*one.kind.choices, *([] if one.kind.required else [None])]
    made: dict[str, Any] = {"metadata": about} if about else {}
    if isinstance(one.kind, kinds.Many):
        return plain.List(_several(one.kind.inner), **made)
    if not one.kind.required and one.kind.load_default in (None, missing):
        made["allow_none"] = True
    return _shape(one.kind)(**made)


def _several(inner: plain.Field[Any]) -> plain.Field[Any]:
    return inner if isinstance(inner, plain.Nested) else _shape(inner)()


def _shape(kind: plain.Field[Any]) -> Callable[..., plain.Field[Any]]:
    return next((shape for known, shape in SHAPES.items() if isinstance(kind, known)), plain.String)
