"""`huakai regions`: take in a region tree."""

import json
from pathlib import Path

import click

import huakai_templates
from huakai_deploy.commands import output
from huakai_deploy.commands.output import dry_run_option, json_option, said, say
from huakai_platform.kernel import clock
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.i18n import _
from huakai_platform.regions import importing

SHIPPED = Path(huakai_templates.__file__).parent / "data" / "regions.csv.gz"


@click.group(help=said(_("地区：导入地区表")))
def group() -> None: ...


@group.command("import", help=said(_("导入地区表；不给文件时导入随产品附带的全国表。")))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=SHIPPED)
@click.option("--whole", is_flag=True, help=said(_("文件里没有的地区停用")))
@dry_run_option
@json_option
def import_file(file: Path, dry_run: bool, whole: bool, as_json: bool) -> None:
    databases, rows = Databases(output.settings()), importing.read(file.read_bytes())
    try:
        with databases.session(Login.OVERSIGHT) as session:
            known = importing.known(session)
        plan = importing.compare(known, rows, on=clock.today(), whole=whole)
        if not (dry_run or plan.problems):
            with databases.session(Login.OVERSIGHT) as session:
                importing.apply(session, plan, on=clock.today())
    finally:
        databases.dispose()
    if as_json:
        click.echo(json.dumps(plan.counts() | {"messages": [str(problem) for problem in plan.problems]}))
    else:
        for problem in plan.problems:
            say(problem, err=True)
        say(_("新增 {added}，修改 {changed}，停用 {closed}，不变 {same}，错误 {problems}", **plan.counts()))
    if plan.problems:
        raise SystemExit(1)
