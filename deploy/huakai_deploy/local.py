"""The embedded stack: PostgreSQL and Valkey from their packages' programs, on Unix sockets, data in one folder."""

import fcntl
import hashlib
import os
import shutil
import stat
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self
from urllib.parse import quote

from huakai_deploy import binaries, servers
from huakai_deploy.supervise import Supervisor

DATABASE = "huakai"
SOCKET_LIMIT = 100
PATIENCE = 30.0


class StackError(RuntimeError):
    """Why the embedded servers cannot be had, and what to do."""


@dataclass(frozen=True, kw_only=True)
class Urls:
    """Where the servers are reached, by login."""

    sockets: Path
    redis: str
    database: str = DATABASE

    def login(self, role: str) -> str:
        """Name the database as one login sees it."""
        return f"postgresql://{role}@/{self.database}?host={quote(str(self.sockets), safe='')}&port=5432"

    @property
    def superuser(self) -> str:
        """For making roles and databases, never for the program itself."""
        return replace(self, database="postgres").login("postgres")

    def of(self, database: str) -> "Urls":
        """Name another database of the same server."""
        return replace(self, database=database)

    def environment(self) -> dict[str, str]:
        """Say it as the settings are read."""
        logins = ("migrator", "tenant", "oversight", "worker")
        databases = {f"DATABASE_URL_{name.upper()}": self.login(f"huakai_{name}") for name in logins}
        return databases | {"REDIS_URL": self.redis}


class LocalStack:
    """One PostgreSQL and one Valkey that live as long as this process and are started again when they die."""

    def __init__(self, folder: Path, *, durable: bool = True, echo: Callable[[str], None] = lambda line: None) -> None:
        self._asked = folder.absolute()
        self._durable = durable
        self._echo = echo
        self._lock: int | None = None
        self._supervisor: Supervisor | None = None
        self.folder = _place(self._asked)
        self.sockets = _short(self.folder / "run")
        self.logs = self._asked / "logs"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_reason: object) -> None:
        self.stop()

    @property
    def urls(self) -> Urls:
        """Where the servers are, once started."""
        return Urls(sockets=self.sockets / "pg", redis=f"unix://{quote(str(self._valkey_socket))}?db=0")

    @property
    def _valkey_socket(self) -> Path:
        return self.sockets / "valkey" / "socket"

    def start(self, *, fresh: bool = False) -> Urls:
        """Start both servers and wait until they answer; `fresh` forgets all data first."""
        self._take()
        try:
            if fresh:
                self._forget()
            self._prepare()
            supervisor = self._supervisor = Supervisor(self.logs, echo=self._echo)
            data, pg = self.folder / "postgres", self.sockets / "pg"
            supervisor.include(servers.postgres(data, pg, durable=self._durable))
            supervisor.include(servers.valkey(self.folder / "valkey", self._valkey_socket, durable=self._durable))
            supervisor.start()
            self._until_ready("postgres", lambda: servers.postgres_answers(self.urls.superuser))
            self._until_ready("valkey", lambda: servers.valkey_answers(self._valkey_socket))
        except BaseException:
            self.stop()
            raise
        return self.urls

    def stop(self) -> None:
        """Stop both and let go of the folder."""
        if self._supervisor:
            self._supervisor.stop()
            self._supervisor = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def wipe(self) -> None:
        """Stop and take every trace away, but nothing that others keep in the folder."""
        self.stop()
        self._take()
        self._forget()
        for trace in (self.sockets, self.logs):
            shutil.rmtree(trace, ignore_errors=True)
        for name in (self.folder / "lock", self._asked / "elsewhere"):
            name.unlink(missing_ok=True)
        self.stop()
        for folder in {self.folder, self._asked}:
            if folder.exists() and not any(folder.iterdir()):
                folder.rmdir()

    def pids(self) -> dict[str, int]:
        """Name the running servers, for tests that kill them."""
        return self._supervisor.pids() if self._supervisor else {}

    def _take(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.read(lock, 20).decode() or "?"
            os.close(lock)
            raise StackError(
                f"The servers in {self.folder} run already, under process {owner}. Stop it, or name another folder."
            ) from None
        os.truncate(lock, 0)
        os.write(lock, str(os.getpid()).encode())
        self._lock = lock

    def _forget(self) -> None:
        for name in ("postgres", "postgres.half", "valkey"):
            if (data := self.folder / name).exists():
                servers.await_release(data)
                shutil.rmtree(data)

    def _prepare(self) -> None:
        user = binaries.unprivileged()
        for folder, mode in ((self.folder, 0o755), (self.sockets, 0o755)):
            folder.mkdir(parents=True, exist_ok=True)
            if folder.stat().st_uid == os.geteuid():
                folder.chmod(mode)
        _own(self.folder / "valkey", None)
        _own(self.sockets / "valkey", None)
        _own(self.sockets / "pg", user)
        if not (self.folder / "postgres").exists():
            servers.create_cluster(self.folder / "postgres")

    def _until_ready(self, name: str, answers: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not answers():
            if time.monotonic() > end:
                log = self.logs / f"{name}.log"
                tail = "\n".join(log.read_text("utf-8", "replace").splitlines()[-12:]) if log.exists() else ""
                raise StackError(f"{name} does not answer; its last words ({log}):\n{tail}")
            time.sleep(0.02)


def _place(asked: Path) -> Path:
    """Say where the data is: elsewhere when PostgreSQL's user could not enter the folder; once decided, for ever."""
    asked.mkdir(parents=True, exist_ok=True)
    note = asked / "elsewhere"
    if note.exists():
        return Path(note.read_text().strip())
    if (asked / "postgres").exists() or not binaries.unprivileged() or binaries.enterable(asked):
        return asked
    elsewhere = binaries.SHARED / _mark(asked)
    note.write_text(f"{elsewhere}\n")
    return elsewhere


def _short(sockets: Path) -> Path:
    """Choose a folder whose sockets' names the kernel takes, and that is ours."""
    if len(os.fsencode(sockets / "pg" / ".s.PGSQL.5432.lock")) < SOCKET_LIMIT:
        return sockets
    short = Path("/tmp") / f"huakai-{_mark(sockets)}"
    short.mkdir(mode=0o755, exist_ok=True)
    found = short.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise StackError(f"{short} belongs to somebody else. Remove it, or use a folder with a shorter name.")
    return short


def _mark(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:12]


def _own(folder: Path, user: tuple[int, int] | None) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    if user:
        os.chown(folder, *user)
