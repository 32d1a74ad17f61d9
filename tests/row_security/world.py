"""A small world to attack: an attacker's room, a victim's with a row in every table, and the persons around them."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid5

import psycopg
from psycopg import sql
from sqlalchemy import JSON, ForeignKeyConstraint, LargeBinary, Table

import huakai_platform.models  # noqa: F401
import huakai_tenants.models  # noqa: F401
from huakai_platform.kernel.db import Base
from tests.support.make import ANCESTORS, TOWNSHIP

SPACE = UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
VICTIM, MINE, GHOST = (uuid5(SPACE, name) for name in ("victim", "mine", "ghost"))
NIL = UUID(int=0)
INSTITUTION, EDITION = uuid5(SPACE, "institution"), uuid5(SPACE, "edition")
MARK = "victim-secret"
RESIDENT, ADMIN, ATTACKER = (uuid5(SPACE, name) for name in ("resident", "admin", "attacker"))
"""Persons: one who works at the victim's room, an institution administrator, and the attacker's own account."""
ISOLATED: dict[str, Table] = {
    f"{table.schema}.{table.name}": table
    for table in Base.metadata.sorted_tables
    if table.schema in ("tenant", "confidential")
}
"""Every table under row security, as the models have it."""
READ_FROM_ABOVE: dict[str, tuple[str, ...]] = {
    "oversight.site_fact": ("huakai_oversight", "huakai_worker"),
    "oversight.site_function": ("huakai_oversight", "huakai_worker"),
    "oversight.person_fact": ("huakai_worker",),
    "oversight.compliance_standing": ("huakai_oversight", "huakai_worker"),
    "oversight.drift_standing": ("huakai_oversight", "huakai_worker"),
    "oversight.assessment": ("huakai_oversight",),
    "oversight.reported_head": ("huakai_oversight", "huakai_worker"),
}
"""Numbers of one tenant that these logins may read of all of them."""
TENANTS_OWN = ISOLATED | {name: Base.metadata.tables[name] for name in READ_FROM_ABOVE}
PERSONAL = (
    "account",
    "account_activity",
    "account_session",
    "api_token",
    "export",
    "idempotency_key",
    "invitation",
    "membership",
    "oversight_visit",
    "proposal",
    "recovery_code",
    "site",
    "site_draft",
    "site_event",
    "site_intake",
    "waiver",
)
KEYED = {"account": "id", "site": "id", "site_intake": "site_id", "proposal": "site_id", "waiver": "site_id"}
"""What says whose a row is, where that is not an account."""
OF_SITES = ("site", "oversight_visit", "proposal", "waiver")
"""How the tables begin of which only those who work at a site have rows."""


ABOVE = {"platform.edition": EDITION, "platform.institution": INSTITUTION}
"""What rows of a tenant point at that is nobody's own."""


def row_id(tenant_id: UUID, table: str) -> UUID:
    return uuid5(tenant_id, table)


def person_id(account_id: UUID, table: str) -> UUID:
    """The id of the one row that a person has in a table of the platform."""
    return account_id if table == "account" else uuid5(account_id, table)


def room_row(table: Table, tenant_id: UUID, label: str, **changes: Any) -> dict[str, Any]:
    """One row of a tenant; its parents are that tenant's rows."""
    row: dict[str, Any] = {column.name: _value(column.name, column.type, label) for column in table.columns}
    for constraint in table.constraints:
        if not isinstance(constraint, ForeignKeyConstraint):
            continue
        parent = constraint.referred_table.fullname
        if len(constraint.columns) == 2:
            row[constraint.column_keys[1]] = row_id(tenant_id, parent)
        elif parent in (known := ABOVE | {"platform.account": RESIDENT if tenant_id == VICTIM else ATTACKER}):
            row[constraint.column_keys[0]] = known[parent]
    fixed = {"tenant_id": tenant_id, "id": row_id(tenant_id, table.fullname)}
    return row | {name: value for name, value in fixed.items() if name in row} | changes


def person_row(table: Table, account_id: UUID, label: str, site_id: UUID | None) -> dict[str, Any]:
    """One row about a person (or the site they work at)."""
    row: dict[str, Any] = {
        column.name: None
        if column.nullable and column.name.endswith("_at")
        else _value(column.name, column.type, label)
        for column in table.columns
    }
    fixed = {
        "id": site_id if table.name == "site" else person_id(account_id, table.name),
        "account_id": account_id,
        "site_id": site_id or (NIL if "site_id" in table.primary_key.columns else None),
        "membership_id": person_id(account_id, "membership"),
        "institution_id": INSTITUTION,
        "role": "site_head" if site_id else "institution_admin",
        "region_code": TOWNSHIP if table.name == "site" else None,
        "ancestors": ANCESTORS,
        "edition_id": EDITION if table.name == "proposal" else None,
    }
    return row | {name: value for name, value in fixed.items() if name in row}


def _value(name: str, kind: Any, label: str) -> Any:
    if isinstance(kind, JSON):
        return {"v": f"{label}-{name}"}
    if isinstance(kind, LargeBinary):
        return "\\x" + f"{label}-{name}".encode().hex()
    simple: dict[type, Any] = {str: f"{label}-{name}", bool: True, UUID: uuid5(SPACE, label + name), list: [label]}
    when = f"2026-{len(label) % 12 + 1:02}-01"
    return simple.get(kind.python_type, when if kind.python_type.__module__ == "datetime" else len(label))


def fill(connection: psycopg.Connection[Any], *, victim: bool) -> None:
    """Write everybody's rows; `victim` says whether the victim's room has its own."""
    connection.execute("SET session_replication_role = replica")
    connection.execute("UPDATE platform.edition SET id = %s WHERE number = 1", [EDITION])
    connection.execute("UPDATE platform.edition_definition SET edition_id = %s", [EDITION])
    connection.execute("INSERT INTO platform.institution VALUES (%s, 'Institution', 'I', now())", [INSTITUTION])
    for account_id, label, site_id in (
        (RESIDENT, "resident", VICTIM),
        (ADMIN, "admin", None),
        (ATTACKER, "attacker", MINE),
    ):
        for name in PERSONAL:
            if site_id or not name.startswith(OF_SITES):
                table = Base.metadata.tables[f"platform.{name}"]
                write(connection, table, person_row(table, account_id, label, site_id))
    for tenant_id, label in ((VICTIM, MARK), (MINE, "mine")) if victim else ((MINE, "mine"),):
        for table in TENANTS_OWN.values():
            write(connection, table, room_row(table, tenant_id, label))
    connection.execute("SET session_replication_role = origin")


def write(connection: psycopg.Connection[Any], table: Table, row: dict[str, Any]) -> None:
    connection.execute(insert(table.fullname, row).encode())


def insert(table: str, row: dict[str, Any]) -> str:
    """The statement that inserts a row, whatever the types of its columns."""
    plain = {name: str(value) if isinstance(value, UUID) else value for name, value in row.items()}
    given = json.dumps(plain).replace("'", "''")
    return f"INSERT INTO {table} SELECT (jsonb_populate_record(NULL::{table}, '{given}')).*"


ALL = "md5(string_agg(t::text, '|' ORDER BY t::text))"


def _fingerprints() -> Iterator[str]:
    for name in TENANTS_OWN:
        yield f"SELECT '{name}', {ALL} FROM {name} t WHERE tenant_id <> '{MINE}'"
    for name in PERSONAL:
        column = KEYED.get(name, "account_id")
        mine = MINE if name == "site" or column == "site_id" else ATTACKER
        yield f"SELECT 'platform.{name}', {ALL} FROM platform.{name} t WHERE {column} <> '{mine}'"
    usable = "password_hash IS NOT NULL OR totp_sealed IS NOT NULL"
    yield f"SELECT 'usable accounts', md5(string_agg(id::text, '|' ORDER BY id)) FROM platform.account WHERE {usable}"
    strong = f"site_id IS DISTINCT FROM '{MINE}' OR role NOT LIKE 'site%'"
    yield f"SELECT 'roles of the attacker', {ALL} FROM platform.membership t WHERE {strong}"
    yield "SELECT 'region', md5(count(*)::text || max(name)) FROM platform.region"
    yield f"SELECT 'edition', {ALL} FROM platform.edition t"
    yield "SELECT 'work', md5(count(*)::text) FROM platform.operation"


FINGERPRINTS = sql.SQL(" UNION ALL ".join(_fingerprints()))


def fingerprints(connection: psycopg.Connection[Any]) -> dict[str, str | None]:
    """What everything that is not the attacker's looks like, by table."""
    return dict(connection.execute(FINGERPRINTS).fetchall())
