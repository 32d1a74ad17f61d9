"""The tables of the product as the database knows them, parents before their children."""

from collections.abc import Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter

from psycopg import Connection, sql

SCHEMAS = ["platform", "tenant", "confidential", "oversight"]
_TABLES = """
    SELECT n.nspname, c.relname,
           array_agg(a.attname::text ORDER BY a.attnum) FILTER (WHERE a.attgenerated = ''),
           (SELECT array_agg(k.attname::text ORDER BY array_position(i.indkey::int[], k.attnum::int))
            FROM pg_index i JOIN pg_attribute k ON k.attrelid = i.indrelid AND k.attnum = ANY (i.indkey)
            WHERE i.indrelid = c.oid AND i.indisprimary)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname = ANY (%s) AND c.relname <> 'alembic_version'
    GROUP BY c.oid, n.nspname, c.relname ORDER BY n.nspname, c.relname
"""
_TIES = """
    SELECT DISTINCT conrelid::regclass::text, confrelid::regclass::text
    FROM pg_constraint WHERE contype = 'f' AND conrelid <> confrelid AND connamespace::regnamespace::text = ANY (%s)
"""


@dataclass(frozen=True)
class Table:
    schema: str
    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}"

    @property
    def of_tenants(self) -> bool:
        return self.schema != "platform" and "tenant_id" in self.columns

    @property
    def place(self) -> sql.Identifier:
        return sql.Identifier(self.schema, self.name)

    @property
    def names(self) -> sql.Composed:
        return sql.SQL(", ").join(map(sql.Identifier, self.columns))


def known(connection: Connection) -> list[Table]:
    """Every table of the product in an order in which its rows can be written."""
    found = [
        Table(row[0], row[1], tuple(row[2]), tuple(row[3] or ())) for row in connection.execute(_TABLES, [SCHEMAS])
    ]
    by_name = {str(table): table for table in found}
    order: TopologicalSorter[str] = TopologicalSorter(dict.fromkeys(by_name, ()))
    for child, parent in connection.execute(_TIES, [SCHEMAS]):
        if parent in by_name:
            order.add(child, parent)
    return [by_name[name] for name in order.static_order()]


def of_tenants(tables: Sequence[Table]) -> list[Table]:
    return [table for table in tables if table.of_tenants]
