"""`huakai jobs`: what waits, what failed and why, and sending it again."""

from dataclasses import asdict
from uuid import UUID

import click

from huakai_deploy.commands import output
from huakai_deploy.commands.output import said
from huakai_platform.kernel import audit, queue
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.queue import Troubled
from huakai_worker.jobs.operations import revive

MOST = 10_000


@click.group(help=said(_("队列：等待的、失败的，以及重新发送")))
def group() -> None:
    """Nothing of its own."""


@group.command("list", help=said(_("列出队列的状况和失败的任务")))
@click.option("--dead", is_flag=True, help=said(_("只列出已放弃的")))
@click.option("--limit", type=click.IntRange(1, MOST), default=100, show_default=True)
@output.json_option
def list_jobs(dead: bool, limit: int, as_json: bool) -> None:
    with output.databases() as databases, databases.session(Login.WORKER) as session:
        now, rows = queue.state(session), queue.troubled(session, most=limit, dead_only=dead)
    if as_json:
        output.tell_json(asdict(now) | {"failed": [asdict(row) for row in rows]})
        return
    output.say(_("等待 {waiting} · 到期 {due} · 已放弃 {dead}", waiting=now.waiting, due=now.due, dead=now.dead))
    if rows:
        columns = (_("编号"), _("站点"), _("任务"), _("次数"), _("状态"), _("原因"))
        output.table(columns, [_line(row) for row in rows])


@group.command(help=said(_("重新发送一个失败的任务，或全部已放弃的任务")))
@click.argument("message_id", metavar="ID", type=click.UUID, required=False)
@click.option("--all-dead", is_flag=True, help=said(_("全部已放弃的任务")))
@output.dry_run_option
@output.json_option
def resend(message_id: UUID | None, all_dead: bool, dry_run: bool, as_json: bool) -> None:
    if (message_id is None) == (not all_dead):
        raise click.UsageError(said(_("请给出一个编号，或者 --all-dead。")))
    with output.databases() as databases:
        chosen = _chosen(databases, message_id)
        sent = [row.id for row in chosen if dry_run or _revived(databases, row)]
    if as_json:
        output.tell_json({"resent": sent, "dry_run": dry_run})
    elif dry_run:
        output.say(_("将重新发送 {count} 个任务(试运行，未做改动)。", count=len(sent)))
    else:
        output.say(_("已重新发送 {count} 个任务。", count=len(sent)))


def _chosen(databases: Databases, message_id: UUID | None) -> list[Troubled]:
    with databases.session(Login.WORKER) as session:
        rows = queue.troubled(session, most=MOST, dead_only=message_id is None)
    if message_id is None:
        return rows
    if found := [row for row in rows if row.id == message_id]:
        return found
    raise NotFound(_("没有这个失败的任务。"))


def _revived(databases: Databases, row: Troubled) -> bool:
    with databases.session(Login.WORKER, row.tenant_id) as session:
        revived = revive(session, row.id)
        if revived:
            audit.record(session, None, "jobs.resent", "message", row.id)
        return revived


def _line(row: Troubled) -> tuple[object, ...]:
    state = _("已放弃") if row.dead_at else _("等待重试")
    return (row.id, _("平台") if row.of_platform else row.site_name, row.topic, row.attempts, state, row.last_error)
