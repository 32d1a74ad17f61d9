"""The console's own process: makes exports under the console's login alone; any number of them may run."""

import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from huakai_platform.exports import making
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.errors import HuakaiError
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.ids import uuid7
from huakai_worker.heartbeat import HeartbeatWriter
from huakai_worker.reasons import FAILURES, describe, nobodys

EVERY, FORGET_EVERY = 1.0, 3600.0
FOLDER = "huakai-exporter-"

log = structlog.get_logger("huakai.exporter")


def run(settings: Settings, stop: threading.Event | None = None) -> int:
    """Make what waits until told to stop; a database that is away is tried again."""
    stop, databases, me = stop or _until_signalled(), Databases(settings, pool_size=2), uuid7()
    heartbeat, forgotten = HeartbeatWriter(databases, "exporter", login=Login.OVERSIGHT), float("-inf")
    with folder_of_its_own():
        while not stop.wait(EVERY):
            heartbeat.beat(None)
            try:
                while not stop.is_set() and make_one(databases, me, heartbeat, stop):
                    pass
                if time.monotonic() - forgotten > FORGET_EVERY:
                    making.forget(databases)
                    forgotten = time.monotonic()
            except SQLAlchemyError as error:
                log.warning("database away", kind=type(error).__name__)
    heartbeat.end()
    databases.dispose()
    return 0


def make_one(
    databases: Databases, me: UUID, heartbeat: HeartbeatWriter | None = None, stop: threading.Event | None = None
) -> bool:
    """Bring one export to its end, good or bad; False where none waits. One that fails says why and stops no other."""
    if (taken := making.take(databases, me)) is None:
        return False

    def between() -> bool:
        if heartbeat:
            heartbeat.beat(taken.export.list)
        return stop is not None and stop.is_set()

    try:
        making.make(databases, taken, between)
    except making.Stopped:
        making.give_back(databases, taken)
    except FAILURES as error:
        if nobodys(error):
            raise
        log.warning("export failed", reason=describe(error))
        making.fail(databases, taken, _reason(error))
    if heartbeat:
        heartbeat.done += 1
        heartbeat.beat(None)
    return True


def _reason(error: BaseException) -> str:
    """What its asker is told."""
    if isinstance(error, HuakaiError):
        return error.message
    return _("系统出错（{kind}）。请稍后重试，仍不成功请联系管理员。", kind=describe(error))


@contextmanager
def folder_of_its_own() -> Iterator[None]:
    """Let half-written workbooks lie in a folder that goes with this process; what killed ones left goes now."""
    for left in Path(tempfile.gettempdir()).glob(f"{FOLDER}*"):
        if not Path("/proc", left.name.split("-")[2]).exists():
            shutil.rmtree(left, ignore_errors=True)
    before = tempfile.tempdir
    with tempfile.TemporaryDirectory(prefix=f"{FOLDER}{os.getpid()}-") as folder:
        tempfile.tempdir = folder
        try:
            yield
        finally:
            tempfile.tempdir = before


def _until_signalled() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_signal: stop.set())
    return stop
