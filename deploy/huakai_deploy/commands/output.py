"""How commands speak: the terminal's language, tables and bars for people, plain lines and JSON for programs."""

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click
from rich import progress as rich_progress
from rich.console import Console
from rich.table import Table

from huakai_deploy import embedded
from huakai_platform.kernel import i18n
from huakai_platform.kernel.config import Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.i18n import Message, _


def chinese() -> bool:
    """Whether the terminal is set to Chinese."""
    chosen = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return next(filter(None, chosen), "").startswith("zh")


def said(message: str) -> str:
    """A message in the terminal's language; what is no Message is said as it is."""
    return message.render(_translate()) if isinstance(message, Message) else message


def speak_the_terminals_language() -> None:
    """Let everything that renders a message do so in the terminal's language."""
    i18n.translate = _translate()


def say(message: str, *, err: bool = False) -> None:
    click.echo(said(message), err=err)


def tell_json(data: Any) -> None:
    click.echo(json.dumps(data, ensure_ascii=False, default=str))


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], *, title: str = "") -> None:
    """A drawn table on a terminal; lines with tabs anywhere else."""
    cells = [[_cell(value) for value in row] for row in rows]
    if not sys.stdout.isatty():
        for line in ([said(column) for column in columns], *cells):
            click.echo("\t".join(line))
        return
    drawn = Table(title=said(title) or None)
    for column in columns:
        drawn.add_column(said(column), overflow="fold")
    for line in cells:
        drawn.add_row(*line)
    Console().print(drawn)


@contextmanager
def progress(title: str, total: int) -> Iterator[Callable[[int], None]]:
    """Call what is given with how much is done: a bar on a terminal, a line for each tenth anywhere else."""
    if not sys.stdout.isatty():
        yield _tenths(said(title), total)
        return
    columns = (
        rich_progress.TextColumn("{task.description}"),
        rich_progress.BarColumn(),
        rich_progress.MofNCompleteColumn(),
        rich_progress.TimeElapsedColumn(),
    )
    with rich_progress.Progress(*columns) as bar:
        task = bar.add_task(said(title), total=total)
        yield lambda done: bar.update(task, completed=done)


def settings() -> Settings:
    """What the environment names, or the embedded servers that run here."""
    embedded.find()
    return Settings.from_env()


@contextmanager
def databases() -> Iterator[Databases]:
    """The pools of this process, let go of at the end."""
    pools = Databases(settings())
    try:
        yield pools
    finally:
        pools.dispose()


def _translate() -> Callable[[str], str]:
    return i18n.translator("zh" if chinese() else "en")


def _cell(value: object) -> str:
    if value is None:
        return ""
    return said(value) if isinstance(value, str) else str(value)


def _tenths(title: str, total: int) -> Callable[[int], None]:
    told = -1

    def tell(done: int) -> None:
        nonlocal told
        tenth = 10 if done >= total else 10 * done // total
        if tenth != told:
            told = tenth
            click.echo(f"{title}: {done}/{total}")

    return tell


json_option = click.option("--json", "as_json", is_flag=True, help=said(_("输出 JSON,供程序读取")))
dry_run_option = click.option("--dry-run", is_flag=True, help=said(_("只试运行，不做任何改动")))
