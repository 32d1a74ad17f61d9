"""The schemas that follow from a list's fields: its form, its address, and what its API takes."""

from collections.abc import Mapping
from copy import copy
from functools import cache
from typing import Any, TypeVar, cast
from urllib.parse import parse_qs

from marshmallow import ValidationError, fields, missing
from sqlalchemy import Integer

from huakai_platform.kernel.errors import Invalid
from huakai_platform.kernel.fields import Checked, Choice, Code, Form, Id, Int, Many, Page, Strict
from huakai_platform.kernel.i18n import _
from huakai_platform.resources.fields import C, Kind, L, Question, Resource

S = TypeVar("S", bound=Strict)
SIZES = ("20", "50", "100")
"""How many rows of a list one may ask for."""
VIEW = frozenset({"sort", "page", "after", "before", "size", "columns", "density"})
"""What an address holds beside the filters."""


@cache
def form(resource: Resource[C, L], *, change: bool = False) -> type[Form]:
    """What a page's form may hold, with the version that it was opened at."""
    known = {one.name: one.kind for one in resource.into("form", change=change)}
    return _made(Form, resource, "Form", {**known, "version": Int(0, load_default=0)})


@cache
def body(resource: Resource[C, L], *, change: bool = False) -> type[Strict]:
    """What a program may send; whatever need not be there may be null."""
    fields = resource.into("body", change=change)
    if change and fields == resource.into("body"):
        return body(resource)
    name = "Change" if change else "Given"
    return _made(Strict, resource, name, {one.name: _nullable(one.kind, one.about) for one in fields})


@cache
def query(resource: Resource[C, L]) -> type[Form]:
    """The address of the list: filters, sort, page, rows of a page, columns and density."""
    known: dict[str, fields.Field[Any]] = {
        **{one.name: one.kind for one in resource.filters},
        "sort": Choice([sign + key for key in resource.sorts for sign in ("", "-")], load_default=resource.order),
        "page": Page(),
        **({"after": _key(resource), "before": _key(resource)} if resource.is_long else {}),
        "size": Choice(SIZES),
        "columns": Many(Code(), most=40),
        "density": Choice(["compact"]),
    }
    return _made(Form, resource, "Query", known)


@cache
def prefilled(resource: Resource[C, L]) -> type[Form]:
    """The address of an empty form: what it holds is filled in already."""
    return _made(Form, resource, "Prefilled", {one.name: _optional(one.kind) for one in resource.into("form")})


@cache
def filters(resource: Resource[C, L]) -> dict[str, Checked[Any]]:
    """The questions of a list without their defaults, for the API."""
    return {one.name: _without_default(one.kind) for one in resource.filters}


def parsed(resource: Resource[C, L], text: str) -> Mapping[str, Any]:
    """What the address of the list asks behind its question mark. Raises Invalid."""
    schema = query(resource)()
    pairs = parse_qs(text)
    raw = {
        name: held if isinstance(schema.load_fields.get(name), fields.List) else held[-1]
        for name, held in pairs.items()
    }
    try:
        return cast(Mapping[str, Any], schema.load(raw))
    except ValidationError:
        raise Invalid(_("地址中的参数有误。")) from None


def question(asked: Mapping[str, Any]) -> Question:
    """What the checked address of a list asks."""
    values = {name: value for name, value in asked.items() if name not in VIEW}
    size = int(asked["size"]) if asked.get("size") else None
    return Question(values, asked.get("sort"), asked.get("page", 1), size, asked.get("after"), asked.get("before"))


def usual(resource: Resource[C, L]) -> Question:
    """What the list is asked by itself."""
    return Question({one.name: one.usual for one in resource.filters if one.usual is not None})


def _key(resource: Resource[C, L]) -> Checked[Any]:
    return Int(1, 2**53) if isinstance(resource.key.type, Integer) else Id()


def _nullable(kind: Kind, about: str) -> Kind:
    made = copy(kind)
    made.allow_none = not made.required
    if about:
        made.metadata = {**made.metadata, "description": about}
    return made


def _optional(kind: Kind) -> Kind:
    made = copy(kind)
    made.required = False
    return made


def _without_default(kind: Checked[Any]) -> Checked[Any]:
    made = copy(kind)
    made.load_default = missing
    return made


def _made(base: type[S], resource: Resource[C, L], what: str, known: Mapping[str, fields.Field[Any]]) -> type[S]:
    return cast(type[S], base.from_dict(dict(known), name=f"{resource.name.capitalize()}{what}"))
