"""The attacks again, fast: one superuser's connection that takes each login's place and undoes what it did."""

from functools import cache
from typing import Any

import psycopg

from tests.row_security import attacks, deeds, world
from tests.row_security.attacks import Attack
from tests.row_security.privileges import RUNNING

ENOUGH = 3
SCHEMAS = ("platform.", "tenant.", "confidential.", "oversight.", "'confidential.")


READS = ("SELECT", "EXPLAIN", "COPY (", "WITH RECURSIVE")
"""How a statement begins that changes nothing."""


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


@cache
def _on(table: str, stone: str, only: tuple[str, ...]) -> tuple[tuple[str, Attack], ...]:
    """The attacks of all logins on a table, those first that are named after the stone."""
    found = [(role, attack) for role in RUNNING for attack in _set(role) if attack.table == table]
    kept = [
        (role, attack) for role, attack in found if not only or (_title(attack).startswith(only) and not attack.blind)
    ]
    return tuple(sorted(kept, key=lambda each: not (stone and _title(each[1]).endswith(f" {stone}"))))


def leaks(
    connection: psycopg.Connection[Any],
    table: str,
    *,
    enough: int = ENOUGH,
    stone: str = "",
    only: tuple[str, ...] = (),
) -> list[str]:
    """What gets through to a table, as `login: attack`; `only` tries those of every table whose titles begin so."""
    found = []
    for role, attack in _on(table, stone, only):
        if _gets_through(connection, role, attack):
            found.append(f"{role}: {attack.name}")
        if len(found) >= enough:
            break
    return found


def _gets_through(connection: psycopg.Connection[Any], role: str, attack: Attack) -> bool:
    statements = tuple(statement for statement in attack.statements if statement != "ROLLBACK")
    entered = "; ".join((f"SET LOCAL SESSION AUTHORIZATION {role}", *attack.entered))
    with connection.transaction(force_rollback=True):
        outcome = attacks.launch(connection, Attack(attack.name, statements, (entered,)))
        if outcome.error:
            return outcome.leaked or _asked(attack, outcome.error)
        if outcome.leaked or attack.refused or (attack.blind and outcome.rows):
            return True
        if not outcome.rows or all(statement.startswith(READS) for statement in statements):
            return False
        connection.execute("RESET SESSION AUTHORIZATION")
        after = world.fingerprints(connection)
    return after != world.fingerprints(connection)


def _title(attack: Attack) -> str:
    return attack.name.rpartition(": ")[2]


def _asked(attack: Attack, error: psycopg.Error) -> bool:
    """A collision with a row of another room, told by its error."""
    return ": ask by " in attack.name and isinstance(error, psycopg.errors.UniqueViolation)


def _table(statement: str) -> str:
    return next(word for word in statement.replace("(", " ").split() if word.startswith(SCHEMAS))
