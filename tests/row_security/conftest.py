"""Two worlds that differ only in whether the victim has rows, and a superuser's view of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from huakai_deploy.local import Urls
from tests.row_security import world
from tests.support import servers

Connection = psycopg.Connection[Any]


@contextmanager
def scratch(urls: Urls, name: str) -> Iterator[Urls]:
    """A database of its own for a while."""
    made = servers.copy(urls, name)
    try:
        yield made
    finally:
        with psycopg.connect(urls.superuser, autocommit=True) as server:
            server.execute(psycopg.sql.SQL("DROP DATABASE {} WITH (FORCE)").format(psycopg.sql.Identifier(name)))


@pytest.fixture(scope="module")
def inhabited(urls: Urls, worker_id: str) -> Iterator[Urls]:
    """The world in which the victim's room has a row in every table."""
    with scratch(urls, f"wall_{worker_id}") as made:
        with psycopg.connect(made.login("postgres")) as connection:
            world.fill(connection, victim=True)
        yield made


@pytest.fixture(scope="module")
def empty(urls: Urls, worker_id: str) -> Iterator[Urls]:
    """The same world without them."""
    with scratch(urls, f"void_{worker_id}") as made:
        with psycopg.connect(made.login("postgres")) as connection:
            world.fill(connection, victim=False)
        yield made


@pytest.fixture(scope="module")
def superuser(inhabited: Urls) -> Iterator[Connection]:
    with psycopg.connect(inhabited.login("postgres")) as connection:
        yield connection


@pytest.fixture(scope="module")
def roles_alone(urls: Urls) -> Iterator[None]:
    """Roles belong to the whole server: nobody else makes or alters them meanwhile (`ensure_roles` takes this lock)."""
    with psycopg.connect(urls.superuser, autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(hashtext('huakai roles'))")
        yield


@pytest.fixture
def undone(superuser: Connection, roles_alone: None) -> Iterator[Connection]:
    """The superuser's connection; whatever is done on it is undone."""
    yield superuser
    superuser.rollback()
