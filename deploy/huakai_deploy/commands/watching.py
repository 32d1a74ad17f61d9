"""Watching an operation until it has ended."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

from huakai_deploy.commands import output
from huakai_platform.kernel import operations
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.errors import Unavailable
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.operations import Ending, Progress

STEP, PATIENCE = 0.3, 60.0


def follow(databases: Databases, operation_id: UUID, title: str, *, quiet: bool = False) -> Progress:
    """Show how far it is; raises Unavailable when nothing has moved for a minute."""
    found, moved = _look(databases, operation_id), time.monotonic()
    with _silence() if quiet else output.progress(title, found.total) as tell:
        while found.ending is Ending.RUNNING:
            tell(found.total - found.waiting)
            if time.monotonic() - moved > PATIENCE:
                raise Unavailable(_("一分钟没有进展：请确认任务进程在运行(huakai doctor),操作会继续进行。"))
            time.sleep(STEP)
            before, found = found, _look(databases, operation_id)
            moved = moved if found == before else time.monotonic()
        tell(found.total)
    return found


def _look(databases: Databases, operation_id: UUID) -> Progress:
    with databases.session(Login.OVERSIGHT) as session:
        return operations.progress(session, operation_id)


@contextmanager
def _silence() -> Iterator[Callable[[int], None]]:
    yield lambda _done: None
