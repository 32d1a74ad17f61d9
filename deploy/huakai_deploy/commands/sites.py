"""`huakai sites`: take a register in, list the sites, show one."""

from pathlib import Path
from typing import Any

import click

from huakai_deploy.commands import output, registers
from huakai_deploy.commands.acting import administrator, as_option
from huakai_deploy.commands.opening import open_sites
from huakai_deploy.commands.output import said
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.errors import NotFound
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.sites import SiteState
from huakai_platform.onboarding import dossier
from huakai_platform.onboarding import listing as lookup
from huakai_platform.resources import lists
from huakai_platform.resources.fields import Question

MOST = 100_000


@click.group(help=said(_("站点：导入登记表、开通、列出、查看")))
def group() -> None:
    """Nothing of its own."""


group.add_command(open_sites)


@group.command("import", help=said(_("导入登记表；有行未能导入时返回 1")))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--errors-to", type=click.Path(dir_okay=False, path_type=Path), help=said(_("把标注了问题的表写到这里")))
@click.option("--override", "overrides", multiple=True, metavar="ROW=REASON", help=said(_("疑似重复仍导入的理由")))
@click.option("--column", "columns", multiple=True, metavar="FIELD=LETTER", help=said(_("改正一列，如 name=B")))
@click.option("--open", "opens", is_flag=True, help=said(_("随后开通导入的站点")))
@click.option("--wait", is_flag=True, help=said(_("等到开通结束，显示进度")))
@as_option
@output.dry_run_option
@output.json_option
def import_register(file: Path, login: str | None, as_json: bool, **options: Any) -> None:
    with output.databases() as databases:
        taken = registers.take_in(databases, file, login=login, quiet=as_json, **options)
    if as_json:
        output.tell_json(taken.as_json())
    else:
        registers.tell(taken)
    if taken.refused or taken.failed:
        click.get_current_context().exit(1)


@group.command("list", help=said(_("列出站点")))
@click.option("--state", type=click.Choice([state.value for state in SiteState]))
@click.option("--region", metavar="CODE", help=said(_("某地区及其下级")))
@click.option("--q", metavar="WORDS", help=said(_("名称、编号或拼音首字母")))
@as_option
@output.json_option
def list_sites(state: str | None, region: str | None, q: str | None, login: str | None, as_json: bool) -> None:
    with output.databases() as databases, databases.session(Login.OVERSIGHT) as session:
        actor = administrator(session, login)
        asked = Question({"state": state, "region": region, "q": q})
        found = lists.all_rows(session, lookup.SITES, actor, asked, lookup.Regions(), most=MOST)
    if as_json:
        output.tell_json(
            [
                {
                    "id": row.id,
                    "code": row.code,
                    "name": row.name,
                    "state": row.state,
                    "region_code": row.ancestors[0],
                    "place": row.place(found.context),
                }
                for row in found.rows
            ]
        )
        return
    rows = [(row.code, row.name, row.place(found.context), SiteState(row.state).label) for row in found.rows]
    output.table((_("编号"), _("站点"), _("地区"), _("状态")), rows)


@group.command("show", help=said(_("查看一个站点")))
@click.argument("code")
@as_option
@output.json_option
def show_site(code: str, login: str | None, as_json: bool) -> None:
    with output.databases() as databases, databases.session(Login.OVERSIGHT) as session:
        actor = administrator(session, login)
        site_id = lookup.by_code(session, actor, code)
        if site_id is None:
            raise NotFound(_("没有这个站点。"))
        found = dossier.of(session, actor, site_id)
    if as_json:
        output.tell_json(_as_json(found))
        return
    output.table((_("项目"), _("内容")), _facts(found))
    history = [(event.at, SiteState(event.to_state).label, event.who, event.reason) for event in found.history]
    output.table((_("时间"), _("状态"), _("经手人"), _("理由")), history, title=_("经过"))


def _facts(found: dossier.Dossier) -> list[tuple[Message, object]]:
    site = found.site
    return [
        (_("编号"), site.code),
        (_("站点"), site.name),
        (_("状态"), SiteState(site.state).label),
        (_("级别"), site.tier),
        (_("地区"), found.place),
        (_("详细地址"), site.address),
        (_("开始运营"), site.operating_since),
        (_("开通时间"), site.opened_at),
        (_("成员"), found.members),
    ]


def _as_json(found: dossier.Dossier) -> dict[str, Any]:
    site = found.site
    names = ("id", "code", "name", "kind", "tier", "state", "region_code", "place_code", "address", "area")
    facts = {name: getattr(site, name) for name in (*names, "ownership", "host", "operating_since", "opened_at")}
    history = [
        {"at": event.at, "from": event.from_state, "to": event.to_state, "who": event.who, "reason": event.reason}
        for event in found.history
    ]
    return facts | {"place": found.place, "members": found.members, "history": history}
