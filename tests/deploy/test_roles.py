"""The logins: what they are, what they may not, and that saying it twice changes nothing."""

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import errors

from huakai_deploy import binaries, roles
from huakai_deploy.local import LocalStack, Urls


@pytest.fixture(scope="module")
def urls() -> Iterator[Urls]:
    folder = Path(tempfile.mkdtemp(prefix="hk-", dir="/tmp"))
    folder.chmod(0o755)
    with LocalStack(folder, durable=False) as stack:
        roles.ensure_roles(stack.urls.superuser, "huakai")
        yield stack.urls
    stack.wipe()


def described(urls: Urls) -> list[tuple[object, ...]]:
    with psycopg.connect(urls.superuser) as session:
        return session.execute(
            "SELECT rolname, rolcanlogin, rolsuper, rolbypassrls, rolinherit, rolconfig, "
            "(SELECT array_agg(roleid::regrole::text) FROM pg_auth_members WHERE member = r.oid) "
            "FROM pg_roles r WHERE rolname LIKE 'huakai%' ORDER BY 1"
        ).fetchall()


def test_twice_is_as_good_as_once(urls: Urls) -> None:
    before = described(urls)
    roles.ensure_roles(urls.superuser, "huakai")
    assert described(urls) == before


def test_what_was_loosened_is_tightened_again(urls: Urls) -> None:
    before = described(urls)
    with psycopg.connect(urls.superuser) as session:
        session.execute("ALTER ROLE huakai_tenant BYPASSRLS INHERIT")
        session.execute("GRANT huakai_owner TO huakai_tenant")
        session.execute("GRANT pg_read_all_data TO huakai_worker")
        session.execute("GRANT TEMP ON DATABASE huakai TO huakai_tenant")

    roles.ensure_roles(urls.superuser, "huakai")

    assert described(urls) == before
    with psycopg.connect(urls.login("huakai_tenant")) as session, pytest.raises(errors.InsufficientPrivilege):
        session.execute("CREATE TEMP TABLE mine (x int)")


@pytest.mark.parametrize("role", roles.RUNNING)
def test_a_running_login_owns_nothing_belongs_to_nobody_and_bypasses_no_row_security(urls: Urls, role: str) -> None:
    row = next(row for row in described(urls) if row[0] == role)

    assert row[1:5] == (True, False, False, False)
    assert set(row[5]) == {  # type: ignore[call-overload]
        "statement_timeout=15s",
        "lock_timeout=3s",
        "idle_in_transaction_session_timeout=30s",
        "citus.propagate_set_commands=local",
    }
    assert row[6] is None


@pytest.mark.parametrize("role", roles.RUNNING)
@pytest.mark.parametrize(
    "attack",
    [
        "CREATE TEMP TABLE mine (x int)",
        "CREATE TABLE public.mine (x int)",
        "CREATE SCHEMA mine",
        "SELECT * FROM pg_stat_activity",
        "SELECT * FROM pg_stat_get_activity(NULL)",
        "SELECT pg_stat_get_backend_activity(1)",
        "SELECT lo_from_bytea(0, 'x')",
        "SELECT lo_creat(-1)",
        "SELECT lo_get(1)",
        "SET ROLE huakai_owner",
        "SET ROLE huakai_migrator",
    ],
)
def test_a_running_login_is_refused(urls: Urls, role: str, attack: str) -> None:
    with psycopg.connect(urls.login(role)) as session, pytest.raises(errors.InsufficientPrivilege):
        session.execute(attack.encode())


def test_no_running_login_reaches_another_database(urls: Urls) -> None:
    roles.ensure_roles(urls.superuser, "other")
    with psycopg.connect(urls.superuser) as session:
        may = session.execute("SELECT has_database_privilege('huakai_tenant', 'other', 'TEMP')").fetchone()
    assert may == (False,)


def test_the_migrator_makes_what_the_owner_owns(urls: Urls) -> None:
    with psycopg.connect(urls.login("huakai_migrator")) as session:
        session.execute("CREATE SCHEMA made AUTHORIZATION huakai_owner")
        session.execute("CREATE EXTENSION btree_gist")
        assert session.execute("SHOW statement_timeout").fetchone() == ("0",)
        session.rollback()


def test_the_script_for_a_dba_says_the_same(urls: Urls) -> None:
    roles.ensure_roles(urls.superuser, "huakai")
    before = described(urls)
    psql = [str(binaries.postgres() / "psql"), "-X", "-v", "ON_ERROR_STOP=1", "-d", urls.superuser]

    for _ in range(2):
        subprocess.run(psql, input=roles.script("scripted"), text=True, check=True, capture_output=True)

    assert described(urls) == before
    with psycopg.connect(urls.of("scripted").login("huakai_tenant")) as session:
        assert session.execute("SHOW timezone").fetchone() == ("UTC",)
