"""`huakai web`, `huakai worker`, `huakai ringer`, `huakai exporter`: the processes of the platform, one each."""

import sys

import click

from huakai_deploy import embedded, ports
from huakai_deploy.commands import output
from huakai_deploy.commands.output import said
from huakai_platform.kernel import logs
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.i18n import _

PLANES = ("console", "room")


def split_planes(_ctx: click.Context, _param: click.Parameter, value: str) -> tuple[str, ...]:
    chosen = tuple(plane for plane in PLANES if plane in value.split(","))
    if not chosen or set(value.split(",")) - set(PLANES):
        raise click.BadParameter(said(_("可选：console,room")))
    return chosen


@click.command(help=said(_("运行网页进程")))
@click.option("--bind", default="127.0.0.1:8000", show_default=True, help=said(_("监听的地址和端口，或 unix:/路径")))
@click.option(
    "--planes", default="console,room", show_default=True, callback=split_planes, help=said(_("提供哪些页面"))
)
@click.option("--threads", type=click.IntRange(1, 64), default=8, show_default=True)
def web(bind: str, planes: tuple[str, ...], threads: int) -> None:
    from huakai_deploy.serve import Server

    _begin()
    _refuse_taken(bind)
    Server(bind=bind, threads=threads, planes=planes).run()


@click.command(help=said(_("运行一个任务进程")))
def worker() -> None:
    from huakai_worker import worker as process

    _begin()
    sys.exit(process.run())


@click.command(help=said(_("运行敲钟进程：唤醒任务进程，并按时间表办事")))
def ringer() -> None:
    from huakai_worker import poller as process

    _begin()
    sys.exit(process.run())


@click.command(help=said(_("运行导出进程：生成管理端大列表的导出，只需要管理端的数据库登录")))
def exporter() -> None:
    from huakai_worker import exporter as process

    embedded.find()
    settings = Settings.of_login(Login.OVERSIGHT)
    logs.configure()
    sys.exit(process.run(settings))


def _refuse_taken(bind: str) -> None:
    """Name a port that somebody else has, before anything is loaded."""
    host, _colon, port = bind.rpartition(":")
    if host and port.isdigit():
        ports.take(host.strip("[]"), int(port)).close()


def _begin() -> None:
    """Say at once, and in words, what is missing in the environment."""
    output.settings()
    logs.configure()
