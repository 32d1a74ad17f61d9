"""`huakai backup` and `huakai restore`: everything, or one site into a living system."""

from pathlib import Path
from uuid import UUID

import click
from psycopg.errors import Error, SerializationFailure

from huakai_deploy.backup import tenant, whole
from huakai_deploy.backup.connecting import snapshot
from huakai_deploy.commands import output
from huakai_deploy.commands.output import said, say
from huakai_platform.kernel import clock
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.errors import Conflict
from huakai_platform.kernel.i18n import _

TABLES = 60
site_option = click.option("--site", metavar="CODE", help=said(_("只处理这个站点")))


@click.command(help=said(_("把全部数据，或一个站点的数据，备份成一个文件；密钥不在其中，请另行保存")))
@click.argument("path", type=click.Path(path_type=Path))
@site_option
def backup(path: Path, site: str | None) -> None:
    if path.is_dir():
        path = path / f"huakai-{site or 'all'}-{clock.now():%Y%m%d-%H%M%S}.zip"
    with output.databases() as databases, output.progress(_("备份"), TABLES) as told:
        site_id = _site(databases, site) if site else None
        with snapshot(databases, keep=False) as session:
            if site_id and site:
                manifest = tenant.save(session, path, site_id, site.upper(), told)
            else:
                manifest = whole.save(session, path, told)
        told(TABLES)
    rows = sum(part.rows for part in manifest.parts.values())
    say(_("已备份 {tables} 个表、{rows} 行：{path}", tables=len(manifest.parts), rows=rows, path=str(path)))


@click.command(help=said(_("恢复备份：全部写入新迁移的空数据库，或把一个站点写回正在运行的系统")))
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@site_option
@click.option("--yes", is_flag=True, help=said(_("不再询问")))
@output.dry_run_option
def restore(path: Path, site: str | None, yes: bool, dry_run: bool) -> None:
    if not (yes or dry_run):
        click.confirm(said(_("恢复会覆盖现有数据，继续吗？")), abort=True)
    with output.databases() as databases:
        try:
            _restore_site(databases, path, site, dry_run) if site else _restore_all(databases, path, dry_run)
        except SerializationFailure:
            raise Conflict(_("恢复时有人正在修改这个站点，没有做任何改动；请暂停站点后再试。")) from None
        except Error as error:
            state = error.sqlstate or type(error).__name__
            raise Conflict(_("数据库拒绝了备份中的内容({state})，没有做任何改动。", state=state)) from None


def _restore_all(databases: Databases, path: Path, dry_run: bool) -> None:
    with output.progress(_("恢复"), TABLES) as told, snapshot(databases, keep=not dry_run) as session:
        manifest = whole.restore(session, path, told)
    rows = sum(part.rows for part in manifest.parts.values())
    if dry_run:
        say(_("试运行：可以恢复 {rows} 行，未做改动。", rows=rows))
    else:
        say(_("已恢复 {rows} 行(备份于 {at})。", rows=rows, at=manifest.taken_at))


def _restore_site(databases: Databases, path: Path, code: str, dry_run: bool) -> None:
    site_id = _site(databases, code)
    with output.progress(_("恢复"), TABLES) as told, snapshot(databases, site_id, keep=not dry_run) as session:
        changes = tenant.restore(session, path, site_id, told)
        told(TABLES)
    columns = (_("表"), _("备份中"), _("新增"), _("删除"), _("改回"))
    output.table(columns, [(one.table, one.in_file, one.added, one.removed, one.changed) for one in changes])
    say(_("试运行：未做改动。") if dry_run else _("站点 {code} 已恢复，审计链中已记录。", code=code))


def _site(databases: Databases, code: str) -> UUID:
    with snapshot(databases, keep=False) as session:
        return tenant.find(session, code)
