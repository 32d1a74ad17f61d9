"""Migrations run as huakai_migrator, one transaction each."""

import os

from alembic import context
from sqlalchemy import create_engine, pool, text

import huakai_platform.models  # noqa: F401
import huakai_tenants.models  # noqa: F401
from huakai_platform.kernel.db import Base

SCHEMAS = {"platform", "tenant", "confidential", "oversight"}


def include_name(name: str | None, kind: str, _parents: object) -> bool:
    return kind != "schema" or name in SCHEMAS


def run() -> None:
    engine = create_engine(os.environ["DATABASE_URL_MIGRATOR"], poolclass=pool.NullPool)
    with engine.connect() as connection:
        connection.execute(text("SET lock_timeout = '5s'"))
        connection.execute(text("CREATE SCHEMA IF NOT EXISTS platform AUTHORIZATION huakai_owner"))
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            include_schemas=True,
            include_name=include_name,
            version_table="alembic_version",
            version_table_schema="platform",
            transaction_per_migration=True,
            compare_type=True,
            compare_server_default=True,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
