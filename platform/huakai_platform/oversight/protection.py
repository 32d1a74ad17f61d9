"""Which counts of people may be shown, so that none of the others can be worked out; the rule and why it holds.

A metric is a count of people, `staff`, or a part of another one that splits it in two: the part and the remainder are
its *sides*. For each metric the shown places form a tree from the country down: a place is shown only below a shown
one, and a part only where its whole is. A shown place is a site or covers at least three of them, and each side of it
is at least the threshold T. The children of a shown place that are hidden are a *block*: together they, too, cover
three sites and come to T on each side. Where that fails, the smallest shown child joins the block (it ends with all
children hidden: the block is then the place itself, which was found good before).

Within a month. Every shown figure is a sum of blocks and of shown leaves, so whoever knows these knows all that is
told. A hidden cell x is a proper part of exactly one block:
 - of a metric without a whole, x may be anything from 0 to the block's count, which is T or more: others take the rest;
 - of a part, the block has sides p, q of at least T, and the whole's cell at x either a known count n with both n and
   p + q - n at least T (a part's blocks are unions of the whole's) or, by induction, a range [l, h] no narrower than T.
   Any whole counts with the right sum can be filled with parts with the right sums (a transport table), so x reaches
   from max(0, l - q) up to min(h, p), where l = h = n when it is known. The four ways to take the two bounds leave h,
   p, h - l + q or p + q - l: each is at least T.
Parts of one whole that do not split each other are filled independently.

Between two months. A group of sites can be compared only when both months tell its count: it is then put together from
groups that are whole in both: a place shown in both, a block of either month, or blocks that overlap, taken as one.
Each of them is shown only when the sites in it, taken one by one, have changed by at least T people on each side since
that earlier release, new and lost sites included; so no difference uncovers a change of fewer than T people.
Months that nobody can compare constrain each other in nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

MIN_SITES = 3

Counts = Mapping[str, int]
Shown = dict[str, dict[str, int]]
"""Place, then metric: what may be told."""


@dataclass(frozen=True)
class Metric:
    """A count of people and the one that it is a part of; `remainder` names the other side."""

    name: str
    whole: str | None = None

    @property
    def remainder(self) -> str:
        return f"{self.whole}-{self.name}"

    @property
    def sides(self) -> tuple[str, ...]:
        return (self.name, self.remainder) if self.whole else (self.name,)


@dataclass(frozen=True, eq=False)
class Cell:
    """A place with its counts on every side; one that is not `showable` stands for several small ones."""

    place: str
    sites: int
    counts: Counts
    children: Sequence["Cell"] = ()
    site: bool = False
    showable: bool = True


@dataclass(frozen=True)
class Earlier:
    """A release that has gone out: where each metric was shown, and how far the sites of a place have changed since."""

    shown: Mapping[str, frozenset[str]]
    changes: Mapping[str, Counts] = field(default_factory=dict)

    def at(self, metric: Metric, cell: Cell) -> bool:
        return cell.place in self.shown.get(metric.name, ())

    def changed(self, metric: Metric, cells: Iterable[Cell], least: int) -> bool:
        known = [self.changes.get(cell.place, {}) for cell in cells]
        return all(sum(one.get(side, 0) for one in known) >= least for side in metric.sides)


@dataclass(frozen=True)
class Guard:
    """What is asked of a metric in the release to be made."""

    metric: Metric
    threshold: int
    earlier: Sequence[Earlier]

    def enough(self, cells: Iterable[Cell]) -> bool:
        """Whether cells together may be told as one number."""
        cells = list(cells)
        if sum(cell.sites for cell in cells) < MIN_SITES and not (len(cells) == 1 and cells[0].site):
            return False
        return all(sum(cell.counts[side] for cell in cells) >= self.threshold for side in self.metric.sides)

    def allows(self, cell: Cell) -> bool:
        """Whether a child of a shown place may be shown by itself."""
        since = (one for one in self.earlier if one.at(self.metric, cell))
        return (
            cell.showable
            and self.enough([cell])
            and all(one.changed(self.metric, [cell], self.threshold) for one in since)
        )

    def sound(self, parent: Cell, hidden: Sequence[Cell]) -> bool:
        """Whether the hidden children of a shown place cannot be told apart, now or by comparing."""
        if hidden and not self.enough(hidden):
            return False
        since = (one for one in self.earlier if one.at(self.metric, parent))
        return all(
            one.changed(self.metric, group, self.threshold)
            for one in since
            for group in _groups(hidden, [child for child in parent.children if not one.at(self.metric, child)])
        )


def protect(country: Cell, metrics: Sequence[Metric], threshold: int, earlier: Sequence[Earlier] = ()) -> Shown:
    """What may be shown of a month; a whole stands before its parts in `metrics`."""
    shown: Shown = {}
    for metric in metrics:
        guard = Guard(metric, threshold, earlier)
        if _open_to(metric, country, shown) and guard.allows(country):
            _show(guard, country, shown)
    return shown


def _show(guard: Guard, cell: Cell, shown: Shown) -> None:
    shown.setdefault(cell.place, {})[guard.metric.name] = cell.counts[guard.metric.name]
    hidden = _hidden(guard, cell, shown)
    for child in cell.children:
        if child not in hidden:
            _show(guard, child, shown)


def _hidden(guard: Guard, parent: Cell, shown: Shown) -> list[Cell]:
    """The children that have to be hidden: those that may not be shown, and as many more as keep them company."""
    able = {id(child) for child in parent.children if _open_to(guard.metric, child, shown) and guard.allows(child)}
    hidden = [child for child in parent.children if id(child) not in able]
    company = [child for child in parent.children if id(child) in able]
    company.sort(key=lambda child: min(child.counts[side] for side in guard.metric.sides))
    while company and not guard.sound(parent, hidden):
        hidden.append(company.pop(0))
    return hidden


def _open_to(metric: Metric, cell: Cell, shown: Shown) -> bool:
    return metric.whole is None or metric.whole in shown.get(cell.place, ())


def _groups(hidden: Sequence[Cell], before: Sequence[Cell]) -> list[list[Cell]]:
    """What was hidden in either month, as far as it can be told apart by both."""
    if any(cell in before for cell in hidden):
        return [list({id(cell): cell for cell in (*hidden, *before)}.values())]
    return [list(group) for group in (hidden, before) if group]
