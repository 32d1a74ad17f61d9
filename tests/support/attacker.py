"""Somebody who knows every released figure and the arithmetic of places and metrics, and narrows down the rest."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import linprog

from huakai_platform.oversight.protection import Cell, Metric, Shown

Row = np.ndarray[Any, Any]


@dataclass
class Attacker:
    """One month: every leaf of the tree has its unknown counts, none below nought, no part above its whole."""

    country: Cell
    metrics: Sequence[Metric]
    shown: Shown

    def __post_init__(self) -> None:
        self.leaves = list(leaves(self.country))
        self.below = {cell.place: {leaf.place for leaf in leaves(cell)} for cell in cells(self.country)}
        self._known: dict[str, Any] = {}
        self.column = {
            (leaf.place, metric.name): number
            for number, (leaf, metric) in enumerate((a, b) for a in self.leaves for b in self.metrics)
        }

    def range(self, place: str, side: str) -> tuple[float, float]:
        """The least and the most that the count on a side of a metric can be at a place."""
        goal = self._row(place, side)
        low, high = (self._solve(sign * goal) * sign for sign in (1, -1))
        return low, high

    def _solve(self, goal: Row) -> float:
        found = linprog(goal, **self.known, bounds=(0, None), method="highs")
        if found.status == 3:
            return -np.inf
        assert found.status == 0, found.message
        return float(found.fun)

    @property
    def known(self) -> Mapping[str, Any]:
        if not self._known:
            told = [(self._row(place, name), n) for place, some in self.shown.items() for name, n in some.items()]
            split = [metric for metric in self.metrics if metric.whole]
            parts = [-self._row(leaf.place, metric.remainder) for leaf in self.leaves for metric in split]
            self._known = {
                "A_eq": np.array([row for row, _n in told]) if told else None,
                "b_eq": np.array([n for _row, n in told]) if told else None,
                "A_ub": np.array(parts),
                "b_ub": np.zeros(len(parts)),
            }
        return self._known

    def _row(self, place: str, side: str) -> Row:
        row = np.zeros(len(self.column))
        plus, _dash, minus = side.partition("-")
        names = [(plus, 1.0), (minus, -1.0)] if minus else [(plus, 1.0)]
        for leaf in self.below[place]:
            for name, sign in names:
                row[self.column[leaf, name]] += sign
        return row


def cells(cell: Cell) -> Iterator[Cell]:
    yield cell
    for child in cell.children:
        yield from cells(child)


def leaves(cell: Cell) -> Iterator[Cell]:
    return (one for one in cells(cell) if not one.children)
