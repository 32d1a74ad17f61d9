"""Migrations go up, down and up again to the same place, and that place is what the models say."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from huakai_deploy.local import Urls
from tests.support import servers

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
"""


def described(urls: Urls) -> set[tuple[Any, ...]]:
    with psycopg.connect(urls.login("postgres")) as connection:
        return set(connection.execute(DESCRIPTION.encode()).fetchall())


@pytest.fixture
def scratch(urls: Urls, worker_id: str) -> Iterator[Urls]:
    made = servers.copy(urls, f"migrations_{worker_id}")
    yield made
    with psycopg.connect(urls.superuser, autocommit=True) as server:
        server.execute(psycopg.sql.SQL("DROP DATABASE {} WITH (FORCE)").format(psycopg.sql.Identifier(made.database)))


def test_up_down_up_ends_where_it_began_and_where_the_models_are(scratch: Urls) -> None:
    before = described(scratch)
    assert len(before) > 200

    servers.migrate(scratch, "downgrade", "base")
    left = {row[1] for row in described(scratch) if row[0] == "relation"}
    assert left == {"platform.alembic_version", "platform.alembic_version_pkc"}

    servers.migrate(scratch, "upgrade", "head")
    assert described(scratch) == before
    servers.migrate(scratch, "check")


def test_there_is_one_head_and_every_step_goes_back() -> None:
    config = Config()
    config.set_main_option("script_location", str(servers.ROOT / "deploy/migrations"))
    scripts = ScriptDirectory.from_config(config)

    assert len(scripts.get_heads()) == 1
    for script in scripts.walk_revisions():
        assert callable(script.module.downgrade)
        assert script.doc
