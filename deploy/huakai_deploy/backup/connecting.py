"""The migrator's one transaction, for statements of the driver and of services alike."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast
from uuid import UUID

import psycopg
from sqlalchemy.orm import Session

from huakai_platform.kernel import tenancy
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases


@contextmanager
def snapshot(databases: Databases, tenant_id: UUID = tenancy.PLATFORM, *, keep: bool = True) -> Iterator[Session]:
    """One repeatable transaction in one tenant; without `keep` nothing of it stays."""
    with databases.open(Login.MIGRATOR) as session:
        tenancy.enter(session, tenant_id)
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        yield session
        if keep:
            session.commit()


def driver(session: Session) -> psycopg.Connection[Any]:
    return cast("psycopg.Connection[Any]", session.connection().connection.driver_connection)
