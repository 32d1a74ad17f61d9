"""What is different between two editions, in the words of the trade: added, reworded, tightened, loosened, retired."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from huakai_platform.standards.service import Bodies

Body = Mapping[str, Any]
HIGHER_IS_TIGHTER = frozenset(
    {"at_least", "min", "hours", "hours_per_month", "pass_mark", "count", "core", "required", "test"}
)
LOWER_IS_TIGHTER = frozenset({"at_most", "max", "days", "months", "within_days", "not_applicable"})
MORE_IS_TIGHTER = frozenset({"required", "tiers", "all_of", "weekdays"})
FEWER_IS_TIGHTER = frozenset({"one_of"})
EMPTY_IS_ALL = frozenset({"tiers", "weekdays"})
YES_UNLESS_SAID = frozenset({"required"})
BY_TIER = frozenset({"number", "quantity"})
"""Mappings from a tier to how many of a thing it needs."""
RANKS: Mapping[str, Sequence[str]] = {
    "check": ("month", "week", "day"),
    "period": ("once", "year", "month", "week", "day"),
    "when": ("never", "on_fail", "always"),
}
NAMES = ("code", "tier", "id", "stars", "share")
"""By which of its fields an entry of a list is known again."""
ITSELF = frozenset({"kind", "code"})


class Sort(StrEnum):
    ADDED = "added"
    TIGHTENED = "tightened"
    LOOSENED = "loosened"
    REWORDED = "reworded"
    CHANGED = "changed"
    RETIRED = "retired"


class Entry(NamedTuple):
    """An entry of the list `of`: the name it is known by, and what it is called (a text, or its name again)."""

    of: str
    name: str
    title: Any


@dataclass(frozen=True, slots=True)
class Spot:
    """Where in an edition: the definition, the entries from outside in, and the field within the innermost."""

    kind: str
    code: str
    entries: tuple[Entry, ...] = ()
    field: tuple[str, ...] = ()

    def entry(self, entry: Entry) -> "Spot":
        return Spot(self.kind, self.code, (*self.entries, entry))

    def key(self, name: str) -> "Spot":
        return Spot(self.kind, self.code, self.entries, (*self.field, name))


@dataclass(frozen=True, slots=True)
class Change:
    """One difference; `before` and `after` are the values themselves, whole where a thing came or went."""

    spot: Spot
    sort: Sort
    before: Any
    after: Any


def difference(before: Bodies, after: Bodies) -> Iterator[Change]:
    """Every change from one edition to another, definition by definition; the number of the edition is none."""
    for kind, code in sorted({*before, *after}):
        spot = Spot(kind, code)
        old, new = before.get((kind, code)), after.get((kind, code))
        if old is None or new is None:
            yield _came_or_went(spot, old, new)
        else:
            yield from _fields(spot, _flat(old), _flat(new), ITSELF | ({"number"} if kind == "edition" else set()))


def tightens(name: str, old: Any, new: Any) -> bool:
    """Whether a field of this name asks for more when it goes from one value to another."""
    return old != new and _sort(Spot("", "", field=(name,)), old, new) is Sort.TIGHTENED


def _flat(body: Body) -> Body:
    """A checklist with its items beside its sections, so that an item that moved is still the same item."""
    if "sections" not in body:
        return body
    sections = [{name: value for name, value in one.items() if name != "items"} for one in body["sections"]]
    items = [{**item, "section": one["code"]} for one in body["sections"] for item in one["items"]]
    return {**body, "sections": sections, "items": items}


def _fields(spot: Spot, old: Body, new: Body, skipped: frozenset[str] | set[str] = ITSELF) -> Iterator[Change]:
    for name in dict.fromkeys((*old, *new)):
        before, after = (_given(fields, name) for fields in (old, new))
        if name not in skipped and before != after:
            yield from _value(spot.key(name), before, after)


def _given(fields: Body, name: str) -> Any:
    """A value as it counts: a flag that is not said is what it is by default, and `false` is not said."""
    value = fields.get(name, True if name in YES_UNLESS_SAID else None)
    return value if value is not False or name in YES_UNLESS_SAID else None


def _value(spot: Spot, old: Any, new: Any) -> Iterator[Change]:
    given = old or new
    if _is_text(given):
        yield Change(spot, Sort.REWORDED, old, new)
    elif isinstance(given, Mapping):
        yield from _fields(spot, old or {}, new or {}, set())
    elif _is_entries(given):
        yield from _entries(spot, old or [], new or [])
    elif isinstance(given, list) and all(map(_is_text, given)):
        yield Change(spot, Sort.REWORDED, old, new)
    else:
        yield Change(spot, _sort(spot, old, new), old, new)


def _entries(spot: Spot, old: Sequence[Body], new: Sequence[Body]) -> Iterator[Change]:
    of = spot.field[-1]
    ours, theirs = _named(old), _named(new)
    for name in dict.fromkeys((*ours, *theirs)):
        one = theirs.get(name) or ours[name]
        inner = spot.entry(Entry(of, name, one.get("title") or one.get("text") or name))
        if name in ours and name in theirs:
            yield from _fields(inner, ours[name], theirs[name])
        else:
            yield _came_or_went(inner, ours.get(name), theirs.get(name))


def _named(entries: Sequence[Body]) -> dict[str, Body]:
    return {str(next((one[name] for name in NAMES if name in one), place)): one for place, one in enumerate(entries)}


def _came_or_went(spot: Spot, old: Any, new: Any) -> Change:
    return Change(spot, Sort.ADDED if old is None else Sort.RETIRED, old, new)


def _is_text(value: Any) -> bool:
    return isinstance(value, Mapping) and value.keys() == {"zh", "en"}


def _is_entries(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], Mapping) and not _is_text(value[0])


def _sort(spot: Spot, old: Any, new: Any) -> Sort:
    name = spot.field[-1]
    by_tier = len(spot.field) > 1 and spot.field[-2] in BY_TIER
    if isinstance(old, list) or isinstance(new, list):
        return _of_lists(name, set(old or ()), set(new or ()))
    if name in RANKS:
        return _of_ranks(RANKS[name], old, new)
    if by_tier or name in HIGHER_IS_TIGHTER:
        return _of_numbers(old, new, 1)
    if name in LOWER_IS_TIGHTER:
        return _of_numbers(old, new, -1)
    return Sort.CHANGED


def _of_lists(name: str, old: set[Any], new: set[Any]) -> Sort:
    if name in EMPTY_IS_ALL and not (old and new):
        return Sort.LOOSENED if new else Sort.TIGHTENED
    if name in MORE_IS_TIGHTER | FEWER_IS_TIGHTER and (old < new or new < old):
        return Sort.TIGHTENED if (old < new) == (name in MORE_IS_TIGHTER) else Sort.LOOSENED
    return Sort.CHANGED


def _of_ranks(order: Sequence[str], old: Any, new: Any) -> Sort:
    places = [order.index(one) if one in order else -1 for one in (old, new)]
    return Sort.TIGHTENED if places[1] > places[0] else Sort.LOOSENED


def _of_numbers(old: Any, new: Any, upward: int) -> Sort:
    """A bound that was not there before tightens, one that goes loosens; a flag not given is no."""
    if isinstance(old, bool) or isinstance(new, bool):
        grows = bool(new) - bool(old)
        return Sort.TIGHTENED if grows * upward > 0 else Sort.LOOSENED
    if old is None or new is None:
        return Sort.TIGHTENED if old is None else Sort.LOOSENED
    return Sort.TIGHTENED if (Decimal(str(new)) - Decimal(str(old))) * upward > 0 else Sort.LOOSENED
