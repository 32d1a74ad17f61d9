"""What in an edition rests on one of its sources."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from huakai_platform.standards.service import Bodies


@dataclass(frozen=True)
class Rests:
    """A definition with those of its entries that name the source; titles are texts in two languages."""

    kind: str
    code: str
    title: Any
    entries: tuple[Any, ...]


def of(bodies: Bodies, source: str) -> list[Rests]:
    """Every definition that names a source, in the order of kinds and codes."""
    found = [
        Rests(kind, code, body["title"], tuple(_called(body, source, body["title"])))
        for (kind, code), body in sorted(bodies.items())
    ]
    return [one for one in found if one.entries]


def sources(bodies: Bodies) -> Mapping[str, Any]:
    """The sources of an edition: what each is called, by its id."""
    notes = next((body["sources"] for (kind, _code), body in bodies.items() if kind == "edition"), ())
    return {note["id"]: note["title"] for note in notes}


def _called(value: Any, source: str, around: Any) -> Iterator[Any]:
    """What the innermost things that name the source are called."""
    if isinstance(value, Mapping):
        named = value.get("title") or value.get("text")
        around = named if isinstance(named, Mapping) and "zh" in named else around
        given = value.get("source", ())
        if source in ([given] if isinstance(given, str) else given):
            yield around
        for inner in value.values():
            yield from _called(inner, source, around)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _called(inner, source, around)
