"""Where an entry stands in a definition: `spaces/vent_room`, `sections/opening/items/exit_clear`, or a list's end."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, fields

from huakai_platform.forms.shapes import Tupled
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.standards.definitions import SHAPES

Body = dict[str, Any]
Shape = type[Schema]
NAMES = ("code", "tier", "id", "stars")
"""By which of its fields an entry is named in its list."""


@dataclass(frozen=True)
class Place:
    """An entry of a definition, or with no name the end of a list; `steps` alternate list and entry."""

    kind: str
    steps: tuple[str, ...]

    @property
    def new(self) -> bool:
        return len(self.steps) % 2 == 1

    @property
    def list(self) -> str:
        return self.steps[-1] if self.new else self.steps[-2]

    @property
    def name(self) -> str:
        return "" if self.new else self.steps[-1]

    @property
    def text(self) -> str:
        return "/".join(self.steps)

    def of(self, name: str) -> "Place":
        """The entry `name` of this place's list."""
        return Place(self.kind, (*(self.steps if self.new else self.steps[:-1]), name))

    @property
    def shape(self) -> Shape:
        """The shape of the entry. Raises NotFound."""
        shape: Shape = SHAPES[self.kind]
        for name in self.steps[::2]:
            if (inner := lists(shape).get(name)) is None:
                raise NotFound(_("标准中没有这项内容。"))
            shape = inner
        return shape


def place(kind: str, text: str) -> Place:
    """Read a place as addresses write it. Raises NotFound."""
    found = Place(kind, tuple(text.split("/")))
    if kind not in SHAPES or found.shape is None:
        raise NotFound(_("标准中没有这项内容。"))
    return found


def lists(shape: Shape) -> dict[str, Shape]:
    """The lists of named entries directly in a shape, by the key that the standard writes."""
    found: dict[str, Shape] = {}
    for name, field in shape().fields.items():
        inner = field.inner if isinstance(field, Tupled) else None
        if isinstance(inner, fields.Nested) and namer(type(inner.schema)):
            found[field.data_key or name] = type(inner.schema)
    return found


def namer(shape: Shape) -> str | None:
    """The key that an entry of this shape is named by."""
    keys = shape().fields
    return next((name for name in NAMES if name in keys), None)


def name_of(entry: Mapping[str, Any]) -> str:
    return str(next((entry[name] for name in NAMES if name in entry), ""))


def entry(body: Body, at: Place) -> dict[str, Any]:
    """The entry as it is; an empty one at the end of a list. Raises NotFound."""
    entries, position = _find(body, at)
    found: dict[str, Any] = {} if at.new else entries[position]
    return found


def put(body: Body, at: Place, value: Mapping[str, Any]) -> Body:
    """The definition with the entry replaced, or appended at the end of the list."""
    changed = deepcopy(body)
    entries, position = _find(changed, at)
    if at.new:
        entries.append(dict(value))
    else:
        entries[position] = dict(value)
    return changed


def take(body: Body, at: Place) -> Body:
    """The definition without the entry."""
    changed = deepcopy(body)
    entries, position = _find(changed, at)
    del entries[position]
    return changed


def shift(body: Body, at: Place) -> Body:
    """The definition with the entry one place further up; the first stays."""
    changed = deepcopy(body)
    entries, position = _find(changed, at)
    entries.insert(max(position - 1, 0), entries.pop(position))
    return changed


def taken(body: Body, at: Place, value: Mapping[str, Any]) -> bool:
    """Whether another entry of the list has the name already; items of all sections share one list of names."""
    return at.new and name_of(value) in {name_of(one) for one in _rivals(body, at)}


def _rivals(body: Body, at: Place) -> list[dict[str, Any]]:
    if at.list == "items" and at.steps[0] == "sections":
        return [item for section in body["sections"] for item in section.get("items", [])]
    return _find(body, at)[0]


def _find(body: Body, at: Place) -> tuple[list[dict[str, Any]], int]:
    entries: list[dict[str, Any]] = []
    inside: dict[str, Any] = body
    position = -1
    for step, text in enumerate(at.steps):
        if step % 2 == 0:
            entries = inside.setdefault(text, [])
            continue
        position = next((place for place, one in enumerate(entries) if name_of(one) == text), -1)
        if position < 0:
            raise NotFound(_("标准中没有这项内容。"))
        inside = entries[position]
    return entries, position
