"""What a test wrote is gone after it: one kept connection, and only the tables that have rows are emptied."""

from dataclasses import replace
from typing import Any, Self

import psycopg
from psycopg import sql
from redis import Redis

from huakai_deploy.local import Urls

SEED = ("platform.region", "platform.edition", "platform.edition_definition")
"""Tables whose rows every test finds; what a test changed of them is put back."""
TABLES = """
    SELECT format('%%I.%%I', schemaname, tablename) FROM pg_tables
    WHERE schemaname IN ('platform', 'tenant', 'confidential', 'oversight')
    AND format('%%I.%%I', schemaname, tablename) <> ALL(%s) AND tablename <> 'alembic_version' ORDER BY 1
"""
LARGE = 16 * 2**20
"""Bytes of all tables, emptied ones too, above which they are made small again."""
Connection = psycopg.Connection[Any]


class Cleaner:
    """Brings a copy of the template back to what the template is, as the superuser, and its Valkey to nothing."""

    def __init__(self, urls: Urls, template: str) -> None:
        with psycopg.connect(replace(urls, database=template).login("postgres"), autocommit=True) as source:
            self._seed = {table: _copied(source, table) for table in SEED}
            self._unchanged = _marks(source)
        self._redis = Redis.from_url(urls.redis)
        self._connection: Connection = psycopg.connect(urls.login("postgres"), autocommit=True, prepare_threshold=0)
        self._connection.execute("SET session_replication_role = replica")  # no trigger and no reference holds a row
        self._tables = [name for (name,) in self._connection.execute(TABLES, [list(SEED)])]
        self._filled = sql.SQL(" UNION ALL ").join(
            sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(name, _table(name)) for name in self._tables
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_reason: object) -> None:
        self._connection.close()
        self._redis.close()

    def clean(self) -> None:
        self._redis.flushdb()
        self.restore()

    def restore(self) -> None:
        """Deleting a few rows costs a twentieth of truncating all tables, which waits until they are large."""
        with self._connection.transaction():
            if self._size() > LARGE:
                self._connection.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(map(_table, self._tables))))
            else:
                self._empty([name for (name,) in self._connection.execute(self._filled)])
            if _marks(self._connection) != self._unchanged:
                self._sow()

    def _size(self) -> int:
        asked = "SELECT sum(pg_relation_size(name::regclass)) FROM unnest(%s::text[]) name"
        return int(self._connection.execute(asked, [self._tables]).fetchone()[0])  # type: ignore[index]

    def _empty(self, tables: list[str]) -> None:
        if tables:
            each = (sql.SQL("DELETE FROM {}").format(_table(table)) for table in tables)
            self._connection.execute(sql.SQL("; ").join(each), prepare=False)

    def _sow(self) -> None:
        self._empty(list(SEED))
        for table, rows in self._seed.items():
            with self._connection.cursor().copy(
                sql.SQL("COPY {} FROM STDIN (FORMAT BINARY)").format(_table(table))
            ) as into:
                into.write(rows)
        self._unchanged = _marks(self._connection)


def _table(name: str) -> sql.Identifier:
    return sql.Identifier(*name.split("."))


def _copied(source: Connection, table: str) -> bytes:
    with source.cursor().copy(sql.SQL("COPY {} TO STDOUT (FORMAT BINARY)").format(_table(table))) as rows:
        return b"".join(bytes(part) for part in rows)


def _marks(connection: Connection) -> list[Any]:
    """How many rows each table of the seed has, and which transactions wrote them: any change makes another mark."""
    each = sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT {}, count(*), sum(xmin::text::bigint) FROM {}").format(table, _table(table)) for table in SEED
    )
    return sorted(connection.execute(each))
