"""The logins of the database, what each may do to the database itself, and the same as a script for a DBA."""

from collections.abc import Iterator, Mapping

import psycopg
from psycopg import sql

Statement = sql.SQL | sql.Composed

OWNER, MIGRATOR = "huakai_owner", "huakai_migrator"
RUNNING = ("huakai_tenant", "huakai_oversight", "huakai_worker")
LOGINS = (MIGRATOR, *RUNNING)
TIMEOUTS = {
    "statement_timeout": "15s",
    "lock_timeout": "3s",
    "idle_in_transaction_session_timeout": "30s",
}
MEMBERS_OF_NOTHING = """\
DO $$
DECLARE granted text; member text;
BEGIN
  FOR granted, member IN
    SELECT m.roleid::regrole::text, m.member::regrole::text FROM pg_auth_members m
    JOIN pg_roles r ON r.oid = m.member WHERE r.rolname IN ({})
  LOOP
    EXECUTE 'REVOKE ' || granted || ' FROM ' || member;
  END LOOP;
END $$"""
NOBODY_SPIES = """\
DO $$
DECLARE thing text;
BEGIN
  FOR thing IN
    SELECT p.oid::regprocedure::text FROM pg_proc p
    WHERE p.pronamespace = 'pg_catalog'::regnamespace
      AND (p.proname LIKE 'lo\\_%' OR p.proname IN ('loread', 'lowrite', 'pg_terminate_backend', 'pg_cancel_backend')
           OR p.proname LIKE 'pg\\_stat\\_get\\_activity%' OR p.proname LIKE 'pg\\_stat\\_get\\_backend\\_%')
  LOOP
    EXECUTE 'REVOKE ALL ON FUNCTION ' || thing || ' FROM PUBLIC';
  END LOOP;
  REVOKE ALL ON pg_catalog.pg_stat_activity, pg_catalog.pg_largeobject_metadata FROM PUBLIC;
END $$"""


def ensure_roles(superuser_url: str, database: str, passwords: Mapping[str, str] | None = None) -> None:
    """Make the logins and the database, or bring those that are there to what this page says."""
    with psycopg.connect(superuser_url, autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(hashtext('huakai roles'))")
        for statement in _server_statements(passwords or {}):
            server.execute(statement)
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
            server.execute(_create(database))
        server.execute(_own(database))
        for statement in _connect_statements(database):
            server.execute(statement)
    with psycopg.connect(superuser_url, dbname=database, autocommit=True) as inside:
        for statement in _inner_statements():
            inside.execute(statement)


def script(database: str) -> str:
    """Write the same for psql, to be run by whoever governs the server; passwords are set there."""
    create = sql.SQL("SELECT {} WHERE NOT EXISTS (SELECT 1 FROM pg_database WHERE datname = {}) \\gexec").format(
        sql.Literal(_text(_create(database))), sql.Literal(database)
    )
    lines = ["-- psql -v ON_ERROR_STOP=1 -d postgres -f this-file; then \\password for each login"]
    lines += [f"{_text(statement)};" for statement in _server_statements({})]
    lines += [
        _text(create),
        *(f"{_text(statement)};" for statement in (_own(database), *_connect_statements(database))),
    ]
    lines += [_text(sql.SQL("\\connect {}").format(sql.Identifier(database)))]
    lines += [f"{_text(statement)};" for statement in _inner_statements()]
    return "\n".join(lines) + "\n"


def _server_statements(passwords: Mapping[str, str]) -> Iterator[Statement]:
    for role in (OWNER, *LOGINS):
        yield sql.SQL(
            "DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = {}) THEN CREATE ROLE {}; END IF; END $$"
        ).format(sql.Literal(role), sql.Identifier(role))
    plain = "NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION"
    yield sql.SQL("ALTER ROLE {} NOLOGIN NOBYPASSRLS " + plain).format(sql.Identifier(OWNER))
    yield sql.SQL("ALTER ROLE {} LOGIN INHERIT BYPASSRLS " + plain).format(sql.Identifier(MIGRATOR))
    yield sql.SQL("GRANT {} TO {}").format(sql.Identifier(OWNER), sql.Identifier(MIGRATOR))
    for role in RUNNING:
        yield sql.SQL("ALTER ROLE {} LOGIN NOINHERIT NOBYPASSRLS " + plain).format(sql.Identifier(role))
        for name, value in TIMEOUTS.items():
            yield _setting(role, name, value)
    for role in LOGINS:
        yield _setting(role, "citus.propagate_set_commands", "local")
    yield sql.SQL(MEMBERS_OF_NOTHING).format(sql.SQL(", ").join(sql.Literal(role) for role in RUNNING))
    for role, password in passwords.items():
        yield sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(password))


def _setting(role: str, name: str, value: str) -> Statement:
    setting = sql.SQL(".").join(sql.Identifier(part) for part in name.split("."))
    return sql.SQL("ALTER ROLE {} SET {} = {}").format(sql.Identifier(role), setting, sql.Literal(value))


def _create(database: str) -> Statement:
    return sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'").format(
        sql.Identifier(database), sql.Identifier(OWNER)
    )


def _own(database: str) -> Statement:
    return sql.SQL("ALTER DATABASE {} OWNER TO {}").format(sql.Identifier(database), sql.Identifier(OWNER))


def _connect_statements(database: str) -> Iterator[Statement]:
    name, running = sql.Identifier(database), sql.SQL(", ").join(sql.Identifier(role) for role in LOGINS)
    yield sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC, {}").format(name, running)
    yield sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, running)
    yield sql.SQL("ALTER DATABASE {} SET timezone = 'UTC'").format(name)


def _inner_statements() -> Iterator[Statement]:
    yield sql.SQL("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    yield sql.SQL(NOBODY_SPIES)


def _text(statement: Statement) -> str:
    return statement.as_string(None)
