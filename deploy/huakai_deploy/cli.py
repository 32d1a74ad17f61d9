"""The command line `huakai`: its table of subjects, and how every one of them ends."""

import importlib
import importlib.util
import sys
from collections.abc import Mapping
from typing import Any

import click
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from huakai_deploy.commands.output import said, speak_the_terminals_language
from huakai_platform.kernel.db import refuses_values
from huakai_platform.kernel.errors import HuakaiError
from huakai_platform.kernel.i18n import _

COMMANDS: Mapping[str, str] = {
    "up": "servers:up",
    "migrate": "servers:migrate",
    "doctor": "servers:doctor",
    "roles": "servers:roles",
    "regions": "regions:group",
    "sites": "sites:group",
    "accounts": "accounts:group",
    "editions": "editions:group",
    "jobs": "jobs:group",
    "facts": "figures:facts",
    "figures": "figures:figures",
    "web": "running:web",
    "worker": "running:worker",
    "ringer": "running:ringer",
    "exporter": "running:exporter",
    "verify": "verifying:verify",
    "audit": "auditing:group",
    "backup": "backing:backup",
    "restore": "backing:restore",
}
FINDINGS, CANNOT_RUN = 1, 2


class Subjects(click.Group):
    """Imports a subject only when it is called: a worker need not load what reads workbooks."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name, place in COMMANDS.items() if importlib.util.find_spec(_module(place))]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        place = COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(_module(place)), place.partition(":")[2])
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run; a refusal ends in 1, what keeps the command from running at all in 2, both in words."""
        try:
            return super().invoke(ctx)
        except HuakaiError as refusal:
            click.echo(said(refusal.message), err=True)
            ctx.exit(CANNOT_RUN if type(refusal) is HuakaiError else FINDINGS)
        except DBAPIError as error:
            if refuses_values(error):
                click.echo(said(_("内容无法写入数据库：{reason}", reason=_reason(error))), err=True)
                ctx.exit(FINDINGS)
            click.echo(said(_("数据库拒绝或无法连接：{reason}", reason=_reason(error))), err=True)
            ctx.exit(CANNOT_RUN)
        except SQLAlchemyError as error:
            click.echo(said(_("数据库不可用：{reason}", reason=type(error).__name__)), err=True)
            ctx.exit(CANNOT_RUN)


@click.group(
    cls=Subjects, help=said(_("花开平台的命令行。每个命令都有 --help;返回 0 正常，1 有问题，2 用法错误或无法运行。"))
)
@click.version_option(package_name="huakai")
def main() -> None:
    speak_the_terminals_language()


def _module(place: str) -> str:
    return f"huakai_deploy.commands.{place.partition(':')[0]}"


def _reason(error: DBAPIError) -> str:
    lines = str(error.orig).strip().splitlines()
    return lines[0] if lines else type(error.orig).__name__


if __name__ == "__main__":
    sys.exit(main())
