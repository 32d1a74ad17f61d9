"""The form of a piece of a definition, made from its shape: what is asked, in which way, with what there is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from marshmallow import Schema, fields

from huakai_platform.forms.localized import LocalizedText
from huakai_platform.forms.shapes import Answered, Sources, Tupled
from huakai_platform.kernel.fields import Choice, Flag, Int, Number
from huakai_platform.standards.definitions import SHAPES
from huakai_platform.standards.editing import places
from huakai_platform.standards.references import POINTERS
from huakai_platform.standards.service import Bodies

Kind = Literal["text", "bilingual", "number", "flag", "choice", "many", "words", "counts", "texts", "group", "rows"]
Shape = type[Schema]
Option = tuple[str, Any]
SPARE = 2
"""How many empty rows are offered below those that there are."""
MOST_ROWS = 60
GIVEN = frozenset({"kind"})
"""What a definition says of itself and nobody chooses."""
ORDER = {**dict.fromkeys((*places.NAMES, "title"), -1), "source": 1, "proposed": 1}
"""What a thing is called is asked first, where it comes from last."""
YES_UNLESS_SAID = frozenset({"required"})
"""Flags that hold when the standard does not say them."""


@dataclass(frozen=True)
class Control:
    """One thing that is asked; `name` is what the browser sends, parts of it joined by dots."""

    name: str
    key: str
    kind: Kind
    required: bool
    field: fields.Field[Any]
    options: Sequence[Option] = ()
    inner: tuple["Control", ...] = ()
    fixed: bool = False
    """Shown and never changed: the code by which answers and other definitions know it."""

    def row(self, number: int) -> tuple["Control", ...]:
        """The controls of one row of `rows`."""
        return tuple(_renamed(one, self.name, f"{self.name}.{number}") for one in self.inner)

    def rows(self, value: Any) -> range:
        return range(min(len(value or []) + SPARE, MOST_ROWS))


def controls(
    shape: Shape, of: tuple[str, str], bodies: Bodies, *, prefix: str = "", fixed: bool = False
) -> list[Control]:
    """What a shape asks for; `of` is the definition's kind and the list the entry is in."""
    namer = places.namer(shape) if fixed else None
    skipped = {*places.lists(shape), *(GIVEN if shape in SHAPES.values() else ())}
    named = ((field.data_key or name, field) for name, field in shape().fields.items())
    asked = [(key, field) for key, field in named if key not in skipped]
    asked.sort(key=lambda pair: ORDER.get(pair[0], 0))
    return [_control(key, field, of, bodies, prefix, fixed=key == namer) for key, field in asked]


def options(bodies: Bodies, kind: str, of: str, key: str) -> list[Option]:
    """The codes that a field may name, with their titles; none where it names nothing."""
    target, listed = POINTERS.get((kind, of, key)) or (("tiers", "tiers") if key == "tiers" else ("", ""))
    body = next((body for (its_kind, _code), body in bodies.items() if its_kind == target), {})
    entries = body.get(listed, [])
    return [(places.name_of(one), one.get("title") or places.name_of(one)) for one in entries]


def _control(
    key: str, field: fields.Field[Any], of: tuple[str, str], bodies: Bodies, prefix: str, *, fixed: bool
) -> Control:
    name = f"{prefix}{key}"
    kind = _kind(field)
    choices = [] if prefix else options(bodies, *of, key)
    if isinstance(field, Choice):
        choices = [(word, word) for word in field.choices]
    elif kind == "words" and choices:
        kind = "many"
    elif kind == "text" and choices and not fixed:
        kind = "choice"
    inner: list[Control] = []
    if kind in ("group", "rows"):
        nested = field.inner if isinstance(field, Tupled) else field
        shape = type(nested.schema) if isinstance(nested, fields.Nested) else Schema
        inner = controls(shape, of, bodies, prefix=f"{name}.")
    return Control(name, key, kind, field.required, field, choices, tuple(inner), fixed)


def _kind(field: fields.Field[Any]) -> Kind:
    plain: tuple[tuple[type[Any], Kind], ...] = (
        (LocalizedText, "bilingual"),
        (Flag, "flag"),
        (Choice, "choice"),
        (Int, "number"),
        (Number, "number"),
        (Sources, "words"),
        (Answered, "text"),
        (fields.Dict, "counts"),
        (fields.Nested, "group"),
    )
    if isinstance(field, Tupled):
        inner = field.inner
        return "texts" if isinstance(inner, LocalizedText) else "rows" if isinstance(inner, fields.Nested) else "words"
    return next((kind for of, kind in plain if isinstance(field, of)), "text")


def _renamed(control: Control, old: str, new: str) -> Control:
    name = new + control.name.removeprefix(old)
    inner = tuple(_renamed(one, old, new) for one in control.inner)
    return Control(name, control.key, control.kind, control.required, control.field, control.options, inner)


def value_of(entry: Mapping[str, Any], key: str) -> Any:
    """What an entry says, with the default of a flag that it leaves out."""
    return entry.get(key, True if key in YES_UNLESS_SAID else None)
