"""Nobody who knows everything that is shown can work out what is not: linear programming tries."""

import random
from collections.abc import Mapping
from typing import Any

import pytest

from huakai_platform.oversight import protection
from huakai_platform.oversight.census import METRICS, SIDES
from huakai_platform.oversight.protection import Cell, Earlier, Guard, Metric, Shown, protect
from tests.support.attacker import Attacker, cells, leaves

LEAST = 10
STAFF = Metric("staff")
Site = dict[str, int]


def side_counts(site: Site) -> dict[str, int]:
    counts = dict(site)
    for metric in METRICS:
        if metric.whole:
            counts[metric.remainder] = site[metric.whole] - site[metric.name]
    return {side: counts[side] for side in SIDES}


def sites(chance: random.Random, number: int) -> list[Site]:
    """Rooms of a few people, and now and then a centre of many."""
    made = []
    for _ in range(number):
        staff = chance.choice([0, 1, 2, 3, 4, 4, 5, 6, 14, 30])
        untrained, counselling = chance.randint(0, staff), chance.randint(0, staff)
        made.append(
            {
                "staff": staff,
                "staff_untrained": untrained,
                "staff_unrecorded": chance.randint(0, untrained),
                "staff_counselling": counselling,
                "staff_certified": chance.randint(0, counselling),
                "staff_expiring": chance.randint(0, staff),
            }
        )
    return made


def grow(shape: list[Any], values: Mapping[str, Site], place: str = "0") -> Cell:
    """A tree of places by its shape: a list is a region, a name a site."""
    children = []
    for number, part in enumerate(shape):
        if isinstance(part, list):
            children.append(grow(part, values, f"{place}.{number}"))
        else:
            counts = side_counts(values[part])
            showable = values[part]["staff"] >= LEAST
            children.append(Cell(part, int(values[part]["staff"] > 0), counts, site=showable, showable=showable))
    counts = {side: sum(child.counts[side] for child in children) for side in SIDES}
    return Cell(place, sum(child.sites for child in children), counts, children)


def shape(chance: random.Random, names: list[str], depth: int = 3) -> list[Any]:
    """Sites dealt out over a tree of regions."""
    if depth == 1 or len(names) < 4:
        return list(names)
    parts: list[list[str]] = [[] for _ in range(chance.randint(2, 5))]
    for name in names:
        chance.choice(parts).append(name)
    return [shape(chance, part, depth - 1) for part in parts if part]


def world(seed: int) -> tuple[list[Any], dict[str, Site], random.Random]:
    chance = random.Random(seed)
    number = chance.randint(8, 26)
    values = {f"s{index}": site for index, site in enumerate(sites(chance, number))}
    return shape(chance, list(values)), values, chance


def narrowed(country: Cell, shown: Shown, chance: random.Random, most: int = 14) -> list[str]:
    """Hidden cells that the attacker knows to less than the threshold."""
    attacker = Attacker(country, METRICS, shown)
    hidden = [
        (cell.place, side)
        for cell in cells(country)
        for metric in METRICS
        if metric.name not in shown.get(cell.place, ())
        for side in metric.sides
    ]
    found = []
    for place, side in chance.sample(hidden, min(most, len(hidden))):
        low, high = attacker.range(place, side)
        if high - low < LEAST - 1e-6:
            found.append(f"{place} {side}: {low}–{high}")
    return found


@pytest.mark.parametrize("seed", range(24))
def test_no_hidden_count_is_narrowed_below_the_threshold(seed: int) -> None:
    form, values, chance = world(seed)
    country = grow(form, values)

    assert narrowed(country, protect(country, METRICS, LEAST), chance) == []


def test_the_trees_of_these_tests_show_and_hide() -> None:
    told = hidden = 0
    for seed in range(24):
        form, values, _chance = world(seed)
        country = grow(form, values)
        shown = protect(country, METRICS, LEAST)
        told += sum(map(len, shown.values()))
        hidden += len(METRICS) * len(list(cells(country))) - sum(map(len, shown.values()))
    assert told > 100
    assert hidden > 100


def without_company(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Guard, "sound", lambda *_all: True)


def test_the_attacker_catches_a_protection_without_its_complementary_step(monkeypatch: pytest.MonkeyPatch) -> None:
    without_company(monkeypatch)
    caught = 0
    for seed in range(10):
        form, values, chance = world(seed)
        country = grow(form, values)
        caught += bool(narrowed(country, protect(country, METRICS, LEAST), chance, most=40))
    assert caught >= 5


def test_the_attacker_catches_parts_that_are_shown_though_their_remainder_is_small(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Metric, "sides", property(lambda metric: (metric.name,)))
    caught = 0
    for seed in range(10):
        form, values, _chance = world(seed)
        country = grow(form, values)
        shown = protect(country, METRICS, LEAST)
        monkeypatch.undo()
        caught += any(
            0 <= cell.counts[metric.remainder] < LEAST
            for cell in cells(country)
            for metric in METRICS
            if metric.whole and metric.name in shown.get(cell.place, ())
        )
        monkeypatch.setattr(Metric, "sides", property(lambda metric: (metric.name,)))
    assert caught >= 5


def later(chance: random.Random, values: dict[str, Site], share: float) -> dict[str, Site]:
    """Next month: some sites have other people."""
    fresh = sites(chance, len(values))
    return {
        name: new if chance.random() < share else old for (name, old), new in zip(values.items(), fresh, strict=True)
    }


def since(form: list[Any], shown: Shown, before: Mapping[str, Site], now: Mapping[str, Site]) -> Earlier:
    """A release as the next one sees it."""
    told = {metric.name: frozenset(place for place, some in shown.items() if metric.name in some) for metric in METRICS}
    old, new = grow(form, before), grow(form, now)
    at = {leaf.place: leaf.counts for leaf in leaves(old)}
    changes = {
        cell.place: {
            side: sum(abs(leaf.counts[side] - at[leaf.place][side]) for leaf in leaves(cell)) for side in SIDES
        }
        for cell in cells(new)
    }
    return Earlier(told, changes)


def compared(country: Cell, before: Shown, now: Shown) -> list[frozenset[str]]:
    """The smallest groups of sites whose staff both releases tell."""
    parts = [blocks(country, some) for some in (before, now)]
    joined: list[set[str]] = []
    for block in (*parts[0], *parts[1]):
        met = [one for one in joined if one & block]
        joined = [one for one in joined if not one & block] + [set(block).union(*met)]
    covered = [set().union(*some) if some else set() for some in parts]
    return [frozenset(one) for one in joined if all(one <= some for some in covered)]


def blocks(cell: Cell, shown: Shown) -> list[set[str]]:
    """What a release tells of staff, in its smallest pieces."""
    if "staff" not in shown.get(cell.place, ()):
        return []
    hidden = [child for child in cell.children if "staff" not in shown.get(child.place, ())]
    own = [{leaf.place for child in hidden for leaf in leaves(child)}] if hidden or not cell.children else []
    if not cell.children:
        own = [{cell.place}]
    return own + [block for child in cell.children for block in blocks(child, shown)]


@pytest.mark.parametrize("seed", range(40))
def test_no_difference_between_releases_uncovers_a_small_change(seed: int) -> None:
    form, values, chance = world(seed)
    months: list[tuple[Mapping[str, Site], Shown]] = []
    for _month in range(4):
        earlier = [since(form, shown, then, values) for then, shown in months]
        country = grow(form, values)
        now = protect(country, METRICS, LEAST, earlier)
        for then, before in months:
            for group in compared(country, before, now):
                assert sum(abs(values[one]["staff"] - then[one]["staff"]) for one in group) >= LEAST
        months.append((values, now))
        values = later(chance, values, 0.3)


def test_releases_that_forget_the_earlier_ones_uncover_small_changes() -> None:
    uncovered = 0
    for seed in range(20):
        form, values, chance = world(seed)
        following = later(chance, values, 0.1)
        country, next_country = grow(form, values), grow(form, following)
        before, now = protect(country, METRICS, LEAST), protect(next_country, METRICS, LEAST)
        uncovered += any(
            sum(abs(following[one]["staff"] - values[one]["staff"]) for one in group) < LEAST
            for group in compared(country, before, now)
        )
    assert uncovered >= 10


def small(*staff: int) -> Cell:
    values = {f"s{number}": sites(random.Random(1), 1)[0] | {"staff": count} for number, count in enumerate(staff)}
    return Cell(
        "0",
        len(staff),
        {"staff": sum(staff)},
        [Cell(name, 1, {"staff": site["staff"]}, site=True, showable=True) for name, site in values.items()],
    )


def test_a_single_small_count_is_kept_company_until_three_sites_are_hidden() -> None:
    assert set(protect(small(30, 20, 40, 3), [STAFF], LEAST)) == {"0", "s2"}


def test_a_place_of_two_sites_is_not_shown() -> None:
    assert protect(small(30, 20), [STAFF], LEAST) == {}
    assert set(protect(small(30, 20, 10), [STAFF], LEAST)) == {"0", "s0", "s1", "s2"}


def test_a_country_below_the_threshold_tells_nothing() -> None:
    assert protect(small(3, 3, 3), [STAFF], LEAST) == {}
    assert protection.MIN_SITES == 3
