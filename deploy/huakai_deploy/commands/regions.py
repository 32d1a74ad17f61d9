"""`huakai regions`: take in a region tree."""

import json
from pathlib import Path

import click

import huakai_templates
from huakai_platform.kernel import clock
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.regions import importing

SHIPPED = Path(huakai_templates.__file__).parent / "data" / "regions.csv.gz"


@click.group()
def group() -> None:
    """地区 · Regions."""


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=SHIPPED)
@click.option("--dry-run", is_flag=True, help="只试运行 · change nothing")
@click.option("--whole", is_flag=True, help="文件里没有的地区停用 · close what the file lacks")
@click.option("--json", "as_json", is_flag=True)
def import_file(file: Path, dry_run: bool, whole: bool, as_json: bool) -> None:
    """导入地区表;不给文件时导入随产品附带的全国表。"""
    databases = Databases(Settings.from_env())
    try:
        with databases.session(Login.OVERSIGHT) as session:
            plan = importing.plan(session, importing.read(file.read_bytes()), on=clock.today(), whole=whole)
            if not (dry_run or plan.problems):
                importing.apply(session, plan, on=clock.today())
    finally:
        databases.dispose()
    if as_json:
        click.echo(json.dumps(plan.counts() | {"messages": [str(problem) for problem in plan.problems]}))
    else:
        for problem in plan.problems:
            click.echo(str(problem), err=True)
        click.echo("新增 {added}  修改 {changed}  停用 {closed}  不变 {same}  错误 {problems}".format(**plan.counts()))
    if plan.problems:
        raise SystemExit(1)
