"""Attacks in raw SQL. Those of this page are made for every table; `deeds` has the ones thought out by hand.

A bare setting can be switched by whoever runs raw SQL: that is known and accepted (rules §1.5), for no SQL text of the
product is built from input. So no attack here sets `app.tenant_id` to the victim's room, or `app.account_id` to
somebody else; every other way is open to them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import errors
from sqlalchemy import ForeignKeyConstraint, PrimaryKeyConstraint, Table, UniqueConstraint

from tests.row_security.world import (
    ATTACKER,
    GHOST,
    ISOLATED,
    MARK,
    MINE,
    READ_FROM_ABOVE,
    TENANTS_OWN,
    VICTIM,
    insert,
    room_row,
    row_id,
)

OWN = f"SET LOCAL app.tenant_id = '{MINE}'"
PERSON = f"SET LOCAL app.account_id = '{ATTACKER}'"


@dataclass(frozen=True)
class Attack:
    """Statements run one after the other in a transaction that has entered the attacker's own room."""

    name: str
    statements: tuple[str, ...]
    entered: tuple[str, ...] = (OWN, PERSON)
    table: str = ""
    refused: type[Exception] | None = None
    """The error that a standing constraint answers with, whoever asks."""
    blind: bool = False
    """Whatever comes back must be nothing."""
    missing: bool = False
    """The attack names what should not be there."""
    same: bool = True
    """The outcome may not depend on the victim's rows; measurements of time and plans do."""


@dataclass
class Outcome:
    """What an attacker gets to see."""

    seen: list[Any] = field(default_factory=list)
    error: psycopg.Error | None = None

    @property
    def comparable(self) -> tuple[Any, ...]:
        seen = [sorted(map(repr, answer)) if isinstance(answer, list) else answer for answer in self.seen]
        told = str(self.error).partition("\nLINE")[0].replace("wall_", "void_")
        return seen, self.error.sqlstate if self.error else None, told

    @property
    def rows(self) -> int:
        """How many rows the last statement gave or changed."""
        last = self.seen[-1] if self.seen and not self.error else 0
        last = last[-1] if isinstance(last, list) and last and isinstance(last[-1], list | int) else last
        return last if isinstance(last, int) else len(last or ())

    @property
    def leaked(self) -> bool:
        """Whether content or an identifier of the victim's rows came back."""
        told = repr(self.seen) + (str(self.error) if self.error else "")
        return MARK in told or MARK.encode().hex() in told or any(known in repr(self.seen) for known in THEIRS)


WRITES = ("change", "take", "give", "delete", "truncate", "write", "drop", "open", "add", "switch")
THEIRS = tuple(repr(row_id(VICTIM, name)) for name in ISOLATED)


def launch(connection: psycopg.Connection[Any], attack: Attack) -> Outcome:
    """Run an attack in the connection's transaction and note every answer."""
    outcome = Outcome()

    def heard(notice: errors.Diagnostic) -> None:
        outcome.seen.append(notice.message_primary)

    connection.add_notice_handler(heard)
    try:
        for statement in (*attack.entered, *attack.statements):
            outcome.seen.append(_answer(connection, statement))
    except psycopg.Error as error:
        outcome.error = error
    finally:
        connection.remove_notice_handler(heard)
    return outcome


def _answer(connection: psycopg.Connection[Any], statement: str) -> Any:
    with connection.cursor() as cursor:
        if statement.startswith("COPY"):
            with cursor.copy(statement.encode()) as copy:
                if " FROM STDIN" in statement:
                    copy.write_row([str(VICTIM)])
                    return None
                return [bytes(row) for row in copy]
        cursor.execute(statement.encode())
        answers = [cursor.fetchall() if cursor.description else cursor.rowcount]
        while cursor.nextset():
            answers.append(cursor.fetchall() if cursor.description else cursor.rowcount)
        return answers


def on_tables(role: str) -> Iterator[Attack]:
    """Every attack on every table of a tenant; numbers are there for those above to read."""
    for name, table in TENANTS_OWN.items():
        for attack in _on(name, table):
            if role in READ_FROM_ABOVE.get(name, ()) and not attack.name.startswith(WRITES):
                continue
            yield Attack(
                f"{name}: {attack.name}",
                attack.statements,
                attack.entered,
                name,
                attack.refused,
                same=attack.same,
            )


def _on(name: str, table: Table) -> Iterator[Attack]:
    theirs, key = f"tenant_id = '{VICTIM}'", ", ".join(table.primary_key.columns.keys())
    second = next(column for column in [*table.primary_key.columns.keys()[1:], *table.columns.keys()[1:]])
    for title, statement in (
        ("read all", f"SELECT * FROM {name}"),
        ("read by tenant", f"SELECT * FROM {name} WHERE {theirs}"),
        ("read whole rows as text", f"SELECT t::text, to_jsonb(t) FROM {name} t"),
        ("count", f"SELECT count(*), min(tenant_id::text), max({second}::text) FROM {name}"),
        ("read under an OR", f"SELECT * FROM {name} WHERE {theirs} OR true"),
        ("read through a subquery", f"SELECT (SELECT count(*) FROM {name} WHERE {theirs})"),
        ("read through a recursive query", f"WITH RECURSIVE r AS (SELECT * FROM {name}) SELECT * FROM r"),
        ("read past the wall by an error", f"SELECT 1 / (CASE WHEN {theirs} THEN 0 ELSE 1 END) FROM {name}"),
        ("read past the wall by a cast", f"SELECT 1 FROM {name} t WHERE t::text::int = 1 AND {theirs}"),
        ("join on the other's key", f"SELECT a.* FROM {name} a JOIN {name} b USING ({second}) WHERE b.{theirs}"),
        ("lock", f"SELECT * FROM {name} WHERE {theirs} FOR UPDATE"),
        ("change", f"UPDATE {name} SET tenant_id = tenant_id WHERE {theirs}"),
        ("change all and look", f"UPDATE {name} SET {second} = {second} WHERE {theirs} OR true RETURNING *"),
        ("take", f"UPDATE {name} SET tenant_id = '{MINE}' WHERE {theirs} RETURNING *"),
        ("give", f"UPDATE {name} SET tenant_id = '{VICTIM}' WHERE tenant_id = '{MINE}'"),
        ("delete", f"DELETE FROM {name} WHERE {theirs} RETURNING *"),
        ("delete whatever is not mine", f"DELETE FROM {name} WHERE tenant_id <> '{MINE}'"),
        ("truncate", f"TRUNCATE {name} CASCADE"),
        ("copy out", f"COPY (SELECT * FROM {name}) TO STDOUT"),
        ("copy the table out", f"COPY {name} TO STDOUT"),
        ("copy in", f"COPY {name} (tenant_id) FROM STDIN"),
        ("see without the policies", f"SET LOCAL row_security = off; SELECT * FROM {name}"),
        ("drop the wall", f"DROP POLICY tenant_wall ON {name}"),
        ("open the wall", f"ALTER POLICY tenant_wall ON {name} USING (true)"),
        ("add a door", f"CREATE POLICY door ON {name} USING (true)"),
        ("switch the wall off", f"ALTER TABLE {name} DISABLE ROW LEVEL SECURITY"),
    ):
        yield Attack(title, (statement,))
    plan = f"EXPLAIN (ANALYZE, VERBOSE, COSTS off, TIMING off, SUMMARY off, BUFFERS off) SELECT * FROM {name}"
    yield Attack("explain", (plan,), same=False)
    yield Attack("read places on disk", (f"SELECT ctid, * FROM {name} WHERE ctid >= '(0,0)'",), same=False)
    for title, entered in (
        ("read without a room", ()),
        ("read with an empty room", ("SET LOCAL app.tenant_id = ''",)),
        ("read with a nonsense room", ("SET LOCAL app.tenant_id = 'x'' OR true --'",)),
        ("read in the nil room", ("SET LOCAL app.tenant_id = '00000000-0000-0000-0000-000000000000'",)),
    ):
        yield Attack(title, (f"SELECT * FROM {name} WHERE {theirs} OR true",), entered)
    given = room_row(table, VICTIM, "intruder")
    if "id" in given:
        given["id"] = row_id(GHOST, name)
        known = room_row(table, VICTIM, "intruder")
        yield Attack("guess an id of theirs", (insert(name, known) + " ON CONFLICT DO NOTHING RETURNING true",))
        mine = room_row(table, MINE, "intruder", id=row_id(VICTIM, name))
        upsert = f" ON CONFLICT ({key}) DO UPDATE SET {second} = excluded.{second} RETURNING tenant_id"
        yield Attack("write over an id of theirs", (insert(name, mine) + upsert, "ROLLBACK"))
    else:
        yield Attack("write for a room that is not there", (insert(name, room_row(table, GHOST, "intruder")),))
    yield Attack("write for them", (insert(name, given),))
    yield Attack("write for them or nothing", (insert(name, given) + " ON CONFLICT DO NOTHING RETURNING *",))
    yield from _against_constraints(name, table)


def _against_constraints(name: str, table: Table) -> Iterator[Attack]:
    """A child of the other's parent, and a second row of one's own where there may be one only."""
    parents = {key for foreign in table.foreign_key_constraints for key in foreign.column_keys}
    one_a_parent = any(
        isinstance(constraint, UniqueConstraint) and parents.issuperset(constraint.columns.keys())
        for constraint in table.constraints
    )
    cleared = (f"DELETE FROM {name} WHERE tenant_id = '{MINE}'",) if one_a_parent else ()
    for constraint in sorted(table.constraints, key=lambda each: str(each.name)):
        if isinstance(constraint, ForeignKeyConstraint) and len(constraint.columns) == 2:
            column, parent = constraint.column_keys[1], constraint.referred_table.fullname
            child = _fresh(table, MINE, **{column: row_id(VICTIM, parent)})
            yield Attack(f"hang on their {column}", (insert(name, child),), refused=errors.ForeignKeyViolation)
        if isinstance(constraint, ForeignKeyConstraint) and len(constraint.columns) == 1:
            lost = _fresh(table, MINE, **{constraint.column_keys[0]: GHOST})
            yield Attack(
                f"point nowhere by {constraint.name}", (insert(name, lost),), refused=errors.ForeignKeyViolation
            )
        if isinstance(constraint, UniqueConstraint | PrimaryKeyConstraint):
            columns = {column.name for column in constraint.columns}
            again = _fresh(table, MINE) | _of(columns, room_row(table, MINE, "mine"))
            yield Attack(f"twice by {constraint.name}", (insert(name, again),), refused=errors.UniqueViolation)
            same = _fresh(table, MINE) | _of(columns - parents - {"tenant_id"}, room_row(table, VICTIM, MARK))
            asked = (*cleared, insert(name, same) + " RETURNING true", "ROLLBACK")
            yield Attack(f"ask by {constraint.name}", asked)


def _of(columns: set[str], row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name in columns}


def _fresh(table: Table, tenant_id: Any, **changes: Any) -> dict[str, Any]:
    row = room_row(table, tenant_id, "fresh", **changes)
    return row | ({"id": row_id(ATTACKER, table.fullname)} if "id" in row else {})
