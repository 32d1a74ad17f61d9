"""`huakai up`, `migrate`, `doctor`, `roles`: the servers and what runs on them."""

import os
import secrets
import sys
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path

import click

from huakai_deploy import embedded, keys, migrating, ports
from huakai_deploy.commands import output
from huakai_deploy.commands.output import databases, dry_run_option, json_option, said, say, table, tell_json
from huakai_deploy.local import DATABASE, LocalStack, StackError
from huakai_deploy.roles import ensure_roles, script
from huakai_deploy.supervise import Supervisor, signals_like_ctrl_c
from huakai_platform.kernel import clock
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.errors import HuakaiError
from huakai_platform.kernel.i18n import _, listed
from huakai_platform.oversight import rollups
from huakai_platform.regions.present import PRESENT

HUAKAI = str(Path(sys.executable).with_name("huakai"))


@click.command(help=said(_("启动平台：服务器、任务进程和网页，直到按下 Ctrl-C")))
@click.option("--demo", is_flag=True, help=said(_("装入示范数据：洛阳 319 个站点")))
@click.option("--port", type=click.IntRange(1024, 65535), default=8000, show_default=True)
@click.option("--fresh", is_flag=True, help=said(_("先清空本机的数据")))
@click.option("--sites", type=click.IntRange(1, 319), default=319, show_default=True, help=said(_("示范站点的数量")))
@click.option("--workers", type=click.IntRange(1, 32), default=2, show_default=True)
def up(demo: bool, port: int, fresh: bool, sites: int, workers: int) -> None:
    signals_like_ctrl_c()
    instance = embedded.instance()
    with ExitStack() as ending:
        door = ending.enter_context(ports.take("127.0.0.1", port))
        env = _servers(ending, instance, fresh=fresh)
        env |= {"HUAKAI_INSTANCE": str(instance)} | ({"HUAKAI_DEMO": "1"} if demo else {})
        os.environ.update(env)
        settings = Settings.from_env()
        pools = Databases(settings)
        ending.callback(pools.dispose)
        say(_("正在迁移数据库……"))
        migrating.migrate(pools)
        supervisor = Supervisor(instance / "logs", echo=lambda line: click.echo(line, err=True))
        ending.callback(supervisor.stop)
        supervisor.add("ringer", [HUAKAI, "ringer"])
        for number in range(1, workers + 1):
            supervisor.add(f"worker-{number}", [HUAKAI, "worker"])
        supervisor.add("exporter", [HUAKAI, "exporter"], _of_the_exporter())
        supervisor.add("web", [HUAKAI, "web", "--bind", f"fd://{door.fileno()}"], keeps=(door.fileno(),))
        supervisor.start()
        people = _demonstrate(pools, settings, instance, sites) if demo else []
        _until_serving(port)
        if people:
            password = _demo_password(instance)
            rows = [(*person[:3], password, person[3]) for person in people]
            table([_("身份"), _("姓名"), _("登录名"), _("密码"), _("站点")], rows, title=_("示范账号"))
        say(_("花开已启动：http://127.0.0.1:{port}/  (Ctrl-C 停止)", port=port))
        supervisor.wait()


@click.command(help=said(_("把数据库升级到本程序的版本，并发布随附的标准")))
@dry_run_option
@json_option
def migrate(dry_run: bool, as_json: bool) -> None:
    with databases() as pools:
        with pools.session(Login.MIGRATOR) as session:
            before = migrating.present(session.connection())
        if not dry_run:
            migrating.migrate(pools)
    if as_json:
        tell_json({"before": before, "head": migrating.head(), "dry_run": dry_run})
    elif dry_run:
        say(_("数据库在 {before}，程序需要 {head}；没有改动。", before=before or "—", head=migrating.head()))
    else:
        say(_("数据库已是最新：{head}", head=migrating.head()))


@click.command(help=said(_("输出创建数据库角色的 SQL,交给数据库管理员执行")))
@click.option("--database", default=DATABASE, show_default=True)
def roles(database: str) -> None:
    click.echo(script(database))


@click.command(help=said(_("检查服务器、角色、授权、迁移、任务和磁盘，并说明如何处理")))
@click.option("--rebuild", is_flag=True, help=said(_("先按站点数字重新汇总本月")))
@json_option
def doctor(rebuild: bool, as_json: bool) -> None:
    from huakai_deploy.doctor import examine

    with databases() as pools:
        if rebuild:
            with pools.session(Login.WORKER) as session:
                rollups.rebuild(session, clock.month(clock.today()))
                rollups.rebuild(session, PRESENT)
        findings = examine(pools, output.settings())
    if as_json:
        tell_json([finding.__dict__ for finding in findings])
    else:
        rows = [("✔" if one.good else "✘", one.subject, one.found, "" if one.good else one.remedy) for one in findings]
        table(["", _("检查"), _("结果"), _("处理办法")], rows)
    if not all(one.good for one in findings):
        raise SystemExit(1)


def _of_the_exporter() -> dict[str, str]:
    """The environment of the exporter: the console's login, and neither another login nor any key."""
    ours = ("DATABASE_URL_", "REDIS_URL", "HUAKAI_", "SMTP_URL")
    bare = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return bare | {name: os.environ[name] for name in ("DATABASE_URL_OVERSIGHT", "HUAKAI_INSTANCE")}


def _servers(ending: ExitStack, instance: Path, *, fresh: bool) -> dict[str, str]:
    """Use the servers that the environment names, else the embedded ones; the first line says which."""
    named = [name for name in embedded.OUTSIDE if os.environ.get(name)]
    if named:
        if missing := [name for name in embedded.OUTSIDE if name not in named]:
            raise HuakaiError(_("使用外部服务器还缺少：{names}", names=listed(missing)))
        if fresh:
            raise HuakaiError(_("--fresh 只清空本机内置的数据，不会清空外部服务器。"))
        say(_("使用环境变量指定的外部服务器(DATABASE_URL_*、REDIS_URL)。"))
        return keys.missing(instance) if not keys.given("HUAKAI_SECRET_KEY") else {}
    say(_("使用内置的 PostgreSQL 和 Valkey,数据在 {folder}", folder=instance))
    stack = LocalStack(instance, echo=lambda line: click.echo(line, err=True))
    try:
        urls = stack.start(fresh=fresh)
    except StackError as error:
        raise HuakaiError(error.message) from None
    ending.callback(stack.stop)
    ensure_roles(urls.superuser, DATABASE)
    return dict(urls.environment()) | keys.missing(instance)


def _demonstrate(pools: Databases, settings: Settings, instance: Path, sites: int) -> list[tuple[str, str, str, str]]:
    from huakai_deploy import demo

    return demo.seed(pools, settings, sites=sites, password=_demo_password(instance))


def _demo_password(instance: Path) -> str:
    """The one password of the demonstration's sign-ins, made at the first start."""
    path = instance / "demo-password"
    if not path.exists():
        keys.write(path, f"huakai-{secrets.token_hex(6)}\n")
    return path.read_text().strip()


def _until_serving(port: int, patience: float = 60.0) -> None:
    end = time.monotonic() + patience
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2):
                return
        except OSError:
            if time.monotonic() > end:
                raise HuakaiError(_("网页进程没有应答：请看 instance/logs/web.log")) from None
            time.sleep(0.1)
