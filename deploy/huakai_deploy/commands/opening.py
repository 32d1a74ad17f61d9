"""`huakai sites open`: begin to open sites, and watch until they are."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_deploy.commands import output, watching
from huakai_deploy.commands.acting import administrator, as_option
from huakai_deploy.commands.output import said
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.i18n import _, listed
from huakai_platform.kernel.operations import ItemState, OperationItem
from huakai_platform.kernel.sites import Site, SiteState
from huakai_platform.onboarding import lifecycle, opening
from huakai_platform.onboarding.opening import Candidate

REOPENED = frozenset({SiteState.SUSPENDED, SiteState.RELOCATING})
"""Sites that were open once: a plain step brings them back."""


@dataclass
class Begun:
    """What a command has begun, and what has come of it when it waited."""

    dry_run: bool
    started: list[Candidate] = field(default_factory=list)
    reopened: list[Candidate] = field(default_factory=list)
    skipped: list[Candidate] = field(default_factory=list)
    operation: UUID | None = None
    title: str = ""
    ending: str | None = None
    failed: list[tuple[str, str]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "dry_run": self.dry_run,
            "operation": self.operation,
            "started": [one.code for one in self.started],
            "reopened": [one.code for one in self.reopened],
            "skipped": [{"code": one.code, "reason": said(one.hindrance or "")} for one in self.skipped],
            "ending": self.ending,
            "failed": [{"site": site, "reason": reason} for site, reason in self.failed],
        }


@click.command("open", help=said(_("开通站点：生成密钥、空间、邀请和检查单；有站点未能开通时返回 1")))
@click.argument("codes", metavar="[CODE]...", nargs=-1)
@click.option("--all-approved", is_flag=True, help=said(_("全部已批准的站点")))
@click.option("--region", metavar="CODE", help=said(_("某地区及其下级已批准的站点")))
@click.option("--wait", is_flag=True, help=said(_("等到开通结束，显示进度")))
@as_option
@output.dry_run_option
@output.json_option
def open_sites(
    codes: tuple[str, ...],
    all_approved: bool,
    region: str | None,
    wait: bool,
    login: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    if sum(map(bool, (codes, all_approved, region))) != 1:
        raise click.UsageError(said(_("请给出站点编号，或者 --all-approved,或者 --region。")))
    with output.databases() as databases:
        with databases.session(Login.OVERSIGHT) as session:
            begun = _begin(session, administrator(session, login), codes, region, dry_run=dry_run)
        if wait and begun.operation:
            begun.ending = watching.follow(databases, begun.operation, begun.title, quiet=as_json).ending.value
            begun.failed = _failures(databases, begun.operation)
    if as_json:
        output.tell_json(begun.as_json())
    else:
        _tell(begun)
    if begun.skipped or begun.failed:
        click.get_current_context().exit(1)


def _begin(session: Session, actor: Actor, codes: Sequence[str], region: str | None, *, dry_run: bool) -> Begun:
    chosen = opening.candidates(session, actor, codes=[code.upper() for code in codes] or None, region=region)
    if unknown := {code.upper() for code in codes} - {one.code for one in chosen}:
        raise NotFound(_("没有这些站点：{codes}。", codes=listed(sorted(unknown))))
    begun = Begun(dry_run)
    for one in chosen:
        if one.state in REOPENED:
            begun.reopened.append(one)
        elif one.hindrance is None:
            begun.started.append(one)
        elif one.state is not SiteState.OPEN:
            begun.skipped.append(one)
    if not dry_run:
        for one in begun.reopened:
            version = session.scalars(select(Site.version).where(Site.id == one.id)).one()
            lifecycle.move(session, actor, one.id, SiteState.OPEN, version=version)
        if begun.started:
            operation = opening.start(session, actor, begun.started)
            begun.operation, begun.title = operation.id, operation.title
    return begun


def _failures(databases: Databases, operation_id: UUID) -> list[tuple[str, str]]:
    with databases.session(Login.OVERSIGHT) as session:
        rows = session.execute(
            select(OperationItem.label, OperationItem.error)
            .where(OperationItem.operation_id == operation_id, OperationItem.state == ItemState.FAILED)
            .order_by(OperationItem.position)
        )
        return [(row.label, row.error or "") for row in rows]


def _tell(begun: Begun) -> None:
    for one in begun.skipped:
        output.say(f"{one.code} {one.name}  {said(one.hindrance or '')}", err=True)
    for site, reason in begun.failed:
        output.say(f"{site}  {reason}", err=True)
    if begun.dry_run:
        count = len(begun.started) + len(begun.reopened)
        output.say(_("将开通 {count} 个站点(试运行，未做改动)。", count=count))
    elif begun.operation:
        output.say(_("开通操作：{id}", id=begun.operation))
    elif not begun.reopened:
        output.say(_("没有可以开通的站点。"))
    if begun.reopened and not begun.dry_run:
        output.say(_("已恢复开放 {count} 个站点。", count=len(begun.reopened)))
