"""The heartbeat of a worker or poller: one small row, written at most once a second."""

import os
import socket
import time
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.exc import SQLAlchemyError

from huakai_platform.kernel import clock
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.plumbing import Heartbeat

log = structlog.get_logger("huakai.worker")


@dataclass
class HeartbeatWriter:
    """What one process says of itself: what it does now, and how much it has done and failed."""

    databases: Databases
    kind: str
    name: str = ""
    login: Login = Login.WORKER
    done: int = 0
    failed: int = 0
    started_at: datetime = field(default_factory=clock.now)
    _said: str | None = "?"
    _beaten: float = float("-inf")

    def __post_init__(self) -> None:
        self.name = self.name or f"{self.kind}-{socket.gethostname()}-{os.getpid()}"

    def beat(self, doing: str | None = None) -> None:
        """Write the row when a second has passed or the doing changed; a database that is away is no matter."""
        if doing == self._said and time.monotonic() - self._beaten < 1:
            return
        self._said, self._beaten = doing, time.monotonic()
        try:
            with self.databases.session(self.login) as session:
                session.execute(self._row(doing))
        except SQLAlchemyError as error:
            log.warning("no heartbeat", kind=type(error).__name__)

    def end(self) -> None:
        """Take the row away: a process that was told to stop is not missed."""
        try:
            with self.databases.session(self.login) as session:
                session.execute(delete(Heartbeat).where(Heartbeat.name == self.name))
        except SQLAlchemyError as error:
            log.warning("heartbeat not removed", kind=type(error).__name__)

    def _row(self, doing: str | None) -> Insert:
        row = insert(Heartbeat).values(
            name=self.name,
            kind=self.kind,
            started_at=self.started_at,
            seen_at=clock.now(),
            doing=doing,
            done=self.done,
            failed=self.failed,
        )
        changing = {name: row.excluded[name] for name in ("seen_at", "doing", "done", "failed")}
        return row.on_conflict_do_update(index_elements=["name"], set_=changing)
