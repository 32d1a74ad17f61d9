"""A fast run leaves nothing out but tests of a matrix, and a random order is one that can be had again."""

import random
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.support import chosen

ROOT = Path(__file__).parents[2]
MATRIX = "tests/web/test_matrix.py"


def test_a_fast_run_samples_modules_that_there_are() -> None:
    assert [module for module in chosen.SAMPLED if not (ROOT / module).is_file()] == []


def test_the_longest_modules_begin_first() -> None:
    assert [module for module in chosen.LONGEST if not (ROOT / module).is_file()] == []
    order = [chosen.begins(f"{module}::test_it[1]") for module in (*chosen.LONGEST, "tests/platform/test_other.py")]
    assert order == sorted(set(order))


def test_a_fast_run_takes_about_one_of_so_many_of_a_matrix() -> None:
    took = sum(chosen.taken(f"{MATRIX}::test_a_route[{number}]") for number in range(10_000))
    assert 0.8 < took / (10_000 / chosen.SAMPLED[MATRIX]) < 1.2


def test_a_fast_run_leaves_out_nothing_else() -> None:
    assert all(chosen.taken(f"tests/platform/test_other.py::test_a_thing[{number}]") for number in range(100))
    assert chosen.taken(f"{MATRIX}::test_the_matrix_is_as_large_as_it_was")


def test_a_seed_gives_its_order_again_and_keeps_the_tests_of_a_module_together() -> None:
    items = list(made())
    once, again = (chosen.shuffled(items, random.Random(7)) for _turn in range(2))
    assert once == again != items
    assert chosen.shuffled(items, random.Random(8)) != once
    assert sorted(one.name for one in once) == sorted(one.name for one in items)
    assert len(list(groupby(once, lambda one: one.path))) == 5


def made() -> Iterator[Any]:
    for module in "abcde":
        for number in range(4):
            yield SimpleNamespace(path=module, name=f"{module}{number}")
