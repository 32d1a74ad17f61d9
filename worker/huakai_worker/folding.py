"""Brings the rollups up to the facts, a batch a transaction."""

import time
from collections.abc import Callable

from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.oversight import rollups

SECONDS = 20.0


def fold(databases: Databases, *, seconds: float = SECONDS, stop: Callable[[], bool] = lambda: False) -> int:
    """Fold until nothing is marked or the time is over; a batch counts only with its commit."""
    folded, end = 0, time.monotonic() + seconds
    while time.monotonic() < end and not stop():
        with databases.session(Login.WORKER) as session:
            batch = rollups.fold(session)
        if not batch:
            break
        folded += batch
    return folded


def waiting(databases: Databases) -> bool:
    with databases.session(Login.WORKER) as session:
        return rollups.waiting(session)
