"""Row security stands on every table, and a gap in it is named."""

from typing import Any

import psycopg
import pytest
from alembic.util import load_python_file

from tests.row_security import catalogue, world
from tests.support.servers import ROOT

Connection = psycopg.Connection[Any]


def test_row_security_stands(superuser: Connection) -> None:
    assert catalogue.findings(superuser) == []


def test_a_table_that_a_migration_encloses_today_stands(undone: Connection) -> None:
    builder = load_python_file(ROOT / "deploy/migrations", "row_security_20261130.py")
    undone.execute("CREATE TABLE tenant.diary (tenant_id uuid CONSTRAINT diary_pkey PRIMARY KEY, body text)")
    for statement in builder.build("tenant", "diary", readers=("huakai_oversight",)):
        undone.execute(statement.encode())

    assert catalogue.findings(undone) == []


def test_every_table_of_the_models_is_under_row_security(superuser: Connection) -> None:
    there = superuser.execute(
        "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname IN ('tenant', 'confidential')"
    )
    assert {name for (name,) in there} == set(world.ISOLATED)


@pytest.mark.parametrize("table", world.TENANTS_OWN)
def test_the_victim_has_a_row_in_every_table(superuser: Connection, table: str) -> None:
    counted = superuser.execute(f"SELECT count(*) FROM {table} WHERE tenant_id = '{world.VICTIM}'".encode()).fetchone()
    assert counted == (1,)
