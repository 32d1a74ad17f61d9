"""The embedded servers: started cold and warm, killed, and never twice on one folder."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from huakai_deploy import binaries, local, servers
from huakai_deploy.local import LocalStack, StackError
from huakai_worker import queues

LONELY = """
import sys, time
from pathlib import Path
from huakai_deploy.local import LocalStack

stack = LocalStack(Path(sys.argv[1]))
stack.start()
print(*stack.pids().values(), flush=True)
time.sleep(600)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that PostgreSQL's user may enter."""
    path = Path(tempfile.mkdtemp(prefix="hk-", dir="/tmp"))
    path.chmod(0o755)
    yield path
    LocalStack(path).wipe()
    shutil.rmtree(path, ignore_errors=True)


def test_a_warm_start_finds_what_was_kept_and_a_fresh_one_nothing(folder: Path) -> None:
    with LocalStack(folder) as stack:
        keep(stack)
    with LocalStack(folder) as stack:
        assert kept(stack)
    stack.start(fresh=True)
    try:
        assert not kept(stack)
    finally:
        stack.stop()


def test_a_second_process_is_told_who_has_the_folder(folder: Path) -> None:
    with LocalStack(folder), pytest.raises(StackError, match=f"进程 {os.getpid()} "):
        LocalStack(folder).start()


@pytest.mark.parametrize("name", ["postgres", "valkey"])
def test_a_killed_server_comes_back_by_itself(folder: Path, name: str) -> None:
    with LocalStack(folder) as stack:
        keep(stack)
        before = stack.pids()[name]
        os.kill(before, signal.SIGKILL)
        until(lambda: stack.pids().get(name, before) != before)
        until(lambda: servers.postgres_answers(stack.urls.superuser))
        until(lambda: servers.valkey_answers(stack.sockets / "valkey" / "socket"))
        assert kept(stack)


def test_a_killed_parent_leaves_no_process_and_no_loss(folder: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", LONELY, str(folder)], stdout=subprocess.PIPE, text=True) as lonely:
        assert lonely.stdout
        pids = [int(pid) for pid in lonely.stdout.readline().split()]
        lonely.kill()
    with LocalStack(folder) as stack:
        keep(stack)
        assert not [pid for pid in pids if alive(pid)]
    with LocalStack(folder) as stack:
        assert kept(stack)


def test_a_number_that_a_stranger_got_is_not_taken_for_postgres(folder: Path) -> None:
    with LocalStack(folder) as stack:
        keep(stack)
        os.kill(stack.pids()["postgres"], signal.SIGSTOP)
        lock = (stack.folder / "postgres" / "postmaster.pid").read_text()
        os.kill(stack.pids()["postgres"], signal.SIGCONT)
    user, rest = binaries.unprivileged(), lock.partition("\n")[2]
    with subprocess.Popen(["sleep", "60"], user=user and user[0]) as stranger:
        try:
            (stack.folder / "postgres" / "postmaster.pid").write_text(f"{stranger.pid}\n{rest}")
            os.chown(stack.folder / "postgres" / "postmaster.pid", *(user or (-1, -1)))
            with LocalStack(folder) as again:
                assert kept(again)
        finally:
            stranger.kill()


def test_a_folder_with_a_long_name_gets_short_sockets(folder: Path) -> None:
    deep = folder / ("深" * 40)
    with LocalStack(deep) as stack:
        assert len(os.fsencode(stack.sockets)) < 40
        assert servers.postgres_answers(stack.urls.superuser)
    stack.wipe()
    assert not deep.exists()


@pytest.mark.parametrize("name", ["hua kai", "花开", '50% [it\'s] "q" #1?a=b&c'])
def test_any_name_of_a_folder_will_do(folder: Path, name: str) -> None:
    with LocalStack(folder / name) as stack, LocalStack(folder / f"{name} too") as other:
        assert stack.sockets != other.sockets
        keep(stack)
        with queues.connect(stack.urls.redis) as redis:
            assert redis.ping()
        assert local.reach(folder / name) == stack.urls
    assert not stack.sockets.exists(), "nothing is left where others have theirs, too"
    assert local.reach(folder / name) is None
    with LocalStack(folder / name) as again:
        assert kept(again)


def test_a_run_folder_that_a_stranger_made_is_refused(folder: Path) -> None:
    stack = LocalStack(folder / "hua kai")
    stack.sockets.symlink_to(folder)
    try:
        with pytest.raises(StackError, match="其他用户"):
            stack.start()
    finally:
        stack.sockets.unlink()


def test_a_killed_parent_keeps_no_other_from_its_run_folder(folder: Path) -> None:
    deep = folder / "hua kai"
    with subprocess.Popen([sys.executable, "-c", LONELY, str(deep)], stdout=subprocess.PIPE, text=True) as lonely:
        assert lonely.stdout
        lonely.stdout.readline()
        lonely.kill()
    with LocalStack(deep) as stack:
        keep(stack)
        assert servers.valkey_answers(stack.sockets / "valkey" / "socket")
    assert not stack.sockets.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to step aside")
def test_a_folder_nobody_may_enter_keeps_its_data_elsewhere_for_ever(folder: Path) -> None:
    shut = folder / "shut"
    shut.mkdir(mode=0o700)
    with LocalStack(shut) as stack:
        keep(stack)
        assert binaries.SHARED in stack.folder.parents
    shut.chmod(0o755)
    with LocalStack(shut) as stack:
        assert kept(stack)
    stack.wipe()
    assert not stack.folder.exists()
    assert not shut.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to step aside")
def test_programs_that_nobody_may_read_are_copied_and_run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "SHARED", folder / "shared")
    monkeypatch.setattr(binaries, "enterable", lambda path: "site-packages" not in path.parts)

    with LocalStack(folder / "data") as stack:
        assert folder in binaries.postgres().parents
        keep(stack)
        with psycopg.connect(stack.urls.superuser, autocommit=True) as session:
            session.execute("CREATE EXTENSION btree_gist")
    stack.wipe()


def alive(pid: int) -> bool:
    """A zombie is dead: it only waits to be counted."""
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    except FileNotFoundError:
        return False


def keep(stack: LocalStack) -> None:
    with psycopg.connect(stack.urls.superuser) as session:
        session.execute("CREATE TABLE IF NOT EXISTS kept AS SELECT 1")


def kept(stack: LocalStack) -> bool:
    with psycopg.connect(stack.urls.superuser) as session:
        row = session.execute("SELECT to_regclass('kept') IS NOT NULL").fetchone()
    return bool(row and row[0])


def until(true: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)
