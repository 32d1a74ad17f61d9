"""Texts that occur nowhere else, sown through writes and looked for wherever something is stored."""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from marshmallow import Schema, ValidationError
from psycopg import sql
from sqlalchemy import Engine, event

WORDS = re.compile(r"canary\d{5}|1669\d{7}")
HEX = re.compile("(?:63616e617279|31363639)(?:3[0-9]){5,7}")
SEALS = re.compile(r"(?:INSERT INTO|UPDATE) confidential\.")
NUMBERS = frozenset({"phone", "mobile", "telephone", "number_of_caller"})
Connection = psycopg.Connection[Any]


@dataclass(frozen=True)
class Sown:
    """Where a canary went in."""

    endpoint: str
    name: str


@dataclass
class Canaries:
    """All canaries of a test, and those that came in with a write that seals something."""

    sown: dict[str, Sown] = field(default_factory=dict)
    sealed: set[str] = field(default_factory=set)
    sealing: set[str] = field(default_factory=set)

    def word(self, endpoint: str, name: str) -> str:
        """A text for a field, of the shape that a field of this name wants."""
        number = len(self.sown)
        text = f"1669{number:07}" if name in NUMBERS else f"canary{number:05}"
        self.sown[text] = Sown(endpoint, name)
        return f"{text}@example.com" if name == "email" else text

    def body(self, endpoint: str, example: Any, schema: Schema | None) -> Any:
        """A body with a canary in every text that may hold one, by the schema that reads it."""
        given = example
        for place in _texts(example):
            tried = _with(given, place, self.word(endpoint, str(place[-1])))
            if schema is None or _loads(schema, tried):
                given = tried
        return given

    @contextmanager
    def sending(self, endpoint: str, known: int) -> Iterator[None]:
        """Notice whether what is sent meanwhile seals something; its canaries are those since `known`."""
        seals: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if SEALS.search(statement):
                seals.append(statement)

        event.listen(Engine, "before_cursor_execute", note)
        try:
            yield
        finally:
            event.remove(Engine, "before_cursor_execute", note)
        if seals:
            self.sealing.add(endpoint)
            self.sealed |= set(list(self.sown)[known:])


def stored(connection: Connection) -> Iterator[tuple[str, str]]:
    """Every canary in every column that the connection's login may read, as (column, canary)."""
    for schema, table, columns in _readable(connection):
        asked = sql.SQL("SELECT {} FROM {}").format(
            sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier(schema, table)
        )
        for row in connection.execute(asked):
            for column, value in zip(columns, row, strict=True):
                yield from ((f"{schema}.{table}.{column}", found) for found in spotted(value))


def spotted(value: Any) -> set[str]:
    """The canaries in a value: in text, in structures, in bytes, and in packed files."""
    if isinstance(value, bytes | memoryview):
        raw = bytes(value)
        if raw[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(raw)) as packed:
                return {found for name in packed.namelist() for found in spotted(packed.read(name))}
        value = raw.decode("utf-8", "replace")
    text = value if isinstance(value, str) else repr(value)
    return {*WORDS.findall(text), *WORDS.findall(" ".join(bytes.fromhex(one).decode() for one in HEX.findall(text)))}


def _readable(connection: Connection) -> list[tuple[str, str, list[str]]]:
    asked = """
        SELECT n.nspname::text, c.relname::text, array_agg(a.attname::text ORDER BY a.attnum)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE n.nspname IN ('platform', 'tenant', 'confidential', 'oversight') AND c.relkind IN ('r', 'p')
        AND a.attnum > 0 AND NOT a.attisdropped AND c.relname NOT IN ('region', 'edition_definition')
        AND has_schema_privilege(n.oid, 'USAGE') AND has_column_privilege(c.oid, a.attnum, 'SELECT')
        GROUP BY 1, 2 ORDER BY 1, 2
    """
    return list(connection.execute(asked))


def _texts(example: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Places of all texts in a body."""
    pairs = example.items() if isinstance(example, Mapping) else enumerate(example) if isinstance(example, list) else ()
    for name, value in pairs:
        if isinstance(value, str):
            yield (*place, name)
        else:
            yield from _texts(value, (*place, name))


def _with(given: Any, place: tuple[Any, ...], value: str) -> Any:
    name, *rest = place
    copy = dict(given) if isinstance(given, Mapping) else list(given)
    copy[name] = _with(given[name], tuple(rest), value) if rest else value
    return copy


def _loads(schema: Schema, given: Any) -> bool:
    try:
        schema.load(given)
    except ValidationError:
        return False
    return True
