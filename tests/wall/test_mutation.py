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
    by_attack, by_catalogue, survivors, kinds = Counter[str](), 0, [], Counter[str]()
    for mutant in list(mutants.every(undone)):
        with undone.transaction(force_rollback=True):
            undone.execute(mutant.statement.encode())
            named = catalogue.findings(undone)
            tried = mutant.kind in mutants.OPEN or not named
            through = probes.leaks(undone, mutant.table, enough=1) if tried else []
        kinds[mutant.kind] += 1
        by_attack[mutant.kind] += bool(through)
        by_catalogue += bool(named)
        if not named and not through:
            survivors.append(mutant.statement)
    with capsys.disabled():
        told = f"\n{kinds.total()} mutants: {by_catalogue} named, {by_attack.total()} attacked with success"
        print(told, {kind: f"{by_attack[kind]}/{count}" for kind, count in kinds.items()})  # noqa: T201

    assert not survivors, "\n".join(survivors)
    assert kinds.total() > 200

    felt = mutants.OPEN - {"policy dropped", "secrets can be read"}
    assert {kind: by_attack[kind] for kind in felt} == {kind: kinds[kind] for kind in felt}, "attacks alone feel these"
