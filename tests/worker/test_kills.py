"""Workers killed without warning, Redis emptied: every row is done all the same."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from huakai_deploy.local import Urls
from huakai_platform.kernel import outbox
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.events import SiteStateChanged
from huakai_platform.kernel.outbox import OutboxMessage
from huakai_worker import queues
from tests.support import servers
from tests.support.make import Make

pytestmark = pytest.mark.fault
SITES, EACH, KILLS = 25, 8, 12
PATIENCE = 60


class Crew:
    """Two workers and a poller that are started again when they are gone."""

    def __init__(self, urls: Urls) -> None:
        self.env = {**os.environ, **servers.environment(urls)}
        self.running = {name: self.start(name) for name in ("worker 1", "worker 2", "ringer")}

    def start(self, name: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-m", "huakai_deploy.cli", name.split()[0]], env=self.env)

    def kill(self, name: str) -> None:
        self.running[name].send_signal(signal.SIGKILL)
        self.running[name].wait()
        self.running[name] = self.start(name)

    def revive(self) -> None:
        for name, process in self.running.items():
            if process.poll() is not None:
                self.running[name] = self.start(name)

    def dismiss(self) -> None:
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            process.wait(20)


@pytest.fixture
def crew(urls: Urls, databases: Databases, settings: Settings) -> Iterator[Crew]:
    with queues.connect(settings.redis_url) as redis:
        redis.flushdb()
    made = Crew(urls)
    yield made
    made.dismiss()


def test_nothing_is_lost_and_nothing_waits(crew: Crew, databases: Databases, settings: Settings, make: Make) -> None:
    sites = [make.site().id for _ in range(SITES)]
    luck = random.Random(319)
    for kill in range(KILLS):
        for site in luck.sample(sites, SITES * EACH // KILLS):
            _tell(databases, site)
        crew.kill(luck.choice(list(crew.running)))
        if kill % 4 == 0:
            with queues.connect(settings.redis_url) as redis:
                redis.flushdb()
        time.sleep(luck.uniform(0.2, 1.0))

    fewest, end = SITES * EACH + 1, 0.0
    while waiting := _waiting(databases):
        crew.revive()
        if waiting < fewest:
            fewest, end = waiting, time.monotonic() + PATIENCE
        assert time.monotonic() < end, f"{waiting} rows wait still, and no fewer than {PATIENCE} s ago"
        time.sleep(0.2)

    for site in sites:
        with databases.session(Login.WORKER, site) as session:
            assert session.scalar(select(func.count()).where(OutboxMessage.done_at.is_(None))) == 0
            told = session.scalar(select(func.count(OutboxMessage.id)))
            counted = session.scalar(text("SELECT count(*) FROM oversight.site_fact WHERE tenant_id = :t"), {"t": site})
        assert counted == (1 if told else 0)


def _tell(databases: Databases, site: UUID) -> None:
    with databases.session(Login.WORKER, site) as session:
        outbox.publish(session, SiteStateChanged(site))


def _waiting(databases: Databases) -> int:
    with databases.session(Login.WORKER) as session:
        waiting = func.tenant.queue_state().table_valued("waiting", "dead")
        row = session.execute(select(waiting.c.waiting, waiting.c.dead)).one()
    assert row.dead == 0
    return int(row.waiting)
