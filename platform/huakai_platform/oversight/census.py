"""The counts of people of all sites as a tree of places, and how far each place has changed since earlier releases."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Integer, String, case, cast, func, null, or_, select
from sqlalchemy.orm import Session, aliased

from huakai_platform.oversight.metrics import PERSONS
from huakai_platform.oversight.models import PersonFact, ReleasedFigure
from huakai_platform.oversight.protection import Cell, Earlier, Metric
from huakai_platform.regions.models import Region
from huakai_platform.regions.service import COUNTRY

METRICS = tuple(Metric(name, whole) for name, whole in PERSONS.items())
SIDES = tuple(dict.fromkeys(side for metric in METRICS for side in metric.sides))
NONE: Mapping[str, int] = dict.fromkeys(SIDES, 0)
REST = "{}/rest"
"""The sites of a region that are too small to be shown by themselves, as one cell."""
CHUNK = 10_000

Column = ColumnElement[Any]
Ancestors = Mapping[str, Sequence[str]]


def of(session: Session, month: date, threshold: int, earlier: Sequence[date]) -> tuple[Cell, list[Earlier]]:
    """The month's tree from the country down, and every earlier release as it bears on it."""
    leaves = _leaves(session, month, threshold)
    changes = [_changes(session, month, one, threshold) for one in earlier]
    places = _with_lost_sites(leaves, changes)
    ancestors = _ancestors(session, {region for region, *_rest in places})
    told = [_shown(session, one) for one in earlier]
    known = [Earlier(shown, _upward(some, ancestors)) for shown, some in zip(told, changes, strict=True)]
    return _tree(places, ancestors), known


Leaf = tuple[str, str | None, int, Mapping[str, int]]
"""Region, the site when it stands alone, how many sites have staff, and the counts on every side."""


def _leaves(session: Session, month: date, threshold: int) -> list[Leaf]:
    fact = aliased(PersonFact)
    alone = _alone(fact, threshold)
    rows = session.execute(
        select(fact.region_code, alone, func.count().filter(_count(fact, "staff") > 0), *_sums(_sides(fact)))
        .where(fact.month == month)
        .group_by(fact.region_code, alone)
    )
    return [_leaf(row) for row in rows]


def _changes(session: Session, month: date, before: date, threshold: int) -> list[Leaf]:
    """By how much the sites of a region have changed, each taken by itself; who moved away is left out."""
    now = aliased(PersonFact, select(PersonFact).where(PersonFact.month == month).subquery())
    then = aliased(PersonFact, select(PersonFact).where(PersonFact.month == before).subquery())
    alone = _alone(now, threshold)
    region = func.coalesce(now.region_code, then.region_code)
    differences = [func.abs(one - other) for one, other in zip(_sides(now), _sides(then), strict=True)]
    rows = session.execute(
        select(region, alone, func.count(), *_sums(differences))
        .select_from(now)
        .join(then, then.tenant_id == now.tenant_id, full=True)
        .where(or_(now.region_code.is_(None), then.region_code.is_(None), now.region_code == then.region_code))
        .group_by(region, alone)
    )
    return [_leaf(row) for row in rows]


def _alone(fact: Any, threshold: int) -> Column:
    return case((_count(fact, "staff") >= threshold, cast(fact.tenant_id, String)), else_=null())


def _count(fact: Any, name: str) -> Column:
    return func.coalesce(cast(fact.metrics[name].astext, Integer), 0)


def _sides(fact: Any) -> list[Column]:
    known = {metric.name: _count(fact, metric.name) for metric in METRICS}
    known |= {metric.remainder: known[metric.whole] - known[metric.name] for metric in METRICS if metric.whole}
    return [known[side] for side in SIDES]


def _sums(columns: Iterable[Column]) -> list[Column]:
    return [func.sum(column) for column in columns]


def _leaf(row: Any) -> Leaf:
    region, site, sites, *counts = row
    return region, site, sites, dict(zip(SIDES, map(int, counts), strict=True))


def _key(region: str, site: str | None) -> str:
    return site or REST.format(region)


def _with_lost_sites(leaves: Sequence[Leaf], changes: Sequence[Sequence[Leaf]]) -> list[Leaf]:
    """The present leaves, and empty ones where there were sites at an earlier release."""
    there = {_key(region, site) for region, site, *_rest in leaves}
    lost = {region for some in changes for region, site, *_rest in some if _key(region, site) not in there}
    return [*leaves, *((region, None, 0, NONE) for region in sorted(lost))]


def _ancestors(session: Session, regions: set[str]) -> dict[str, Sequence[str]]:
    found: dict[str, Sequence[str]] = {}
    wanted = sorted(regions)
    for start in range(0, len(wanted), CHUNK):
        some = wanted[start : start + CHUNK]
        rows = session.execute(select(Region.code, Region.ancestors).where(Region.code.in_(some)))
        found |= {row.code: row.ancestors for row in rows}
    return found


def _shown(session: Session, month: date) -> dict[str, frozenset[str]]:
    shown: dict[str, set[str]] = defaultdict(set)
    figures = select(ReleasedFigure.place, ReleasedFigure.metrics).where(ReleasedFigure.month == month)
    for row in session.execute(figures):
        for metric in row.metrics:
            shown[metric].add(row.place)
    return {metric: frozenset(places) for metric, places in shown.items()}


def _upward(changes: Sequence[Leaf], ancestors: Ancestors) -> dict[str, dict[str, int]]:
    summed: dict[str, dict[str, int]] = {}
    for region, site, _sites, counts in changes:
        for place in (_key(region, site), *ancestors[region]):
            _add(summed.setdefault(place, dict(NONE)), counts)
    return summed


def _add(total: dict[str, int], counts: Mapping[str, int]) -> None:
    for side, number in counts.items():
        total[side] += number


def _tree(leaves: Sequence[Leaf], ancestors: Ancestors) -> Cell:
    children: dict[str, list[Cell]] = defaultdict(list)
    above = {code: path[number + 1] for path in ancestors.values() for number, code in enumerate(path[:-1])}
    for region, site, sites, counts in leaves:
        alone = site is not None
        children[region].append(Cell(_key(region, site), sites, counts, site=alone, showable=alone))
    below: dict[str, list[str]] = defaultdict(list)
    for code in sorted(above):
        below[above[code]].append(code)

    def grow(code: str) -> Cell:
        parts = [*(grow(one) for one in below[code]), *children[code]]
        counts = dict(NONE)
        for part in parts:
            _add(counts, part.counts)
        return Cell(code, sum(part.sites for part in parts), counts, parts)

    return grow(COUNTRY)
