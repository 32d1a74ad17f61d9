"""`huakai audit`: chains verified against their reported and signed heads, exported, and the public key."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from sqlalchemy import func, select

from huakai_deploy.commands import output
from huakai_deploy.commands.output import said, say
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.errors import HuakaiError, NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.sites import Site
from huakai_platform.kernel.tenancy import PLATFORM
from huakai_platform.trail import exporting, heads, verifying
from huakai_platform.trail.verifying import Anchor, Verdict
from huakai_platform.trail.words import said as told

BATCH = 500
Chain = tuple[UUID, str]
site_option = click.option("--site", metavar="CODE", help=said(_("只处理这个站点；不写则为平台自己的链")))


@click.group(help=said(_("核验和导出审计链")))
def group() -> None:
    pass


@group.command(help=said(_("逐条核验审计链，指出最早的断点；完整返回 0，断开返回 1")))
@site_option
@click.option("--all", "every", is_flag=True, help=said(_("平台和所有站点的链")))
@click.option(
    "--heads", "files", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=said(_("保存在数据库之外的链头文件；可多次给出")),
)  # fmt: skip
@output.json_option
def verify(site: str | None, every: bool, files: tuple[Path, ...], as_json: bool) -> None:
    settings, broken, seen = output.settings(), [], 0
    known = _anchors(files, heads.public_key(settings))
    with output.databases() as databases:
        for tenant_id, code in _chains(databases, site, every, set(known)):
            verdict = _verdict(databases, tenant_id, known.get(tenant_id, []))
            seen += 1
            if verdict.broken:
                broken.append((code, verdict))
                if not as_json:
                    say(f"{code or said(_('平台'))}: {said(told(verdict.broken))}", err=True)
    if as_json:
        output.tell_json({"chains": seen, "broken": [_as_json(code, one) for code, one in broken]})
    elif broken:
        say(_("核验了 {seen} 条链，{count} 条断开。", seen=seen, count=len(broken)), err=True)
    else:
        say(_("核验了 {seen} 条链，全部完整。", seen=seen))
    if broken:
        click.get_current_context().exit(1)


@group.command(help=said(_("把一条链原样写成 JSON 行")))
@site_option
@click.argument("file", type=click.File("wb"))
def export(site: str | None, file: Any) -> None:
    with output.databases() as databases:
        for tenant_id, _code in _chains(databases, site, False, set()):
            with databases.session(Login.OVERSIGHT, tenant_id) as session:
                for entry in verifying.entries(session, 1, 2**62):
                    file.write(exporting.line(entry))


@group.command(help=said(_("显示签署链头所用的公钥")))
def key() -> None:
    public = heads.public_key(output.settings())
    if public is None:
        raise HuakaiError(_("缺少 HUAKAI_AUDIT_KEY：不能签署审计链头。"))
    say(public.hex())


def _anchors(files: tuple[Path, ...], trusted: bytes | None) -> dict[UUID, list[Anchor]]:
    """By chain, what the files outside know of it; each file is checked as a whole before it is believed."""
    known: dict[UUID, list[Anchor]] = defaultdict(list)
    for file in files:
        copy = heads.read(file, trusted=trusted)
        if trusted is None:
            say(_("没有 HUAKAI_AUDIT_KEY：文件由公钥 {key} 签署，请自行核对。", key=copy.public_key.hex()), err=True)
        for tenant_id, anchor in heads.anchors(file, copy.day):
            known[tenant_id].append(anchor)
    return known


def _verdict(databases: Databases, tenant_id: UUID, anchors: list[Anchor]) -> Verdict:
    with databases.session(Login.OVERSIGHT, tenant_id) as session:
        return verifying.verify(session, anchors)


def _chains(databases: Databases, site: str | None, every: bool, named: set[UUID]) -> Iterator[Chain]:
    """The chains asked for; `every` are the platform's, all sites', and those that only a file outside names."""
    if site:
        yield _site(databases, site)
        return
    yield PLATFORM, ""
    after = UUID(int=0)
    while every and (rows := _page(databases, after)):
        for row in rows:
            named.discard(row[0])
            yield row
        after = rows[-1][0]
    if every:
        yield from ((tenant_id, str(tenant_id)) for tenant_id in sorted(named - {PLATFORM}))


def _page(databases: Databases, after: UUID) -> list[Chain]:
    with databases.session(Login.OVERSIGHT) as session:
        rows = session.execute(select(Site.id, Site.code).where(Site.id > after).order_by(Site.id).limit(BATCH))
        return [(row.id, row.code) for row in rows]


def _site(databases: Databases, code: str) -> Chain:
    with databases.session(Login.OVERSIGHT) as session:
        found = session.execute(select(Site.id, Site.code).where(func.upper(Site.code) == code.upper())).first()
    if found is None:
        raise NotFound(_("没有这个站点。"))
    return found.id, found.code


def _as_json(code: str, verdict: Verdict) -> dict[str, Any]:
    broken = verdict.broken
    assert broken
    day: date | None = broken.day
    return {
        "site": code or None,
        "seq": broken.seq,
        "fault": broken.fault.value,
        "day": day,
        "restored": broken.restored,
    }
