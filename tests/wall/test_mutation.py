"""Take any stone out of the wall: an attack gets through or the catalogue names the hole."""

from collections import Counter
from typing import Any

import psycopg
import pytest

from tests.wall import catalogue, mutants, probes

Connection = psycopg.Connection[Any]


def test_nothing_gets_through_while_the_wall_stands(undone: Connection) -> None:
    for table in {mutant.table for mutant in mutants.every(undone)}:
        assert probes.leaks(undone, table) == []


def test_every_mutant_is_found(undone: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    undone.execute("SET lock_timeout = '10s'")
    by_attack, by_catalogue, survivors, kinds = 0, 0, [], Counter[str]()
    for mutant in list(mutants.every(undone)):
        with undone.transaction(force_rollback=True):
            undone.execute(mutant.statement.encode())
            named = catalogue.findings(undone)
            through = probes.leaks(undone, mutant.table, enough=1)
        kinds[mutant.kind] += 1
        by_attack += bool(through)
        by_catalogue += bool(named)
        if not named and not through:
            survivors.append(mutant.statement)
    with capsys.disabled():
        print(f"\n{kinds.total()} mutants: {by_catalogue} named, {by_attack} attacked", dict(kinds))  # noqa: T201

    assert survivors == []
    assert kinds.total() > 200


def test_a_dropped_wall_is_felt_by_the_attacks_alone(undone: Connection) -> None:
    walls = [m for m in mutants.every(undone) if m.kind in ("policy dropped", "row security off") and m.table]
    for mutant in walls:
        with undone.transaction(force_rollback=True):
            undone.execute(mutant.statement.encode())
            if "tenant_wall" in mutant.statement or "DISABLE" in mutant.statement:
                assert probes.leaks(undone, mutant.table, enough=1), mutant.statement
