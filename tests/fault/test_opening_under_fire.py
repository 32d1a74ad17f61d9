"""319 sites are opened while workers, the ringer, Valkey and PostgreSQL are killed at random."""

import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import pytest
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from huakai_deploy.local import LocalStack
from huakai_deploy.supervise import Supervisor
from huakai_platform.identity.models import Institution
from huakai_platform.kernel import clock, operations
from huakai_platform.kernel.access import Actor, Role, permissions_of
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.ids import uuid7
from huakai_platform.onboarding import importing, opening
from tests.support import servers
from tests.support.lookups import REGISTER

FAULTS = int(os.environ.get("HUAKAI_FAULTS", "12"))
SEED = int(os.environ.get("HUAKAI_FAULT_SEED", "20261122"))
SITES = 319
PATIENCE = 120.0
Found = TypeVar("Found")


@dataclass
class Field:
    """A stack of its own, with two workers and a ringer on it."""

    stack: LocalStack
    supervisor: Supervisor
    databases: Databases
    actor: Actor


@pytest.fixture
def field() -> Iterator[Field]:
    stack, urls = servers.start()
    databases = Databases(servers.settings(urls))
    institution = Institution(id=uuid7(), name="花开", short_name="花开", created_at=clock.now())
    with databases.session(Login.MIGRATOR) as session:
        session.add(institution)
    env = dict(os.environ) | dict(servers.environment(urls))
    supervisor = Supervisor(Path(tempfile.mkdtemp(prefix="huakai-fault-")))
    huakai = str(Path(sys.executable).with_name("huakai"))
    supervisor.add("ringer", [huakai, "ringer"], env)
    for number in (1, 2):
        supervisor.add(f"worker-{number}", [huakai, "worker"], env)
    actor = Actor(
        account_id=uuid7(),
        name="花开",
        role=Role.INSTITUTION_ADMIN,
        institution_id=institution.id,
        permissions=permissions_of(Role.INSTITUTION_ADMIN),
    )
    yield Field(stack, supervisor, databases, actor)
    supervisor.stop()
    databases.dispose()
    stack.wipe()


@pytest.mark.fault
def test_each_site_is_open_exactly_once_after_any_faults(field: Field) -> None:
    dice = random.Random(SEED)
    operation_id = ask_for_all(field)
    field.supervisor.start()

    struck = [strike(field, dice) for _number in range(FAULTS)]
    ended = wait_for_the_end(field, operation_id)

    assert len(struck) == FAULTS
    assert (ended.done, ended.failed, ended.total) == (SITES, 0, SITES)
    assert broken(field) == {}


def ask_for_all(field: Field) -> UUID:
    with field.databases.session(Login.OVERSIGHT) as session:
        kept = importing.check(session, field.actor, "register.xlsx", REGISTER.read_bytes())
        importing.apply(session, field.actor, kept.id)
    with field.databases.session(Login.OVERSIGHT) as session:
        return opening.start(session, field.actor, opening.candidates(session, field.actor)).id


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
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = patiently(lambda: progress(field, operation_id))
        if found.ending is not operations.Ending.RUNNING and not patiently(lambda: waiting(field)):
            return found
        time.sleep(0.3)
    pytest.fail(f"still waiting: {progress(field, operation_id)}, {waiting(field)} rows")


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


INVARIANTS = {
    "sites not open": "SELECT count(*) FROM platform.site WHERE state <> 'open' OR edition_id IS NULL",
    "sites not opened exactly once": "SELECT count(*) FROM (SELECT site_id FROM platform.site_event"
    " WHERE to_state = 'open' GROUP BY site_id HAVING count(*) <> 1) AS twice",
    "opening events missing": f"SELECT {SITES} - count(*) FROM platform.site_event WHERE to_state = 'open'",
    "sites without exactly one key": "SELECT count(*) FROM platform.site s WHERE"
    " (SELECT count(*) FROM confidential.data_key k WHERE k.tenant_id = s.id) <> 1",
    "sites without spaces": "SELECT count(*) FROM platform.site s WHERE NOT EXISTS"
    " (SELECT FROM tenant.space p WHERE p.tenant_id = s.id)",
    "sites without exactly two members": "SELECT count(*) FROM platform.site s WHERE"
    " (SELECT count(*) FROM platform.membership m WHERE m.site_id = s.id) <> 2",
    "members without exactly one invitation": "SELECT count(*) FROM platform.membership m WHERE"
    " (SELECT count(*) FROM platform.invitation i WHERE i.account_id = m.account_id) <> 1",
    "sites without first checklists": "SELECT count(*) FROM platform.site s WHERE NOT EXISTS"
    " (SELECT FROM tenant.checklist_run r WHERE r.tenant_id = s.id)",
    "sites whose sealed numbers are not two": "SELECT count(*) FROM platform.site s WHERE"
    " (SELECT count(*) FROM confidential.contact c WHERE c.tenant_id = s.id) <> 2",
    "sites without facts": "SELECT count(*) FROM platform.site s WHERE NOT EXISTS"
    " (SELECT FROM oversight.site_fact f WHERE f.tenant_id = s.id AND f.metrics ->> 'state_open' = '1')",
    "names and numbers left behind": "SELECT count(*) FROM platform.site_intake",
    "national sum off": f"SELECT {SITES} - coalesce(max((metrics ->> 'state_open')::int), 0)"
    " FROM oversight.region_rollup WHERE level = 'country'",
}


def broken(field: Field) -> dict[str, int]:
    """Every invariant that does not hold, with how far it is off; looked at as the superuser, through every wall."""
    engine = create_engine(field.stack.urls.of(servers.TEMPLATE).login("postgres"))
    with engine.connect() as connection:
        found = {name: int(connection.scalar(text(query)) or 0) for name, query in INVARIANTS.items()}
    engine.dispose()
    return {name: count for name, count in found.items() if count}
