"""The program does not start on a login that row security would not bind."""

from dataclasses import replace

import psycopg
import pytest

from huakai_deploy.local import Urls
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.errors import HuakaiError
from tests.support import servers


def opening(urls: Urls, role: str) -> None:
    """Open the room pages' pool as some login."""
    strong = replace(servers.settings(urls), databases={Login.TENANT: urls.login(role)})
    databases = Databases(strong)
    try:
        databases.engine(Login.TENANT)
    finally:
        databases.dispose()


@pytest.mark.parametrize("role", ["huakai_tenant", "huakai_oversight", "huakai_worker"])
def test_a_running_login_starts(inhabited: Urls, role: str) -> None:
    opening(inhabited, role)


@pytest.mark.parametrize("role", ["postgres", "huakai_migrator"])
def test_a_superuser_and_the_migrator_are_refused(inhabited: Urls, role: str) -> None:
    with pytest.raises(HuakaiError, match="权限过大"):
        opening(inhabited, role)


@pytest.mark.parametrize(
    "change",
    [
        "ALTER ROLE wall_intruder SUPERUSER",
        "ALTER ROLE wall_intruder BYPASSRLS",
        "ALTER ROLE wall_intruder CREATEROLE",
        "GRANT huakai_owner TO wall_intruder",
        "GRANT pg_read_all_data TO wall_intruder",
        "ALTER TABLE tenant.space OWNER TO wall_intruder",
        "ALTER TABLE oversight.site_fact OWNER TO wall_intruder",
        "ALTER SCHEMA confidential OWNER TO wall_intruder",
    ],
)
def test_a_login_that_became_strong_is_refused(inhabited: Urls, change: str) -> None:
    with psycopg.connect(inhabited.login("postgres"), autocommit=True) as server:
        server.execute("CREATE ROLE wall_intruder LOGIN")
        server.execute(
            psycopg.sql.SQL("GRANT CONNECT ON DATABASE {} TO wall_intruder").format(
                psycopg.sql.Identifier(inhabited.database)
            )
        )
        server.execute(change.encode())
        try:
            with pytest.raises(HuakaiError, match="权限过大"):
                opening(inhabited, "wall_intruder")
        finally:
            server.execute("ALTER TABLE tenant.space OWNER TO huakai_owner")
            server.execute("REASSIGN OWNED BY wall_intruder TO huakai_owner; DROP OWNED BY wall_intruder")
            server.execute("DROP ROLE wall_intruder")
