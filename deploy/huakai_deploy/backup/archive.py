"""The file of a backup: a zip with each table as PostgreSQL's own COPY text, and a manifest with their digests."""

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from psycopg import Connection, sql

from huakai_deploy.backup.tables import Table
from huakai_platform.kernel import clock
from huakai_platform.kernel.errors import FileRefused
from huakai_platform.kernel.i18n import _

FORMAT = "huakai-backup/1"
CHUNK = 1 << 20
Told = Callable[[int], None]


@dataclass(frozen=True)
class Part:
    """One table in the file."""

    columns: list[str]
    rows: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a file holds: the schema's version, whose rows (None: everybody's), when, and its tables in order."""

    revision: str
    site_id: str | None
    site_code: str | None
    taken_at: str
    parts: Mapping[str, Part]

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.as_json()).hexdigest()

    def as_json(self) -> bytes:
        return json.dumps({"format": FORMAT, **asdict(self)}, ensure_ascii=False, indent=1).encode()


def write(
    connection: Connection,
    path: Path,
    tables: Sequence[Table],
    revision: str,
    *,
    site: tuple[UUID, str] | None = None,
    told: Told = lambda done: None,
) -> Manifest:
    """Write tables as the connection's transaction sees them, whole or not at all, readable to its owner only."""
    half = path.with_name(path.name + ".half")
    half.unlink(missing_ok=True)
    parts: dict[str, Part] = {}
    with os.fdopen(os.open(half, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as packed:
            for number, table in enumerate(tables, start=1):
                with packed.open(_place(str(table)), "w", force_zip64=True) as part:
                    parts[str(table)] = _dump(connection, table, part, site[0] if site else None)
                told(number)
            site_id, code = (str(site[0]), site[1]) if site else (None, None)
            manifest = Manifest(revision, site_id, code, clock.now().isoformat(), parts)
            packed.writestr("manifest.json", manifest.as_json())
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)
    return manifest


def read(path: Path) -> Manifest:
    """The manifest, once every table has been found to be what it says. Raises FileRefused."""
    try:
        with zipfile.ZipFile(path) as packed:
            manifest = _manifest(json.loads(packed.read("manifest.json")))
            for name, part in manifest.parts.items():
                digest, rows = hashlib.sha256(), 0
                for chunk in _chunks(packed, name):
                    digest.update(chunk)
                    rows += chunk.count(b"\n")
                if (digest.hexdigest(), rows) != (part.sha256, part.rows):
                    raise FileRefused(_("备份文件已损坏：表 {table} 与清单不符。", table=name))
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError, EOFError, OSError, zlib.error):
        raise FileRefused(_("这不是完好的备份文件。")) from None
    return manifest


def load(connection: Connection, path: Path, name: str, into: sql.Composable, columns: Sequence[str]) -> None:
    """Write the rows of one table of a file that has been read."""
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(into, names)
    with zipfile.ZipFile(path) as packed, connection.cursor() as cursor, cursor.copy(statement) as copy:
        for chunk in _chunks(packed, name):
            copy.write(chunk)


def _dump(connection: Connection, table: Table, part: Any, tenant_id: UUID | None) -> Part:
    where = sql.SQL(" WHERE tenant_id = {}").format(sql.Literal(str(tenant_id))) if tenant_id else sql.SQL("")
    query = sql.SQL("COPY (SELECT {} FROM {}{}) TO STDOUT").format(table.names, table.place, where)
    digest, rows = hashlib.sha256(), 0
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        for chunk in copy:
            data = bytes(chunk)
            digest.update(data)
            rows += data.count(b"\n")
            part.write(data)
    return Part(list(table.columns), rows, digest.hexdigest())


def _manifest(told: Any) -> Manifest:
    if told.pop("format") != FORMAT:
        raise ValueError
    parts = {name: Part(**part) for name, part in told.pop("parts").items()}
    return Manifest(**told, parts=parts)


def _chunks(packed: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    with packed.open(_place(name)) as part:
        while chunk := part.read(CHUNK):
            yield chunk


def _place(name: str) -> str:
    return f"tables/{name}.copy"
