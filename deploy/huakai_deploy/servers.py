"""How the two embedded servers are set up, run and asked whether they answer."""

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from huakai_deploy import binaries
from huakai_deploy.supervise import Command, launcher

SETTINGS = {
    "listen_addresses": "",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
}
FORGETFUL = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
NO_SUCH_PID = 2**22 + 1  # above the kernel's own limit
PATIENCE = 10.0


def postgres(data: Path, sockets: Path, *, durable: bool) -> Command:
    """Run PostgreSQL on a data folder made by `create_cluster`."""
    settings = SETTINGS | ({} if durable else FORGETFUL) | {"unix_socket_directories": str(sockets)}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return Command(
        name="postgres",
        argv=[str(binaries.postgres() / "postgres"), "-D", str(data), *options],
        env=_environment(),
        folder=data.parent,
        user=binaries.unprivileged(),
        stop_signal=signal.SIGINT,
        death_signal=signal.SIGINT,
        grace=20.0,
        before=lambda: _clear(data),
    )


def valkey(data: Path, socket: Path, *, durable: bool) -> Command:
    """Run Valkey; what it holds can be made again, so it writes once a second."""
    flags = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(data),
        "appendonly": "yes" if durable else "no",
        "save": "",
        "maxmemory-policy": "noeviction",
    }
    options = [part for name, value in flags.items() for part in (f"--{name}", value)]
    return Command(
        name="valkey",
        argv=[str(binaries.valkey()), *options],
        folder=data,
        before=lambda: await_release(data),
    )


def create_cluster(data: Path) -> None:
    """Make an empty PostgreSQL; killed half-way it leaves nothing that counts as one."""
    half, user = data.with_name(f"{data.name}.half"), binaries.unprivileged()
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(mode=0o700)
    if user:
        os.chown(half, *user)
    options = [
        "--username=postgres",
        "--auth=peer",
        "--no-sync",
        "--no-instructions",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
    ]
    argv = [str(binaries.postgres() / "initdb"), "-D", str(half), *options]
    done = subprocess.run(
        launcher(argv, user=user, death_signal=signal.SIGKILL),
        cwd=data.parent,
        env=_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"PostgreSQL could not be set up:\n{done.stdout}{done.stderr}")
    _let_in_only_us(half)
    half.rename(data)


def postgres_answers(url: str) -> bool:
    """Ask for a connection."""
    try:
        with psycopg.connect(url, connect_timeout=3):
            return True
    except psycopg.OperationalError:
        return False


def valkey_answers(socket: Path) -> bool:
    """Ask for a pong."""
    client = redis.Redis(unix_socket_path=str(socket), socket_timeout=3, retry=Retry(NoBackoff(), 0))
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()


def await_release(data: Path) -> None:
    """Wait until nobody works in a folder any more; who does not go is killed."""
    end = time.monotonic() + PATIENCE
    while holders := list(_holders(data)):
        if time.monotonic() > end:
            for pid in holders:
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)


def _clear(data: Path) -> None:
    """Keep PostgreSQL from taking a stranger, who got its old number, for itself."""
    await_release(data)
    lock = data / "postmaster.pid"
    if not lock.exists():
        return
    _number, _, rest = lock.read_text().partition("\n")
    if not rest:
        lock.unlink()
        return
    with lock.open("r+") as file:
        file.write(f"{NO_SUCH_PID}\n{rest}")
        file.truncate()


def _holders(data: Path) -> Iterator[int]:
    for process in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (process / "cmdline").read_bytes().split(b"\0")
            if os.fsencode(data) in arguments or (process / "cwd").readlink() == data:
                yield int(process.name)
        except OSError:
            continue


def _let_in_only_us(data: Path) -> None:
    """Whoever started the servers may be every login; nobody else may be any."""
    us = pwd.getpwuid(os.geteuid()).pw_name
    (data / "pg_hba.conf").write_text("local all all peer map=huakai\n")
    (data / "pg_ident.conf").write_text(f'huakai "{us}" all\n')


def _environment() -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))}
    return ours | {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
