"""Dumps of small filled databases, each at the migration that was the newest when it was made.

    dumps/<migration>/rows.zip              every table, as `huakai backup` writes it, packed tighter
    dumps/<migration>/throw-away-keys.json  what is sealed in it was sealed under these; they guard nothing else
    dumps/<migration>/objects.json          role → sample of the routes → the object that an identifier stands for

Each change of the program that migrates adds one, made by its own code before the change:

    python -m tests.upgrade.make

The tests take every folder that is here and carry it to the newest migration as an installation is carried there.
"""

import base64
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from huakai_deploy.backup import archive, tables
from huakai_deploy.local import Urls
from huakai_deploy.roles import ensure_roles
from huakai_platform.kernel.config import Login, Settings
from tests.support import servers

FOLDER = Path(__file__).parent / "dumps"
MOST = 300_000
"""Bytes that a folder may take in the repository."""
ROWS, KEYS, OBJECTS = "rows.zip", "throw-away-keys.json", "objects.json"
SEALING = ("master_key", "lookup_key", "audit_key")
Objects = Mapping[str, Mapping[str, Mapping[str, Any]]]


@dataclass(frozen=True)
class Dump:
    """One dump in its folder."""

    folder: Path

    def __str__(self) -> str:
        return self.folder.name

    @property
    def manifest(self) -> archive.Manifest:
        return archive.read(self.folder / ROWS)

    @property
    def taken_at(self) -> datetime:
        return datetime.fromisoformat(self.manifest.taken_at)

    @property
    def size(self) -> int:
        return sum(path.stat().st_size for path in self.folder.iterdir())

    @property
    def without_rows(self) -> list[str]:
        """The tables that hold nothing."""
        return [name for name, part in self.manifest.parts.items() if not part.rows]

    @property
    def objects(self) -> Objects:
        found: Objects = json.loads((self.folder / OBJECTS).read_text())
        return found

    def settings(self, urls: Urls) -> Settings:
        """Those of the tests, with the keys under which the dump's content was sealed."""
        return settings(urls, json.loads((self.folder / KEYS).read_text()))

    def load(self, urls: Urls) -> None:
        """Make the database anew, at the dump's own migration, and fill it."""
        path, manifest = self.folder / ROWS, self.manifest
        with psycopg.connect(urls.superuser, autocommit=True) as server:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(urls.database)))
        ensure_roles(urls.superuser, urls.database)
        servers.migrate(urls, "upgrade", manifest.revision)
        with psycopg.connect(urls.login(Login.MIGRATOR)) as connection:
            found = tables.known(connection)
            assert {str(table): list(table.columns) for table in found} == {
                name: part.columns for name, part in manifest.parts.items()
            }
            connection.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(table.place for table in found)))
            for table in found:
                archive.load(connection, path, str(table), table.place, table.columns)


def every() -> list[Dump]:
    """All dumps, the oldest first."""
    return [Dump(path) for path in sorted(FOLDER.iterdir()) if (path / ROWS).exists()]


def settings(urls: Urls, keys: Mapping[str, str]) -> Settings:
    """Settings with the keys of a dump."""
    sealing = {name: base64.b64decode(keys[name]) for name in SEALING}
    export = urls.sockets / "audit-heads"
    return servers.settings(urls, secret_key=keys["secret_key"], audit_export=export, **sealing)


def keep(urls: Urls, keys: Mapping[str, str], objects: Objects) -> Dump:
    """Write what a database holds down as the newest dump."""
    with psycopg.connect(urls.login(Login.MIGRATOR)) as connection:
        revision = connection.execute("SELECT version_num FROM platform.alembic_version").fetchone()
        assert revision
        dump = Dump(FOLDER / str(revision[0]))
        dump.folder.mkdir(parents=True, exist_ok=True)
        archive.write(connection, dump.folder / ROWS, tables.known(connection), str(revision[0]))
    _tighten(dump.folder / ROWS)
    (dump.folder / KEYS).write_text(json.dumps(keys, indent=1) + "\n")
    lines = [f"{json.dumps(role)}: {json.dumps(known, default=str)}" for role, known in objects.items()]
    (dump.folder / OBJECTS).write_text("{" + ",\n".join(lines) + "}\n")
    return dump


def _tighten(path: Path) -> None:
    """Pack a zip anew, as tight as it gets."""
    with zipfile.ZipFile(path) as loose:
        content = {name: loose.read(name) for name in loose.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as tight:
        for name, data in content.items():
            tight.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_LZMA)
