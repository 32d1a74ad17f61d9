"""The pools of a process: one a login, however many ask for it first; and what the database refuses of values."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DataError, DBAPIError, OperationalError

from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases, refuses_values
from huakai_platform.kernel.errors import Invalid
from huakai_platform.web.errors import as_refusal

WORKERS = 4


def test_threads_that_ask_for_a_pool_at_once_get_the_same_one(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Engine] = []
    together = threading.Barrier(WORKERS)

    def counted(*about: Any, **options: Any) -> Engine:
        made.append(create_engine(*about, **options))
        return made[-1]

    def ask(databases: Databases) -> Engine:
        together.wait()
        databases.open(Login.TENANT).close()
        return databases.engine(Login.TENANT)

    monkeypatch.setattr("huakai_platform.kernel.db.create_engine", counted)
    databases = Databases(settings)
    try:
        with ThreadPoolExecutor(WORKERS) as threads:
            given = {*threads.map(ask, [databases] * WORKERS)}
    finally:
        for engine in made:
            engine.dispose()
    assert given == {*made}
    assert len(made) == 1


@pytest.mark.parametrize(
    ("error", "refused"),
    [
        (DBAPIError("", {}, psycopg.errors.ProgramLimitExceeded()), True),
        (OperationalError("", {}, psycopg.errors.StatementTooComplex()), True),
        (DataError("", {}, psycopg.errors.NumericValueOutOfRange()), True),
        (DataError("", {}, ValueError("no state")), True),
        (DBAPIError("", {}, psycopg.errors.UndefinedTable()), False),
    ],
)
def test_what_the_database_refuses_of_values_is_a_refusal_and_no_fault(error: DBAPIError, refused: bool) -> None:
    assert refuses_values(error) is refused
    assert isinstance(as_refusal(error), Invalid) is refused
