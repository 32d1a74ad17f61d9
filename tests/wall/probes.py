"""The attacks again, fast: one superuser's connection that takes each login's place and undoes what it did."""

from functools import cache
from typing import Any

import psycopg

from tests.wall import attacks, deeds, world
from tests.wall.attacks import Attack
from tests.wall.privileges import RUNNING

ENOUGH = 3
SCHEMAS = ("platform.", "tenant.", "confidential.", "oversight.", "'confidential.")


@cache
def _set(role: str) -> tuple[Attack, ...]:
    """What can be undone, costs little, and has an outcome that one world is enough to judge."""
    kept = (
        a for a in attacks.on_tables(role) if not a.statements[0].startswith("COPY") and "DROP" not in a.statements[0]
    )
    persons = {"huakai_worker": deeds.JOBS, "huakai_oversight": deeds.CONSOLE}.get(role, {})
    if role != "huakai_oversight":
        allowed = deeds.JOBS_MAY if role == "huakai_worker" else frozenset()
        persons = persons | {name: text for name, text in deeds.PERSONS.items() if name not in allowed}
    return (*kept, *(Attack(name, (text,), table=_table(text), blind=True) for name, text in persons.items()))


def leaks(connection: psycopg.Connection[Any], table: str = "", *, enough: int = ENOUGH) -> list[str]:
    """What got through, as `login: attack`; with a table, only the attacks on it are tried."""
    before, found = world.fingerprints(connection), []
    for role in RUNNING:
        for attack in _set(role):
            if attack.table == table or (not table and attack.name.endswith(("read all", "write for them"))):
                if _gets_through(connection, role, attack, before):
                    found.append(f"{role}: {attack.name}")
                if len(found) >= enough:
                    return found
    return found


def _gets_through(
    connection: psycopg.Connection[Any], role: str, attack: Attack, before: dict[str, str | None]
) -> bool:
    statements = tuple(statement for statement in attack.statements if statement != "ROLLBACK")
    with connection.transaction(force_rollback=True):
        connection.execute(f"SET LOCAL SESSION AUTHORIZATION {role}".encode())
        outcome = attacks.launch(connection, Attack(attack.name, statements, attack.entered))
        if outcome.error:
            return outcome.leaked or _asked(attack, outcome.error)
        if outcome.leaked or attack.refused or (attack.blind and outcome.rows):
            return True
        connection.execute("RESET SESSION AUTHORIZATION")
        return outcome.rows > 0 and world.fingerprints(connection) != before


def _asked(attack: Attack, error: psycopg.Error) -> bool:
    """A collision with a row of another room, told by its error."""
    return ": ask by " in attack.name and isinstance(error, psycopg.errors.UniqueViolation)


def _table(statement: str) -> str:
    return next(word for word in statement.replace("(", " ").split() if word.startswith(SCHEMAS))
