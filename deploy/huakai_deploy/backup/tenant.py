"""One tenant: out of one snapshot, and back into a system that others work in, touching no row of theirs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from psycopg import Connection, sql
from sqlalchemy.orm import Session

from huakai_deploy.backup import archive, chains, tables
from huakai_deploy.backup.archive import Manifest, Told
from huakai_deploy.backup.connecting import driver
from huakai_deploy.backup.tables import Table
from huakai_deploy.backup.whole import refuse_other, revision
from huakai_platform.kernel import audit, clock, outbox
from huakai_platform.kernel.errors import FileRefused, NotFound
from huakai_platform.kernel.events import SiteStateChanged
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.ids import uuid7

CHAIN = frozenset({"tenant.audit_entry", "tenant.audit_head"})
LIVING = frozenset({"tenant.outbox", "confidential.data_key", "oversight.assessment", "oversight.reported_head"})
"""What is there stays as it is, and only what is missing comes back: work that was done is not done again, a key that
was wrapped anew is not wrapped as before, a sealed score and a reported head are never taken back."""


@dataclass(frozen=True)
class Change:
    """What a restore does to the tenant's rows of one table."""

    table: str
    in_file: int
    added: int
    removed: int
    changed: int


def save(session: Session, path: Path, site_id: UUID, code: str, told: Told = lambda done: None) -> Manifest:
    """Write the tenant's rows, its wrapped key with them; what is sealed stays sealed."""
    connection = driver(session)
    found = tables.of_tenants(tables.known(connection))
    return archive.write(connection, path, found, revision(session), site=(site_id, code), told=told)


def find(session: Session, code: str) -> UUID:
    row = driver(session).execute("SELECT id FROM platform.site WHERE upper(code) = upper(%s)", [code]).fetchone()
    if row is None:
        raise NotFound(_("没有这个站点。"))
    return UUID(str(row[0]))


def restore(session: Session, path: Path, site_id: UUID, told: Told = lambda done: None) -> list[Change]:
    """Make the tenant's rows those of the file, in the session's transaction; gives what changed, table by table.

    The trail is not taken back: it goes on, with the restore as its newest entry. Raises FileRefused.
    """
    manifest = archive.read(path)
    connection = driver(session)
    _refuse_foreign(session, manifest, site_id)
    found = tables.of_tenants(tables.known(connection))
    if {str(table): list(table.columns) for table in found} != {n: p.columns for n, p in manifest.parts.items()}:
        raise FileRefused(_("备份中的表与数据库的不一致。"))
    region = connection.execute("SELECT region_code FROM platform.site WHERE id = %s FOR UPDATE", [site_id]).fetchone()
    for number, table in enumerate(found, start=1):
        _stage(connection, path, table, site_id)
        told(number)
    changes = [_compare(connection, table, site_id) for table in found]
    _write(connection, found, site_id)
    about = chains.mend(connection, site_id)
    _count_anew(session, connection, site_id, str(region[0]) if region else "")
    rows = {change.table: change.in_file for change in changes if change.in_file}
    digest = manifest.digest
    audit.record(
        session, None, "tenant.restored", "site", site_id, backup=digest, taken_at=manifest.taken_at, rows=rows, **about
    )
    return changes


def _refuse_foreign(session: Session, manifest: Manifest, site_id: UUID) -> None:
    if manifest.site_id is None:
        raise FileRefused(_("这是全部数据的备份，不能只恢复一个站点。"))
    if manifest.site_id != str(site_id):
        raise FileRefused(_("这是另一个站点({code})的备份。", code=manifest.site_code))
    refuse_other(session, manifest)


def stage(table: Table) -> sql.Identifier:
    return sql.Identifier("pg_temp", f"{table.schema}_{table.name}")


def _stage(connection: Connection[Any], path: Path, table: Table, site_id: UUID) -> None:
    """Bring a table's rows in beside the living ones. Raises FileRefused for a row of anybody else."""
    name = sql.Identifier(f"{table.schema}_{table.name}")
    connection.execute(sql.SQL("CREATE TEMP TABLE {} (LIKE {}) ON COMMIT DROP").format(name, table.place))
    archive.load(connection, path, str(table), stage(table), table.columns)
    foreign = connection.execute(
        sql.SQL("SELECT EXISTS (SELECT FROM {} WHERE tenant_id <> %s)").format(stage(table)), [site_id]
    ).fetchone()
    if foreign and foreign[0]:
        raise FileRefused(_("备份中有其他站点的行，已拒绝。"))


def _compare(connection: Connection[Any], table: Table, site_id: UUID) -> Change:
    tie = sql.SQL(", ").join(map(sql.Identifier, table.key))
    row = connection.execute(
        sql.SQL(
            "SELECT count(s.tenant_id), count(*) FILTER (WHERE l.tenant_id IS NULL),"
            " count(*) FILTER (WHERE s.tenant_id IS NULL),"
            " count(*) FILTER (WHERE l.tenant_id IS NOT NULL AND s.tenant_id IS NOT NULL AND l IS DISTINCT FROM s)"
            " FROM {} AS s FULL JOIN (SELECT * FROM {} WHERE tenant_id = %s) AS l USING ({})"
        ).format(stage(table), table.place, tie),
        [site_id],
    ).fetchone()
    assert row
    kept = str(table) in LIVING | CHAIN
    return Change(str(table), row[0], row[1], 0 if kept else row[2], 0 if kept else row[3])


def _write(connection: Connection[Any], found: Sequence[Table], site_id: UUID) -> None:
    for table in reversed(found):
        if str(table) not in LIVING | CHAIN:
            connection.execute(sql.SQL("DELETE FROM {} WHERE tenant_id = %s").format(table.place), [site_id])
    for table in found:
        if str(table) not in CHAIN:
            connection.execute(
                sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {} ON CONFLICT DO NOTHING").format(
                    table.place, table.names, table.names, stage(table)
                )
            )


def _count_anew(session: Session, connection: Connection[Any], site_id: UUID, region: str) -> None:
    """Let the sums above the site be made anew for every month that it has numbers of."""
    now: datetime = clock.now()
    for (month,) in connection.execute(
        "SELECT month FROM oversight.site_fact WHERE tenant_id = %s", [site_id]
    ).fetchall():
        connection.execute(
            "INSERT INTO oversight.dirty_region (region_code, month, id, marked_at) VALUES (%s, %s, %s, %s)",
            [region, month, uuid7(), now],
        )
    outbox.publish(session, SiteStateChanged(site_id))
