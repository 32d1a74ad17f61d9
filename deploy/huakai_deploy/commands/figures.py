"""`huakai facts` and `huakai figures`: are the numbers right, counting them anew, and letting those of people out."""

from datetime import date
from uuid import UUID

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_deploy.commands import output, watching
from huakai_deploy.commands.acting import administrator, as_option
from huakai_deploy.commands.output import said
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.operations import Ending
from huakai_platform.kernel.sites import Site
from huakai_platform.oversight import recounting, release, rollups
from huakai_platform.regions.present import PRESENT


class Month(click.ParamType[date]):
    """`2026-11`."""

    name = "YYYY-MM"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            return value if isinstance(value, date) else date.fromisoformat(f"{value}-01")
        except ValueError:
            self.fail(said(_("月份应写作 2026-11。")), param, ctx)


month_option = click.option("--month", type=Month(), help=said(_("月份，例如 2026-11;默认本月")))


@click.group(help=said(_("站点数字和地区汇总：核对，重新计算")))
def facts() -> None:
    """Nothing of its own."""


@facts.command(help=said(_("核对地区汇总与站点数字；不一致时返回 1")))
@month_option
@output.json_option
def check(month: date | None, as_json: bool) -> None:
    of = month or clock.month(clock.today())
    with output.databases() as databases, databases.session(Login.WORKER) as session:
        off = rollups.check(session, of)
    if as_json:
        output.tell_json({"month": f"{of:%Y-%m}", "differences": [row._asdict() for row in off]})
    elif off:
        columns = (_("地区"), _("应为"), _("现为"))
        output.table(columns, [_line(row.region_code, row.expected, row.stored) for row in off])
    else:
        output.say(_("{month}：地区汇总与站点数字一致。", month=f"{of:%Y-%m}"))
    if off:
        click.get_current_context().exit(1)


@facts.command(help=said(_("在每个站点内重新计算一个月的数字，再重新汇总；显示进度")))
@month_option
@click.option("--site", metavar="CODE", help=said(_("只重新计算一个站点")))
@as_option
@output.json_option
def rebuild(month: date | None, site: str | None, login: str | None, as_json: bool) -> None:
    of = month or clock.month(clock.today())
    with output.databases() as databases:
        with databases.session(Login.OVERSIGHT) as session:
            actor = administrator(session, login)
            begun = recounting.start(session, actor, of, _site(session, site) if site else None)
            operation, title = begun.id, begun.title
        ended = watching.follow(databases, operation, title, quiet=as_json)
        with databases.session(Login.WORKER) as session:
            regions = rollups.rebuild(session, of)
            rollups.rebuild(session, PRESENT)
    if as_json:
        output.tell_json({"operation": operation, "ending": ended.ending.value, "done": ended.done, "regions": regions})
    else:
        output.say(_("已重新计算 {sites} 个站点，汇总 {regions} 个地区。", sites=ended.done, regions=regions))
    if ended.ending is not Ending.DONE:
        click.get_current_context().exit(1)


@click.group(help=said(_("人数数据：保护小数目后按月发布")))
def figures() -> None:
    """Nothing of its own."""


@figures.command("release", help=said(_("发布一个已结束月份的人数数据；发布后不再改变")))
@as_option
@click.option("--month", type=Month(), help=said(_("月份，例如 2026-10;默认上个月")))
@output.dry_run_option
@output.json_option
def let_out(month: date | None, login: str | None, dry_run: bool, as_json: bool) -> None:
    of = month or clock.months_on(clock.month(clock.today()), -1)
    least = output.settings().smallest_count
    with output.databases() as databases:
        with databases.session(Login.OVERSIGHT) as session:
            actor = administrator(session, login)
        places = _released(databases, actor, of, least, dry_run=dry_run)
    if as_json:
        output.tell_json({"month": f"{of:%Y-%m}", "threshold": least, "places": places, "dry_run": dry_run})
    elif dry_run:
        output.say(_("{month}：将发布 {count} 处的人数(试运行，未做改动)。", month=f"{of:%Y-%m}", count=places))
    else:
        output.say(_("{month}：已发布 {count} 处的人数。", month=f"{of:%Y-%m}", count=places))


def _released(databases: Databases, actor: Actor, month: date, least: int, *, dry_run: bool) -> int:
    with databases.session(Login.WORKER) as session:
        release.release(session, month, least, actor)
        places = release.places(session, month)
        if dry_run:
            session.rollback()
    return places


def _site(session: Session, code: str) -> UUID:
    found: UUID | None = session.scalar(select(Site.id).where(Site.code == code.upper()))
    if found is None:
        raise NotFound(_("没有这些站点：{codes}。", codes=code))
    return found


def _line(region: str, expected: dict[str, int], stored: dict[str, int]) -> tuple[object, ...]:
    names = sorted(name for name in expected.keys() | stored.keys() if expected.get(name) != stored.get(name))
    return (
        region,
        " ".join(f"{name}={expected.get(name, 0)}" for name in names),
        " ".join(f"{name}={stored.get(name, 0)}" for name in names),
    )
