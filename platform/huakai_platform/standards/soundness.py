"""Whether one definition is sound by itself: its shape, and a source for every number."""

from collections.abc import Iterator, Mapping
from typing import Any

from huakai_platform.kernel.i18n import _
from huakai_platform.standards.definitions import SHAPES


def faults(body: Any) -> list[tuple[str, str]]:
    """What is wrong with one definition by itself, as (path, message) pairs."""
    kind = body.get("kind") if isinstance(body, Mapping) else None
    if not isinstance(kind, str) or kind not in SHAPES:
        return [("kind", _("没有这种定义：{kind}", kind=kind))]
    refused = SHAPES[kind]().validate(body)
    return list(_flat(refused)) or [(path, _("这个数字没有来源，也没有标明自拟")) for path in unsourced(body)]


def unsourced(body: Mapping[str, Any]) -> Iterator[str]:
    """Paths of numbers with neither source nor `proposed` around them; an edition's own number is free."""
    for key, value in body.items():
        if (body.get("kind"), key) != ("edition", "number"):
            yield from _unsourced(value, key, covered=False)


def _unsourced(value: Any, path: str, *, covered: bool) -> Iterator[str]:
    if isinstance(value, Mapping):
        covered = covered or "source" in value or value.get("proposed") is True
        for key, part in value.items():
            yield from _unsourced(part, f"{path}.{key}", covered=covered)
    elif isinstance(value, list):
        for place, part in enumerate(value):
            yield from _unsourced(part, f"{path}[{place}]", covered=covered)
    elif type(value) in (int, float) and not covered:
        yield path


def _flat(refused: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(refused, Mapping):
        for key, part in refused.items():
            step = "" if key == "_schema" else f"[{key}]" if isinstance(key, int) else f".{key}" if path else str(key)
            yield from _flat(part, path + step)
    elif isinstance(refused, list):
        for part in refused:
            yield from _flat(part, path)
    else:
        yield path, refused
