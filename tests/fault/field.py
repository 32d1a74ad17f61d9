"""A stack to be shot at: two workers and a poller on it, what strikes them, and the waiting until all is done."""

import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import psycopg
import pytest
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from huakai_deploy.local import LocalStack, Urls
from huakai_deploy.supervise import Supervisor
from huakai_platform.identity.models import Account, Institution
from huakai_platform.kernel import clock, operations
from huakai_platform.kernel.access import Actor, Role, permissions_of
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.ids import uuid7
from tests.support import servers

FAULTS = int(os.environ.get("HUAKAI_FAULTS", "12"))
SEED = int(os.environ.get("HUAKAI_FAULT_SEED", "20261122"))
SITES = 319
PATIENCE = 120.0
Found = TypeVar("Found")


@dataclass
class Field:
    """The servers, the processes on them, and an administrator of the only institution."""

    stack: LocalStack
    urls: Urls
    supervisor: Supervisor
    databases: Databases
    actor: Actor


def lay_out() -> Field:
    """Start the servers; the workers and the poller wait for `supervisor.start()`."""
    stack, urls = servers.start()
    databases = Databases(servers.settings(urls))
    institution = Institution(id=uuid7(), name="花开", short_name="花开", created_at=clock.now())
    account = Account(id=uuid7(), name="花开", login_name="huakai", created_at=clock.now())
    with databases.session(Login.MIGRATOR) as session:
        session.add_all([institution, account])
    env = dict(os.environ) | dict(servers.environment(urls))
    supervisor = Supervisor(Path(tempfile.mkdtemp(prefix="huakai-fault-")))
    huakai = str(Path(sys.executable).with_name("huakai"))
    supervisor.add("ringer", [huakai, "ringer"], env)
    for number in (1, 2):
        supervisor.add(f"worker-{number}", [huakai, "worker"], env)
    actor = Actor(
        account_id=account.id,
        name="花开",
        role=Role.INSTITUTION_ADMIN,
        institution_id=institution.id,
        permissions=permissions_of(Role.INSTITUTION_ADMIN),
    )
    return Field(stack, urls, supervisor, databases, actor)


def clear(field: Field) -> None:
    field.supervisor.stop()
    field.databases.dispose()
    field.stack.wipe()


def strike(field: Field, dice: random.Random) -> str:
    """Kill one process, or flush Valkey, after a short while."""
    time.sleep(dice.uniform(0.2, 1.2))
    targets = {**field.supervisor.pids(), **field.stack.pids()}
    target = dice.choice([*sorted(targets), "worker-1", "worker-2", "flush"])
    if target == "flush":
        return flush(field)
    if pid := targets.get(target):
        os.kill(pid, signal.SIGKILL)
    return target


def flush(field: Field) -> str:
    try:
        with Redis.from_url(field.stack.urls.redis, socket_timeout=1) as client:
            client.flushall()
    except RedisError:  # just away, by an earlier fault
        return "flush missed"
    return "flush"


def wait_for_the_end(field: Field, operation_id: UUID) -> operations.Progress:
    """However slow the machine is: it fails only when nothing at all has moved for a long while."""
    seen, moved = None, time.monotonic()
    while time.monotonic() < moved + PATIENCE:
        found = patiently(lambda: progress(field, operation_id))
        left = patiently(lambda: waiting(field))
        if found.ending is not operations.Ending.RUNNING and not left:
            return found
        if (found, left) != seen:
            seen, moved = (found, left), time.monotonic()
        time.sleep(0.3)
    pytest.fail(f"nothing moves: {seen}, {troubled(field)}")


def troubled(field: Field) -> list[tuple[object, ...]]:
    """What is wrong with the rows that wait."""
    asked = "SELECT topic, attempts, last_error, next_at - now() FROM tenant.outbox WHERE done_at IS NULL"
    with psycopg.connect(field.urls.login("postgres")) as superuser:
        return list(superuser.execute(asked))


def patiently(look: Callable[[], Found]) -> Found:
    for _attempt in range(60):
        try:
            return look()
        except DBAPIError:
            time.sleep(0.5)
    return look()


def progress(field: Field, operation_id: UUID) -> operations.Progress:
    with field.databases.session(Login.OVERSIGHT) as session:
        return operations.progress(session, operation_id)


def waiting(field: Field) -> int:
    with field.databases.session(Login.WORKER) as session:
        state = session.execute(text("SELECT waiting, dead FROM tenant.queue_state()")).one()
        dirty = session.scalar(text("SELECT count(*) FROM oversight.dirty_region"))
    assert state.dead == 0
    return int(state.waiting) + int(dirty or 0)


def broken(field: Field, invariants: Mapping[str, str]) -> dict[str, int]:
    """Every invariant that does not hold, with how far it is off; looked at as the superuser, who sees every row."""
    engine = create_engine(field.urls.login("postgres"))
    with engine.connect() as connection:
        found = {name: int(connection.scalar(text(query)) or 0) for name, query in invariants.items()}
    engine.dispose()
    return {name: count for name, count in found.items() if count}
