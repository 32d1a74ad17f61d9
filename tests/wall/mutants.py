"""The wall with one stone taken out or loosened, for every stone that pg_catalog knows."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg

from tests.wall.privileges import DEFINERS, RUNNING, SETTINGS

INSIDE = "('tenant', 'confidential')"
POLICIES = """
    SELECT schemaname || '.' || tablename, policyname, permissive = 'RESTRICTIVE', qual, with_check, roles
    FROM pg_policies WHERE schemaname IN ('platform', 'tenant', 'confidential', 'oversight') ORDER BY 1, 2
"""
TABLES = """
    SELECT c.oid::regclass::text, c.relforcerowsecurity, n.nspname FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relrowsecurity AND n.nspname IN ('platform', 'tenant', 'confidential', 'oversight') ORDER BY 1
"""
CONSTRAINTS = f"""
    SELECT k.conrelid::regclass::text, k.conname, k.contype, pg_get_constraintdef(k.oid), k.confrelid::regclass::text,
           (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
            WHERE attrelid = k.conrelid AND attnum = ANY (k.conkey) AND attname <> 'tenant_id')
    FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace
    WHERE n.nspname IN {INSIDE} AND k.contype IN ('p', 'u', 'f') ORDER BY 1, 2
"""
INDEXES = f"""
    SELECT i.indrelid::regclass::text, c.relname, n.nspname,
           (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
            WHERE attrelid = i.indrelid AND attnum = ANY (i.indkey) AND attname <> 'tenant_id')
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname IN {INSIDE} AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)
"""
OPEN = frozenset(
    {
        "policy dropped",
        "USING weakened",
        "WITH CHECK weakened",
        "permissive wall",
        "policy wide open",
        "wall for one role",
        "row security off",
        "key dropped",
        "foreign key dropped",
        "simple foreign key",
        "persons can be moved",
        "secrets can be read",
    }
)
"""What must be tried by attack even when the catalogue has named it."""
EMPTY = "SET LOCAL session_replication_role = replica;"
STRENGTHS = ("SUPERUSER", "BYPASSRLS", "CREATEROLE", "CREATEDB", "REPLICATION", "INHERIT")
GROUPS = ("huakai_owner", "huakai_migrator", "pg_read_all_data", "pg_write_all_data", "pg_read_all_stats", "pg_monitor")
SPIES = (
    "SELECT ON pg_stat_activity",
    "EXECUTE ON FUNCTION pg_stat_get_activity(integer)",
    "EXECUTE ON FUNCTION lo_create(oid)",
    "EXECUTE ON FUNCTION lo_get(oid)",
    "EXECUTE ON FUNCTION pg_read_file(text)",
    "SELECT ON pg_statistic",
    "EXECUTE ON FUNCTION pg_terminate_backend(integer, bigint)",
)
PERSONS = (
    "UPDATE ON platform.account_session",
    "UPDATE ON platform.membership",
    "UPDATE ON platform.invitation",
)


@dataclass(frozen=True)
class Mutant:
    kind: str
    statement: str
    table: str = ""
    """Where an attack would notice; empty when it may be anywhere."""


def every(connection: psycopg.Connection[Any]) -> Iterator[Mutant]:
    """All mutants of the wall as it stands in this database."""
    yield from _of_policies(connection)
    yield from _of_tables(connection)
    yield from _of_constraints(connection)
    for table, name, schema, columns in connection.execute(INDEXES.encode()).fetchall():
        again = f"DROP INDEX {schema}.{name}; CREATE INDEX {name} ON {table} ({columns})"
        yield Mutant("index without the tenant", again, table)
    yield from _of_roles()


def _of_policies(connection: psycopg.Connection[Any]) -> Iterator[Mutant]:
    for table, name, restrictive, using, check, roles in connection.execute(POLICIES).fetchall():
        inside = table.startswith(("tenant.", "confidential."))
        if restrictive or (inside and name.endswith("_rows")):
            yield Mutant("policy dropped", f"DROP POLICY {name} ON {table}", table)
        if not restrictive and using not in (None, "true") and check not in (None, "true"):
            wide_open = f"ALTER POLICY {name} ON {table} USING (true) WITH CHECK (true)"
            yield Mutant("policy wide open", wide_open, table)
        elif using not in (None, "true"):
            yield Mutant("USING weakened", f"ALTER POLICY {name} ON {table} USING (true)", table)
        if check not in (None, "true") and (restrictive or using is None):
            yield Mutant("WITH CHECK weakened", f"ALTER POLICY {name} ON {table} WITH CHECK (true)", table)
        if restrictive:
            yield Mutant("wall for one role", f"ALTER POLICY {name} ON {table} TO huakai_oversight", table)
            open_wall = f"USING ({using}) WITH CHECK ({check})"
            for kind, words in (("permissive wall", "FOR ALL"), ("wall for readers", "AS RESTRICTIVE FOR SELECT")):
                body = open_wall if "ALL" in words else f"USING ({using})"
                again = f"DROP POLICY {name} ON {table}; CREATE POLICY {name} ON {table} {words} {body}"
                yield Mutant(kind, again, table)
        elif roles != ["public"]:
            yield Mutant("policy for everybody", f"ALTER POLICY {name} ON {table} TO PUBLIC", table)


def _of_tables(connection: psycopg.Connection[Any]) -> Iterator[Mutant]:
    for table, forced, schema in connection.execute(TABLES).fetchall():
        yield Mutant("row security off", f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY", table)
        if forced:
            yield Mutant("not forced", f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY", table)
        yield Mutant("owned by a login", f"ALTER TABLE {table} OWNER TO huakai_tenant", table)
        for verb in ("TRUNCATE", "REFERENCES", "TRIGGER"):
            yield Mutant(f"{verb} granted", f"GRANT {verb} ON {table} TO huakai_worker", table)
        yield Mutant("granted to PUBLIC", f"GRANT SELECT ON {table} TO PUBLIC", table)
        if schema == "confidential":
            yield Mutant("open to oversight", f"GRANT SELECT ON {table} TO huakai_oversight", table)


def _of_constraints(connection: psycopg.Connection[Any]) -> Iterator[Mutant]:
    for table, name, kind, definition, parent, columns in connection.execute(CONSTRAINTS.encode()).fetchall():
        drop = f"ALTER TABLE {table} DROP CONSTRAINT {name} CASCADE"
        add = f"{drop}; ALTER TABLE {table} ADD CONSTRAINT {name}"
        yield Mutant(f"{'foreign key' if kind == 'f' else 'key'} dropped", drop, table)
        if kind != "f":
            verb = "PRIMARY KEY" if kind == "p" else "UNIQUE"
            fresh = f"{drop}; {EMPTY} DELETE FROM {table}; ALTER TABLE {table} ADD CONSTRAINT {name} {verb} ({columns})"
            yield Mutant("key across tenants", fresh, table)
            continue
        yield Mutant("foreign key not valid", f"{add} {definition} NOT VALID", table)
        yield Mutant("foreign key that updates", f"{add} {definition} ON UPDATE CASCADE", table)
        if "tenant_id" in definition:
            yield Mutant("foreign key that sets null", f"{add} {definition} ON DELETE SET NULL", table)
            simple = (
                f"CREATE UNIQUE INDEX one_idx ON {parent} (id); {add} FOREIGN KEY ({columns}) REFERENCES {parent} (id)"
            )
            yield Mutant("simple foreign key", simple, table)


def _of_roles() -> Iterator[Mutant]:
    for role in RUNNING:
        for strength in STRENGTHS:
            yield Mutant("strength", f"ALTER ROLE {role} {strength}")
        for group in GROUPS:
            yield Mutant("membership", f"GRANT {group} TO {role}")
        for setting in SETTINGS:
            yield Mutant("limit", f"ALTER ROLE {role} RESET {setting}")
        for name in DEFINERS:
            if role == "huakai_tenant":
                yield Mutant("definer for a room", f"GRANT EXECUTE ON FUNCTION {name} TO {role}")
        yield Mutant("bound beforehand", f"ALTER ROLE {role} SET app.tenant_id = 'x'")
        for schema in ("public", "tenant", "platform"):
            yield Mutant("may create", f"GRANT CREATE ON SCHEMA {schema} TO {role}")
        for spy in SPIES:
            yield Mutant("spy", f"GRANT {spy} TO {role}")
    for kind in ("TEMP", "CREATE"):
        made = f"DO $$BEGIN EXECUTE format('GRANT {kind} ON DATABASE %I TO huakai_worker', current_database()); END$$"
        yield Mutant("may create", made)
    for name in DEFINERS:
        yield Mutant("definer for everybody", f"GRANT EXECUTE ON FUNCTION {name} TO PUBLIC")
        yield Mutant("definer astray", f"ALTER FUNCTION {name} RESET search_path")
        yield Mutant("definer of another", f"ALTER FUNCTION {name} OWNER TO huakai_migrator")
    yield Mutant("open to oversight", "GRANT USAGE ON SCHEMA confidential TO huakai_oversight")
    yield Mutant("owner that signs in", "ALTER ROLE huakai_owner LOGIN")
    yield Mutant("owner that passes the wall", "ALTER ROLE huakai_owner BYPASSRLS")
    for privilege in PERSONS:
        yield Mutant("persons can be moved", f"GRANT {privilege} TO huakai_tenant", privilege.rpartition(" ")[2])
    yield Mutant("secrets can be read", "GRANT SELECT ON platform.account TO huakai_worker", "platform.account")
    yield Mutant("secrets can be read", "GRANT SELECT ON platform.recovery_code TO huakai_worker")
