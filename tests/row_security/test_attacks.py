"""What raw SQL of each login gets out of another room: nothing, not even whether it is there."""

import os
from collections.abc import Iterator
from functools import cache
from typing import Any

import psycopg
import pytest
from psycopg import errors

from huakai_deploy.local import Urls
from tests.row_security import attacks, deeds, world
from tests.row_security.attacks import Attack, Outcome
from tests.row_security.privileges import RUNNING

Connection = psycopg.Connection[Any]
FAST = os.environ.get("HUAKAI_TEST_FAST") == "1"
BY_HAND = 12
"""How many tests share the attacks thought out by hand."""
GROUPS = [*world.TENANTS_OWN, *range(BY_HAND)][:: 4 if FAST else 1]
"""What one test attacks: a table, or whatever some of those by hand are about. A quick run takes every fourth."""
MISSPELT = (
    errors.SyntaxError,
    errors.UndefinedTable,
    errors.UndefinedColumn,
    errors.UndefinedFunction,
    errors.DatatypeMismatch,
    errors.NotNullViolation,
)


@pytest.fixture(scope="module")
def watched(inhabited: Urls) -> Iterator[Connection]:
    with psycopg.connect(inhabited.login("postgres"), autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def before(watched: Connection) -> dict[str, str | None]:
    return world.fingerprints(watched)


@pytest.fixture(scope="module")
def lines(inhabited: Urls, empty: Urls) -> Iterator[dict[tuple[str, str], Connection]]:
    """A connection of each login to each of the two worlds."""
    worlds = {"inhabited": inhabited, "empty": empty}
    made = {
        (name, role): psycopg.connect(urls.login(role), prepare_threshold=None)
        for name, urls in worlds.items()
        for role in RUNNING
    }
    yield made
    for connection in made.values():
        connection.close()


def strike(connection: Connection, attack: Attack) -> tuple[Outcome, bool]:
    """Run an attack, keep what it did, and leave the session as new. Gives whether anything was written, too."""
    outcome, wrote = attacks.launch(connection, attack), False
    if outcome.error:
        connection.rollback()
    else:
        wrote = connection.execute("SELECT pg_current_xact_id_if_assigned()").fetchone() != (None,)
        connection.commit()
    if not attack.table:
        connection.set_autocommit(True)
        connection.execute("DISCARD ALL")
        connection.set_autocommit(False)
    return outcome, wrote


@cache
def _grouped(role: str) -> dict[str | int, list[Attack]]:
    grouped: dict[str | int, list[Attack]] = {
        number: list(deeds.of(role))[number::BY_HAND] for number in range(BY_HAND)
    }
    for attack in attacks.on_tables(role):
        grouped.setdefault(attack.table, []).append(attack)
    return grouped


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("role", RUNNING)
def test_nothing_is_seen_or_changed(
    lines: dict[tuple[str, str], Connection],
    watched: Connection,
    before: dict[str, str | None],
    role: str,
    group: str | int,
) -> None:
    wrong = []
    for attack in _grouped(role).get(group, []):
        outcome, wrote = strike(lines["inhabited", role], attack)
        without, _ = strike(lines["empty", role], attack)
        changed = wrote and world.fingerprints(watched) != before
        wrong += [f"{attack.name}: {what}" for what in _judged(attack, outcome, without, changed)]
        assert not changed, wrong

    assert wrong == []


def _judged(attack: Attack, outcome: Outcome, without: Outcome, changed: bool) -> Iterator[str]:
    """What an attacker got that nobody should."""
    if changed:
        yield "rows of others were changed"
    if outcome.leaked:
        yield "content of others was seen"
    if attack.same and outcome.comparable != without.comparable:
        yield "the outcome tells whether the victim's rows are there"
    if attack.blind and outcome.rows:
        yield "something came back"
    if attack.refused is psycopg.Error and not outcome.error:
        yield "this should have been refused"
    if not attack.missing and isinstance(outcome.error, MISSPELT):
        yield f"misspelt: {outcome.error}"


@pytest.mark.parametrize("role", RUNNING)
def test_there_are_at_least_sixty_attacks_by_hand_as_each_login(role: str) -> None:
    assert len(list(deeds.of(role))) >= 60


def test_every_attack_is_in_a_group() -> None:
    for role in RUNNING:
        grouped = _grouped(role)
        assert set(grouped) <= {*world.TENANTS_OWN, *range(BY_HAND)}
        assert sum(map(len, grouped.values())) > 1_500
