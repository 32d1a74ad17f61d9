"""Everything: out of one snapshot, and into a database that nobody has worked in."""

from pathlib import Path

from psycopg import sql
from sqlalchemy.orm import Session

from huakai_deploy import migrating
from huakai_deploy.backup import archive, tables
from huakai_deploy.backup.archive import Manifest, Told
from huakai_deploy.backup.connecting import driver
from huakai_platform.kernel import audit
from huakai_platform.kernel.errors import Conflict, FileRefused
from huakai_platform.kernel.i18n import _


def save(session: Session, path: Path, told: Told = lambda done: None) -> Manifest:
    """Write all tables; the session is the migrator's, its transaction repeatable."""
    connection = driver(session)
    return archive.write(connection, path, tables.known(connection), revision(session), told=told)


def restore(session: Session, path: Path, told: Told = lambda done: None) -> Manifest:
    """Put everything back. Raises FileRefused for another schema or a damaged file, Conflict where people work."""
    manifest = archive.read(path)
    if manifest.site_id is not None:
        raise FileRefused(_("这是站点 {code} 的备份，请用 --site 恢复。", code=manifest.site_code))
    refuse_other(session, manifest)
    connection = driver(session)
    found = tables.known(connection)
    if {str(table): list(table.columns) for table in found} != {n: p.columns for n, p in manifest.parts.items()}:
        raise FileRefused(_("备份中的表与数据库的不一致。"))
    worked = connection.execute("SELECT EXISTS (SELECT FROM platform.account) OR EXISTS (SELECT FROM platform.site)")
    if (row := worked.fetchone()) and row[0]:
        raise Conflict(_("数据库中已有账号或站点：全部恢复只能写入新迁移的空数据库。"))
    connection.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(table.place for table in found)))
    for number, table in enumerate(found, start=1):
        archive.load(connection, path, str(table), table.place, table.columns)
        told(number)
    audit.record(session, None, "platform.restored", "backup", manifest.digest, taken_at=manifest.taken_at)
    return manifest


def revision(session: Session) -> str:
    return migrating.present(session.connection()) or ""


def refuse_other(session: Session, manifest: Manifest) -> None:
    """Raises FileRefused for a file of another version of the schema."""
    if (here := revision(session)) != manifest.revision:
        raise FileRefused(
            _(
                "备份的数据库版本是 {theirs}，这里是 {ours}：请用同一版本的程序恢复。",
                theirs=manifest.revision,
                ours=here,
            )
        )
