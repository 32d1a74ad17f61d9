"""Take any stone out of the wall: an attack gets through or the catalogue names the hole."""

from collections import Counter
from typing import Any

import psycopg
import pytest

from tests.wall import catalogue, mutants, probes

Connection = psycopg.Connection[Any]
FELT = mutants.OPEN - {"policy dropped", "secrets can be read"}
"""What the attacks find without the catalogue's help."""
UNFELT = (
    "ALTER POLICY tenant_wall ON confidential.staff_contact WITH CHECK (true)",
    "ALTER POLICY tenant_wall ON oversight.assessment WITH CHECK (true)",
    "ALTER POLICY tenant_wall ON oversight.compliance_standing WITH CHECK (true)",
    "ALTER POLICY tenant_wall ON oversight.drift_standing WITH CHECK (true)",
    "ALTER POLICY tenant_wall ON oversight.reported_head WITH CHECK (true)",
    "ALTER TABLE confidential.staff_contact DROP CONSTRAINT staff_contact_pkey CASCADE",
)
"""Only the catalogue names these: rooms may not write the former, and one contact a member is held by another key."""


def test_nothing_gets_through_while_the_wall_stands(undone: Connection) -> None:
    for table in {mutant.table for mutant in mutants.every(undone)}:
        assert probes.leaks(undone, table) == []


def test_every_mutant_is_found(undone: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    undone.execute("SET lock_timeout = '10s'")
    by_attack, by_catalogue, survivors, kinds, unfelt = Counter[str](), 0, [], Counter[str](), []
    for mutant in list(mutants.every(undone)):
        with undone.transaction(force_rollback=True):
            undone.execute(mutant.statement.encode())
            named = catalogue.findings(undone)
            tried = mutant.kind in mutants.OPEN or not named
            through = probes.leaks(undone, mutant.table, enough=1) if tried else []
        kinds[mutant.kind] += 1
        unfelt += [mutant.statement] if mutant.kind in FELT and not through else []
        by_attack[mutant.kind] += bool(through)
        by_catalogue += bool(named)
        if not named and not through:
            survivors.append(mutant.statement)
    with capsys.disabled():
        told = f"\n{kinds.total()} mutants: {by_catalogue} named, {by_attack.total()} attacked with success"
        print(told, {kind: f"{by_attack[kind]}/{count}" for kind, count in kinds.items()})  # noqa: T201

    assert not survivors, "\n".join(survivors)
    assert kinds.total() > 200

    assert unfelt == list(UNFELT), "attacks alone feel these:\n" + "\n".join(unfelt)
