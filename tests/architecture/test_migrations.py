"""Migrations go up, down and up again to the same place, and that place is what the models say."""

import ast
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from huakai_deploy.local import Urls
from tests.support import servers

MIGRATIONS = servers.ROOT / "deploy/migrations"
SHIPPED = {"20261127_0900": "37d35a8249b86168fc33cf20c8237451f87f39787d2fab683c22268f13fca581"}
"""What a database is at a revision that runs somewhere: a migration that was shipped does the same for ever."""
MINE = "('platform', 'tenant', 'confidential', 'oversight')"
DESCRIPTION = f"""
    SELECT 'column', attrelid::regclass::text, attname::text, format_type(atttypid, atttypmod) || attnotnull || attnum,
           coalesce(pg_get_expr(adbin, adrelid), '') || coalesce(attacl::text, '')
    FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_attrdef d ON adrelid = attrelid AND adnum = attnum
    WHERE nspname IN {MINE} AND attnum > 0 AND relkind IN ('r', 'p', 'v') AND NOT attisdropped
    UNION ALL SELECT 'relation', c.oid::regclass::text, relkind::text, relowner::regrole::text || relrowsecurity
           || relforcerowsecurity, (SELECT string_agg(acl::text, ',' ORDER BY acl::text) FROM unnest(relacl) acl)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE nspname IN {MINE}
    UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(c.oid), convalidated::text
    FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace WHERE nspname IN {MINE}
    UNION ALL SELECT 'index', schemaname, tablename, indexname, indexdef FROM pg_indexes WHERE schemaname IN {MINE}
    UNION ALL SELECT 'policy', schemaname || '.' || tablename, policyname, permissive || cmd || roles::text,
           coalesce(qual, '') || ' / ' || coalesce(with_check, '') FROM pg_policies
    UNION ALL SELECT 'function', p.oid::regprocedure::text, proowner::regrole::text, pg_get_functiondef(p.oid),
           (SELECT string_agg(acl::text, ',' ORDER BY acl::text) FROM unnest(proacl) acl)
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE nspname IN {MINE}
    UNION ALL SELECT 'schema', nspname, nspowner::regrole::text,
           (SELECT string_agg(acl::text, ',' ORDER BY acl::text) FROM unnest(nspacl) acl), ''
    FROM pg_namespace WHERE nspname IN {MINE}
    UNION ALL SELECT 'comment', identity, type, description, ''
    FROM pg_description d, pg_identify_object(d.classoid, d.objoid, d.objsubid) WHERE schema IN {MINE}
"""


def described(urls: Urls) -> set[tuple[Any, ...]]:
    with psycopg.connect(urls.login("postgres")) as connection:
        return set(connection.execute(DESCRIPTION.encode()).fetchall())


def digest(description: set[tuple[Any, ...]]) -> str:
    return hashlib.sha256("\n".join(sorted(map(repr, description))).encode()).hexdigest()


@pytest.fixture
def scratch(urls: Urls, worker_id: str) -> Iterator[Urls]:
    made = servers.copy(urls, f"migrations_{worker_id}")
    yield made
    with psycopg.connect(urls.superuser, autocommit=True) as server:
        server.execute(psycopg.sql.SQL("DROP DATABASE {} WITH (FORCE)").format(psycopg.sql.Identifier(made.database)))


def test_up_down_up_ends_where_a_fresh_one_is_and_where_the_models_are(scratch: Urls) -> None:
    before = described(scratch)
    assert len(before) > 200

    servers.migrate(scratch, "downgrade", "base")
    left = {row[1] for row in described(scratch) if row[0] == "relation"}
    assert left == {"platform.alembic_version", "platform.alembic_version_pkc"}

    for revision, known in SHIPPED.items():
        servers.migrate(scratch, "upgrade", revision)
        assert digest(described(scratch)) == known, f"what was shipped up to {revision} has been changed"

    servers.migrate(scratch, "upgrade", "head")
    assert described(scratch) == before, "an upgraded database differs from a fresh one"
    servers.migrate(scratch, "check")


@pytest.mark.parametrize(
    "path", sorted(MIGRATIONS.glob("*/*.py")) + sorted(MIGRATIONS.glob("row_security_*.py")), ids=str
)
def test_no_migration_depends_on_what_the_product_is_today(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or "."] if isinstance(node, ast.ImportFrom) else []
        assert not [name for name in names if name.startswith(("huakai_", "tests", "."))]


def test_there_is_one_head_and_every_step_goes_back() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    scripts = ScriptDirectory.from_config(config)

    assert len(scripts.get_heads()) == 1
    for script in scripts.walk_revisions():
        assert callable(script.module.downgrade)
        assert script.doc
