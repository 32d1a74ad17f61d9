"""Weaken any policy: the catalogue names it; take both policies of a table away: an attack gets through."""

import os
from typing import Any

import psycopg
import pytest

from tests.row_security import catalogue, mutants, probes, world
from tests.row_security.mutants import FELT, NAMED, Mutant

Connection = psycopg.Connection[Any]
FAST = os.environ.get("HUAKAI_TEST_FAST") == "1"
KINDS = sorted(NAMED)
CHUNKS = 8
EVERY = 4 if FAST else 1
"""A quick run tries every fourth; which ones, is always the same."""
LEAST = {"both dropped": 30, "own condition gone": 80, "policy dropped": 100}
POLICED = ("read", "count", "join", "lock", "change", "take", "give", "delete", "explain", "guess", "write", "see")
"""The attacks that policies answer."""
UNFELT = (
    "ALTER POLICY tenant_wall ON confidential.staff_contact WITH CHECK (true);"
    " ALTER POLICY huakai_tenant_rows ON confidential.staff_contact WITH CHECK (true)",
    "ALTER TABLE confidential.staff_contact DROP CONSTRAINT staff_contact_pkey CASCADE",
)
"""Only the catalogue names these: one contact a member is held by another key."""


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_nothing_gets_through_while_the_wall_stands(undone: Connection, chunk: int) -> None:
    tables = sorted({mutant.table for mutant in mutants.every(undone) if mutant.table})[chunk::CHUNKS]
    assert {table: found for table in tables[::EVERY] if (found := probes.leaks(undone, table))} == {}


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_each_policy_holds_by_itself_where_a_cluster_made_the_wall_permissive(undone: Connection, chunk: int) -> None:
    for mutant in mutants.every(undone):
        if mutant.kind == "permissive wall":
            undone.execute(mutant.statement.encode())
    tables = sorted(world.TENANTS_OWN)[chunk::CHUNKS]
    assert {table: found for table in tables[::EVERY] if (found := probes.leaks(undone, table, only=POLICED))} == {}


@pytest.mark.parametrize("kind", KINDS)
def test_the_catalogue_names_every_mutant(undone: Connection, kind: str) -> None:
    found = [mutant for mutant in mutants.every(undone) if mutant.kind == kind and mutant.wrong]
    assert len(found) >= LEAST.get(kind, 1)
    unnamed = []
    for together in mutants.rounds(found):
        with undone.transaction(force_rollback=True):
            for mutant in together:
                undone.execute(mutant.statement.encode())
            findings = catalogue.findings(undone)
        unnamed += [mutant.statement for mutant in together if not mutant.named(findings)]

    assert unnamed == []


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_an_attack_finds_every_mutant_that_lets_one_through(undone: Connection, chunk: int) -> None:
    tried = [mutant for mutant in mutants.every(undone) if mutant.felt][chunk::CHUNKS][::EVERY]
    unfelt = [mutant.statement for mutant in tried if not _felt(undone, mutant)]

    assert unfelt == [mutant.statement for mutant in tried if mutant.statement in UNFELT]


def test_no_kind_of_mutant_is_left_out(undone: Connection) -> None:
    made = list(mutants.every(undone))

    assert {mutant.kind for mutant in made} == {*NAMED, *FELT}
    assert len(made) > 1_400


def test_a_mutant_is_named_alone_as_beside_others(undone: Connection) -> None:
    """The catalogue is asked once for many mutants: each of these says the same when it is the only one."""
    for kind in KINDS:
        mutant = [mutant for mutant in mutants.every(undone) if mutant.kind == kind and mutant.wrong][-1]
        with undone.transaction(force_rollback=True):
            undone.execute(mutant.statement.encode())
            assert mutant.named(catalogue.findings(undone)), mutant


def _felt(connection: Connection, mutant: Mutant) -> bool:
    with connection.transaction(force_rollback=True):
        connection.execute(mutant.statement.encode())
        return bool(probes.leaks(connection, mutant.table, enough=1, stone=mutant.stone))
