"""The wall stands around every table, and a hole in it is named."""

from typing import Any

import psycopg
import pytest

from tests.wall import catalogue, world

Connection = psycopg.Connection[Any]


def test_the_wall_stands(superuser: Connection) -> None:
    assert catalogue.findings(superuser) == []


def test_every_table_of_the_models_is_behind_the_wall(superuser: Connection) -> None:
    there = superuser.execute(
        "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname IN ('tenant', 'confidential')"
    )
    assert {name for (name,) in there} == set(world.WALLED)


@pytest.mark.parametrize("table", world.TENANTS_OWN)
def test_the_victim_has_a_row_in_every_table(superuser: Connection, table: str) -> None:
    counted = superuser.execute(f"SELECT count(*) FROM {table} WHERE tenant_id = '{world.VICTIM}'".encode()).fetchone()
    assert counted == (1,)
