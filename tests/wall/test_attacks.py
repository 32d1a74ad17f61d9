"""What raw SQL of each login gets out of another room: nothing, not even whether it is there."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import errors

from huakai_deploy.local import Urls
from tests.wall import attacks, deeds, world
from tests.wall.attacks import Attack, Outcome
from tests.wall.privileges import RUNNING

Connection = psycopg.Connection[Any]
ATTACKS = {role: {attack.name: attack for attack in (*attacks.on_tables(role), *deeds.of(role))} for role in RUNNING}
CASES = [(role, name) for role, named in ATTACKS.items() for name in named]
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


def strike(connection: Connection, attack: Attack) -> Outcome:
    """Run an attack, keep what it did, and leave the session as new."""
    outcome = attacks.launch(connection, attack)
    if outcome.error:
        connection.rollback()
    else:
        connection.commit()
    connection.set_autocommit(True)
    connection.execute("DISCARD ALL")
    connection.set_autocommit(False)
    return outcome


@pytest.mark.parametrize(("role", "name"), CASES, ids=[f"{role}: {name}" for role, name in CASES])
def test_nothing_is_seen_or_changed(
    lines: dict[tuple[str, str], Connection],
    watched: Connection,
    before: dict[str, str | None],
    role: str,
    name: str,
) -> None:
    attack = ATTACKS[role][name]

    outcome, without = strike(lines["inhabited", role], attack), strike(lines["empty", role], attack)

    assert outcome.error or world.fingerprints(watched) == before
    assert not outcome.leaked
    if attack.same:
        assert outcome.comparable == without.comparable, "the outcome tells whether the victim's rows are there"
    if attack.blind:
        assert outcome.rows == 0
    if attack.refused and attack.refused is psycopg.Error:
        assert outcome.error, "this should have been refused"
    if not attack.missing:
        assert not isinstance(outcome.error, MISSPELT), outcome.error


@pytest.mark.parametrize("role", RUNNING)
def test_there_are_at_least_sixty_attacks_by_hand_as_each_login(role: str) -> None:
    assert len(list(deeds.of(role))) >= 60
