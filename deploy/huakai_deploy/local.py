"""The embedded stack: PostgreSQL and Valkey from their packages' programs, on Unix sockets, data in one folder."""

import fcntl
import hashlib
import os
import re
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
from huakai_platform.kernel.errors import HuakaiError
from huakai_platform.kernel.i18n import _

DATABASE = "huakai"
SOCKET_LIMIT = 100
PLAIN = re.compile(r"[A-Za-z0-9/._-]+")
PATIENCE = 30.0


class StackError(HuakaiError):
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
        self._cleared = True
        self.folder = _place(self._asked)
        self.sockets = _run_folder(self.folder)
        self.logs = self._asked / "logs"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_reason: object) -> None:
        self.stop()

    @property
    def _apart(self) -> bool:
        """Whether the sockets lie where others have theirs, too."""
        return self.folder not in self.sockets.parents

    @property
    def urls(self) -> Urls:
        """Where the servers are, once started."""
        return _urls(self.sockets)

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
            supervisor.include(
                servers.valkey(self.folder / "valkey", _valkey_socket(self.sockets), durable=self._durable)
            )
            supervisor.start()
            self._until_ready("postgres", lambda: servers.postgres_answers(self.urls.superuser))
            self._until_ready("valkey", lambda: servers.valkey_answers(_valkey_socket(self.sockets)))
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
            if not self._cleared:
                shutil.rmtree(self.sockets, ignore_errors=True)
                self._cleared = True
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
                _(
                    "{folder} 中的服务器已由进程 {owner} 运行。请停止它，或换一个文件夹。",
                    folder=self.folder,
                    owner=owner,
                )
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
        if self._apart:
            _ours(self.sockets)
            self._cleared = False
        for folder in (self.folder, self.sockets):
            folder.mkdir(parents=True, exist_ok=True)
            if folder.stat().st_uid == os.geteuid():
                folder.chmod(0o755)
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
                raise StackError(_("{name} 没有应答；它最后的记录({log})：\n{tail}", name=name, log=log, tail=tail))
            time.sleep(0.02)


def reach(instance: Path) -> Urls | None:
    """Where the servers of an instance answer at present; nothing is made or started for it. None when they do not."""
    note = instance.absolute() / "elsewhere"
    data = Path(note.read_text().strip()) if note.exists() else instance.absolute()
    urls = _urls(_run_folder(data))
    return urls if servers.postgres_answers(urls.superuser) else None


def _urls(run: Path) -> Urls:
    return Urls(sockets=run / "pg", redis=f"unix://{quote(str(_valkey_socket(run)))}?db=0")


def _valkey_socket(run: Path) -> Path:
    return run / "valkey" / "socket"


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


def _run_folder(data: Path) -> Path:
    """Say where the sockets are: beside the data, or in a folder of ours whose name every program can take, as a long
    name, a space and a foreign letter cannot."""
    beside = data / "run"
    socket = beside / "pg" / ".s.PGSQL.5432.lock"
    if len(os.fsencode(socket)) < SOCKET_LIMIT and PLAIN.fullmatch(str(socket)):
        return beside
    return Path("/tmp") / f"huakai-{_mark(beside)}"


def _ours(folder: Path) -> None:
    """Make a folder, or find it; whoever may write beside it has not put another one there."""
    folder.mkdir(mode=0o755, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise StackError(_("{folder} 属于其他用户。请删除它，或换一个名称较短的文件夹。", folder=folder))


def _mark(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:12]


def _own(folder: Path, user: tuple[int, int] | None) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    if user:
        os.chown(folder, *user)
