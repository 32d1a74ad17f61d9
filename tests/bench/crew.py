"""Worker processes for the measurements, and the waiting until they have nothing left to do."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from huakai_deploy.local import Urls
from huakai_deploy.supervise import Supervisor
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from tests.support import servers

WORKERS = 2
PATIENCE = 600.0
TICKS = os.sysconf("SC_CLK_TCK")


@contextmanager
def crew(urls: Urls, folder: Path) -> Iterator[Supervisor]:
    """Two worker processes and a poller on the tests' database."""
    supervisor = Supervisor(folder)
    huakai, env = str(Path(sys.executable).with_name("huakai")), dict(os.environ) | dict(servers.environment(urls))
    supervisor.add("ringer", [huakai, "ringer"], env)
    for number in range(WORKERS):
        supervisor.add(f"worker-{number}", [huakai, "worker"], env)
    supervisor.start()
    yield supervisor
    supervisor.stop()


def until_quiet(databases: Databases) -> None:
    end = time.perf_counter() + PATIENCE
    while time.perf_counter() < end:
        with databases.session(Login.WORKER) as session:
            queued = session.scalar(text("SELECT waiting FROM tenant.queue_state()"))
            marked = session.scalar(text("SELECT count(*) FROM oversight.dirty_region"))
        if not queued and not marked:
            return
        time.sleep(0.1)
    pytest.fail(f"{queued} rows and {marked} marks still wait")


def processor_seconds(workers: Supervisor) -> float:
    """User and system time that the worker processes have used so far."""
    pids = [pid for name, pid in workers.pids().items() if name.startswith("worker")]
    fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
    return sum(int(one[11]) + int(one[12]) for one in fields) / TICKS
