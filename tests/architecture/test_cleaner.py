"""No test finds what another left: a cleaned database is the template again, and its Valkey is empty."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql
from redis import Redis
from sqlalchemy import Integer

from huakai_deploy.local import Urls
from huakai_platform.kernel.db import Base
from tests.row_security import world
from tests.support import cleaner, servers
from tests.support.cleaner import Cleaner

TABLES = "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
ROWS = sql.SQL("SELECT t::text FROM {} t ORDER BY 1")


@pytest.fixture(scope="module")
def scratch(urls: Urls, worker_id: str) -> Iterator[Urls]:
    made = servers.copy(urls, f"cleaned_{worker_id}")
    yield made
    with psycopg.connect(urls.superuser, autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(made.database)))


@pytest.mark.parametrize("large", [0, cleaner.LARGE], ids=["large", "small"])
def test_a_cleaned_database_is_the_template_again(scratch: Urls, monkeypatch: pytest.MonkeyPatch, large: int) -> None:
    monkeypatch.setattr(cleaner, "LARGE", large)
    before = content(scratch)
    with Cleaner(scratch, servers.TEMPLATE) as made:
        for _again in range(2):
            fill(scratch)
            filled = content(scratch)
            assert [name for name in filled if filled[name] == before[name]] == ["platform.alembic_version"]

            made.clean()

            assert content(scratch) == before
            with Redis.from_url(scratch.redis) as valkey:
                assert valkey.dbsize() == 0


def test_there_is_nothing_but_tables_that_could_leak(scratch: Urls) -> None:
    with psycopg.connect(scratch.login("postgres")) as connection:
        found = connection.execute(
            "SELECT sequencename FROM pg_sequences UNION ALL SELECT matviewname FROM pg_matviews"
        )
        assert found.fetchall() == []


def content(urls: Urls) -> dict[str, Any]:
    """Every row of every table."""
    with psycopg.connect(urls.login("postgres")) as connection:
        tables = connection.execute(TABLES).fetchall()
        return {".".join(name): connection.execute(ROWS.format(sql.Identifier(*name))).fetchall() for name in tables}


def fill(urls: Urls) -> None:
    """A row in every table, and a change to every table of the seed."""
    with psycopg.connect(urls.login("postgres")) as connection:
        world.fill(connection, victim=True)
        connection.execute("SET session_replication_role = replica")
        for name, table in Base.metadata.tables.items():
            if not connection.execute(f"SELECT 1 FROM {name}".encode()).fetchone():
                numbers = {column.name: 1 for column in table.columns if isinstance(column.type, Integer)}
                world.write(connection, table, world.room_row(table, world.VICTIM, "left", **numbers))
        connection.execute("DELETE FROM platform.region WHERE parent_code IS NOT NULL")
    with Redis.from_url(urls.redis) as valkey:
        valkey.set("left", "behind")
