"""What must hold between the definitions of one edition: names found, codes unique, sums right."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from huakai_platform.kernel.i18n import _

Fault = tuple[str, str]  # path, message
Bodies = Mapping[str, Mapping[str, Any]]  # by kind; checklists are handed one by one
LISTS = (
    ("edition", "chapters"),
    ("edition", "lines"),
    ("tiers", "tiers"),
    ("spaces", "departments"),
    ("spaces", "spaces"),
    ("spaces", "sets"),
    ("equipment", "groups"),
    ("equipment", "equipment"),
    ("wall_documents", "documents"),
    ("posts", "posts"),
    ("certificates", "certificates"),
    ("curricula", "courses"),
    ("curricula", "programmes"),
    ("indicators", "sets"),
    ("indicators", "dimensions"),
    ("indicators", "metrics"),
    ("indicators", "indicators"),
    ("activity_themes", "venues"),
    ("activity_themes", "programmes"),
    ("activity_themes", "themes"),
    ("activity_themes", "flowers"),
    ("activity_themes", "forms"),
    ("activity_themes", "audiences"),
    ("variation", "thresholds"),
)
# (kind, list, field) → (kind, list) whose codes it may name; a mapping names by its keys.
POINTERS: Mapping[tuple[str, str, str], tuple[str, str]] = {
    ("spaces", "spaces", "pair"): ("spaces", "spaces"),
    ("spaces", "spaces", "department"): ("spaces", "departments"),
    ("spaces", "sets", "spaces"): ("spaces", "spaces"),
    ("spaces", "tiers", "tier"): ("tiers", "tiers"),
    ("spaces", "tiers", "required"): ("spaces", "spaces"),
    ("spaces", "tiers", "optional"): ("spaces", "spaces"),
    ("equipment", "equipment", "group"): ("equipment", "groups"),
    ("equipment", "equipment", "quantity"): ("tiers", "tiers"),
    ("posts", "posts", "number"): ("tiers", "tiers"),
    ("posts", "posts", "certificates"): ("certificates", "certificates"),
    ("posts", "posts", "programmes"): ("curricula", "programmes"),
    ("curricula", "programmes", "courses"): ("curricula", "courses"),
    ("curricula", "programmes", "posts"): ("posts", "posts"),
    ("indicators", "dimensions", "weights"): ("indicators", "sets"),
    ("indicators", "indicators", "dimension"): ("indicators", "dimensions"),
    ("indicators", "indicators", "metric"): ("indicators", "metrics"),
    ("indicators", "indicators", "points"): ("indicators", "sets"),
    ("variation", "opening", "tier"): ("tiers", "tiers"),
    ("activity_themes", "programmes", "venue"): ("activity_themes", "venues"),
}
FULL_SCORE = 100
BOUND = ("checklist", "item", "bound")
"""What a threshold of a variation names."""


def faults(body: Mapping[str, Any], edition: Bodies) -> list[Fault]:
    """What is wrong with a well-shaped definition among those of its edition."""
    rules = (
        _doubles,
        _lost_sources,
        _lost_names,
        _lost_tiers,
        _wrong_points,
        _wrong_hours,
        _wrong_months,
        _doubled_bounds,
    )
    return [fault for rule in rules for fault in rule(body, edition)]


def _doubles(body: Mapping[str, Any], _edition: Bodies) -> Iterator[Fault]:
    for kind, name in LISTS:
        if kind == body["kind"]:
            counted = Counter(entry["code"] for entry in body.get(name, ()))
            yield from ((name, _("代码重复：{codes}", codes=code)) for code, times in counted.items() if times > 1)


def _lost_sources(body: Mapping[str, Any], edition: Bodies) -> Iterator[Fault]:
    known = {note["id"] for note in edition["edition"]["sources"]}
    for path, source in cited(body):
        if source not in known:
            yield path, _("来源清单里没有 {source}", source=source)


def cited(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every source that a definition names, with the path to where it does."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            step = f"{path}.{key}" if path else key
            if key == "source":
                yield from ((step, source) for source in ([part] if isinstance(part, str) else part))
            else:
                yield from cited(part, step)
    elif isinstance(value, list):
        for place, part in enumerate(value):
            yield from cited(part, f"{path}[{place}]")


def _lost_names(body: Mapping[str, Any], edition: Bodies) -> Iterator[Fault]:
    for (kind, name, field), (target, target_list) in POINTERS.items():
        if kind != body["kind"]:
            continue
        known = {entry["code"] for entry in edition[target].get(target_list, ())}
        for place, entry in enumerate(body.get(name, ())):
            for code in _named(entry.get(field)):
                if code not in known:
                    yield f"{name}[{place}].{field}", _("找不到 {code}", code=code)


def _named(value: Any) -> Iterable[str]:
    return () if value is None else (value,) if isinstance(value, str) else tuple(value)


def _lost_tiers(body: Mapping[str, Any], edition: Bodies) -> Iterator[Fault]:
    if "sections" not in body:
        return
    known = {tier["code"] for tier in edition["tiers"]["tiers"]}
    entries = [("tiers", body)] + [
        (f"sections[{place}].items[{index}].tiers", item)
        for place, section in enumerate(body["sections"])
        for index, item in enumerate(section["items"])
    ]
    for path, entry in entries:
        for code in entry.get("tiers", ()):
            if code not in known:
                yield path, _("找不到 {code}", code=code)


def _wrong_points(body: Mapping[str, Any], _edition: Bodies) -> Iterator[Fault]:
    """Points add up to the weight of each dimension, and the weights to 100, in every age set."""
    if body["kind"] != "indicators":
        return
    for age in (entry["code"] for entry in body["sets"]):
        if (total := sum(entry["weights"].get(age, 0) for entry in body["dimensions"])) != FULL_SCORE:
            yield "dimensions", _("{set} 组权重合计 {total}，应为 100", set=age, total=total)
        if (total := sum(entry["points"].get(age, 0) for entry in body["indicators"])) != FULL_SCORE:
            yield "indicators", _("{set} 组分值合计 {total}，应为 100", set=age, total=total)
        for place, dimension in enumerate(body["dimensions"]):
            mine = [entry for entry in body["indicators"] if entry["dimension"] == dimension["code"]]
            points, weight = sum(entry["points"].get(age, 0) for entry in mine), dimension["weights"].get(age, 0)
            if points != weight:
                text = _("{set} 组分值合计 {points}，与权重 {weight} 不符", set=age, points=points, weight=weight)
                yield f"dimensions[{place}].weights", text


def _wrong_hours(body: Mapping[str, Any], _edition: Bodies) -> Iterator[Fault]:
    if body["kind"] != "curricula":
        return
    hours = {course["code"]: course["hours"] for course in body["courses"]}
    for place, programme in enumerate(body["programmes"]):
        total = sum(hours.get(code, 0) for code in programme["courses"])
        if total != programme["hours"]:
            text = _("课程合计 {total} 学时，与 {hours} 不符", total=total, hours=programme["hours"])
            yield f"programmes[{place}].hours", text


def _wrong_months(body: Mapping[str, Any], _edition: Bodies) -> Iterator[Fault]:
    if body["kind"] == "activity_themes" and sorted(theme["month"] for theme in body["themes"]) != list(range(1, 13)):
        yield "themes", _("十二个月每月一个主题")


def _doubled_bounds(body: Mapping[str, Any], _edition: Bodies) -> Iterator[Fault]:
    """Of each bound of an item one threshold."""
    if body["kind"] != "variation":
        return
    if doubled := [
        f"{one['checklist']}/{one['item']}/{one['bound']}"
        for place, one in enumerate(body["thresholds"])
        if any(all(one[name] == other[name] for name in BOUND) for other in body["thresholds"][:place])
    ]:
        yield "thresholds", _("代码重复：{codes}", codes=doubled[0])
