"""The doctor knows every policy by its words, and those of a cluster's shards."""

from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import Connection, create_engine

from huakai_deploy import doctor, policies
from huakai_deploy.local import Urls
from huakai_platform.kernel.config import Settings
from huakai_platform.kernel.db import Databases
from tests.row_security.conftest import scratch
from tests.support import servers

SPACE = "tenant.space tenant_wall"
AGAIN = "DROP POLICY tenant_wall ON tenant.space; CREATE POLICY tenant_wall ON tenant.space"
MINE = "(tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)"
FAULTS = {
    "a wall that is gone": ("DROP POLICY tenant_wall ON tenant.space", f"{SPACE} 不存在"),
    "a wall made again without RESTRICTIVE": (
        f"{AGAIN} USING {MINE} WITH CHECK {MINE}",
        f"{SPACE}: PERMISSIVE ≠ RESTRICTIVE",
    ),
    "a wall for readers": (f"{AGAIN} AS RESTRICTIVE FOR SELECT USING {MINE}", f"{SPACE}: SELECT ≠ ALL"),
    "a wall for one login": (
        "ALTER POLICY tenant_wall ON tenant.space TO huakai_tenant",
        f"{SPACE}: huakai_tenant ≠ PUBLIC",
    ),
    "rows that may be read": (
        "ALTER POLICY huakai_tenant_rows ON tenant.space USING (true)",
        "tenant.space huakai_tenant_rows: USING true ≠ USING (tenant_id = @tenant)",
    ),
    "rows that may be written": (
        "ALTER POLICY huakai_worker_rows ON confidential.contact WITH CHECK (true)",
        "confidential.contact huakai_worker_rows: CHECK true ≠ CHECK (tenant_id = @tenant)",
    ),
    "a person who may be anybody": (
        "ALTER POLICY own_account ON platform.account USING (true)",
        "platform.account own_account: USING true ≠ USING (id = @account)",
    ),
    "one policy more": ("CREATE POLICY door ON tenant.space USING (true)", "tenant.space door 是多余的"),
    "row security off": ("ALTER TABLE platform.account DISABLE ROW LEVEL SECURITY", "platform.account: off ≠ on"),
    "row security not forced": ("ALTER TABLE tenant.space NO FORCE ROW LEVEL SECURITY", "tenant.space: on ≠ forced"),
}
CLUSTER = """
    SET allow_system_table_mods = on;
    INSERT INTO pg_extension VALUES (99999, 'citus', 10, 2200, false, '14.0', NULL, NULL);
    CREATE FUNCTION public.run_command_on_all_nodes(command text)
        RETURNS TABLE (nodeid integer, success boolean, result text) LANGUAGE plpgsql AS
        $$ BEGIN nodeid = 1; success = true; EXECUTE command INTO result; RETURN NEXT; END $$;
"""
"""An answer as a cluster gives it, of one node that is the database itself."""
SHARDS = """
    DO $$DECLARE p record; shard text; BEGIN
    FOREACH shard IN ARRAY ARRAY['102008', '102009'] LOOP
        EXECUTE format('CREATE TABLE tenant.space_%1$s (LIKE tenant.space)', shard);
        EXECUTE format('ALTER TABLE tenant.space_%1$s ENABLE ROW LEVEL SECURITY', shard);
        EXECUTE format('ALTER TABLE tenant.space_%1$s FORCE ROW LEVEL SECURITY', shard);
        FOR p IN SELECT * FROM pg_policies WHERE schemaname = 'tenant' AND tablename = 'space' LOOP
            EXECUTE format('CREATE POLICY %I ON tenant.space_%s AS %s FOR %s TO %s USING (%s) %s', p.policyname, shard,
                CASE WHEN {restrictive} THEN p.permissive ELSE 'PERMISSIVE' END, p.cmd, array_to_string(p.roles, ','),
                p.qual, 'WITH CHECK (' || p.with_check || ')');
        END LOOP;
    END LOOP; END$$
"""


@pytest.fixture
def connection(urls: Urls) -> Iterator[Connection]:
    """The superuser's; whatever is done on it is undone."""
    engine = create_engine(urls.login("postgres"))
    with engine.connect() as made:
        yield made
        made.rollback()
    engine.dispose()


def test_a_database_just_migrated_has_the_policies_that_the_program_wants(connection: Connection) -> None:
    lines = policies.shortened(connection.scalar(policies.PRESENT) or "").splitlines()

    assert policies.astray(connection) == []
    assert lines == (policies.FILE.read_text("utf-8")).splitlines(), "`policies.tsv` is to say:\n" + "\n".join(lines)


@pytest.mark.parametrize("fault", FAULTS)
def test_what_differs_is_named(connection: Connection, fault: str) -> None:
    made, named = FAULTS[fault]
    connection.exec_driver_sql(made)

    assert named in policies.astray(connection)


def test_without_a_cluster_nothing_is_said_of_shards(databases: Databases, settings: Settings) -> None:
    assert _examined(databases, settings) == (True, "与程序一致")


@pytest.fixture
def cluster(urls: Urls, worker_id: str) -> Iterator[Urls]:
    """A database that answers as a cluster does, as yet without a shard."""
    with scratch(urls, f"cluster_{worker_id}") as made:
        _run(made, CLUSTER)
        yield made


def test_a_shard_on_which_the_wall_is_not_restrictive_is_named(cluster: Urls) -> None:
    _run(cluster, SHARDS.replace("{restrictive}", "false"))

    assert _of(cluster) == (False, f"{SPACE}: PERMISSIVE ≠ RESTRICTIVE（2 个分片）")


def test_shards_that_are_as_they_should_be_are_good(cluster: Urls) -> None:
    _run(cluster, SHARDS.replace("{restrictive}", "true"))
    assert _of(cluster) == (True, "与程序一致")

    _run(cluster, "DROP POLICY huakai_worker_rows ON tenant.space_102009")
    assert _of(cluster) == (False, "tenant.space huakai_worker_rows 不存在（1 个分片）")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("REVOKE EXECUTE ON FUNCTION public.run_command_on_all_nodes FROM PUBLIC", "permission denied for function"),
        ("ALTER FUNCTION public.run_command_on_all_nodes RENAME TO gone", "does not exist"),
        (
            "CREATE OR REPLACE FUNCTION public.run_command_on_all_nodes(command text)"
            " RETURNS TABLE (nodeid integer, success boolean, result text) LANGUAGE sql"
            " AS $$ SELECT 2, false, 'connection refused' $$",
            "connection refused",
        ),
    ],
)
def test_shards_that_were_not_looked_at_are_no_good_news(cluster: Urls, change: str, reason: str) -> None:
    _run(cluster, change)

    good, found = _of(cluster)

    assert not good
    assert found.startswith("没有看到分片上的策略：")
    assert reason in found


def _run(urls: Urls, statements: str) -> None:
    with psycopg.connect(urls.login("postgres")) as superuser:
        superuser.execute(statements.encode())


def _of(urls: Urls) -> tuple[bool, str]:
    settings = servers.settings(urls)
    databases = Databases(settings)
    try:
        return _examined(databases, settings)
    finally:
        databases.dispose()


def _examined(databases: Databases, settings: Settings) -> tuple[bool, str]:
    found = next(one for one in doctor.examine(databases, settings) if one.subject == "行级安全策略")
    return found.good, found.found
