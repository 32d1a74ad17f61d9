"""The items of an edition that one may propose to change, and what they are called."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.standards.definitions import SHAPES
from huakai_platform.standards.editing.places import Shape, lists, name_of
from huakai_platform.standards.service import Bodies


@dataclass(frozen=True)
class Spot:
    """A definition, or one entry of it; `title` and `entry` are texts in two languages or a code."""

    kind: str
    code: str
    at: str
    title: Any
    entry: Any

    @property
    def name(self) -> str:
        return self.at.rpartition("/")[2]


def find(bodies: Bodies, kind: str, code: str, name: str = "") -> Spot:
    """The entry whose path, or whose own name, is `name`; the definition without one. Raises NotFound."""
    whole = next((body for (its, own), body in bodies.items() if its == kind and own == code), None)
    if whole is None or kind not in SHAPES:
        raise NotFound(_("标准中没有这项内容。"))
    if not name:
        return Spot(kind, code, "", whole["title"], "")
    for one in entries(whole):
        if name in (one.at, one.name):
            return one
    raise NotFound(_("标准中没有这项内容。"))


def called(bodies: Bodies, kind: str, code: str, at: str) -> Spot:
    """The same for a list: what the edition does not know goes by its codes."""
    try:
        return find(bodies, kind, code, at)
    except NotFound:
        return Spot(kind, code, at, code, at.rpartition("/")[2])


def entries(body: Mapping[str, Any]) -> list[Spot]:
    """Every entry of a definition with a name, outer before inner."""
    return list(_entries(body, body, SHAPES[body["kind"]], ""))


def _entries(whole: Mapping[str, Any], inside: Mapping[str, Any], shape: Shape, path: str) -> Iterator[Spot]:
    for key, inner in lists(shape).items():
        for one in inside.get(key) or ():
            name = name_of(one)
            at = f"{path}{key}/{name}"
            yield Spot(whole["kind"], whole["code"], at, whole["title"], one.get("title") or one.get("text") or name)
            yield from _entries(whole, one, inner, f"{at}/")
