"""The supervisor: it keeps alive, ends in order and leaves nobody."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from huakai_deploy.supervise import Command, Supervisor, session_members

SLEEPER = [sys.executable, "-S", "-c", "import time; time.sleep(600)"]
PARENT = [
    sys.executable,
    "-S",
    "-c",
    "import subprocess, time; print(subprocess.Popen(['sleep', '600']).pid, flush=True); time.sleep(600)",
]
DEAF = [
    sys.executable,
    "-S",
    "-c",
    "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)",
]
WAITING = """
import sys
from pathlib import Path
from huakai_deploy.supervise import Supervisor

watch = Supervisor(Path(sys.argv[1]))
for name in ("one", "two"):
    watch.add(name, [sys.executable, "-S", "-c", "import time; time.sleep(600)"])
watch.start()
print(*watch.pids().values(), flush=True)
watch.wait()
print("done", flush=True)
"""


def test_a_port_that_is_handed_over_is_answered_by_nobody_else(tmp_path: Path) -> None:
    answer = "import socket, sys; socket.socket(fileno=int(sys.argv[1])).accept()[0].send(b'ours')"
    with socket.create_server(("127.0.0.1", 0)) as door:
        watch = Supervisor(tmp_path)
        watch.add("web", [sys.executable, "-S", "-c", answer, str(door.fileno())], keeps=(door.fileno(),))
        watch.start()
        try:
            with socket.create_connection(door.getsockname(), timeout=20) as visitor:
                assert visitor.recv(10) == b"ours"
        finally:
            watch.stop()


def test_what_dies_alone_is_started_again(tmp_path: Path) -> None:
    said: list[str] = []
    watch = Supervisor(tmp_path, echo=said.append)
    watch.add("sleeper", SLEEPER)
    watch.start()
    try:
        first = watch.pids()["sleeper"]
        os.kill(first, signal.SIGKILL)
        until(lambda: watch.pids().get("sleeper", first) != first)
        assert watch.restarts() == {"sleeper": 1}
        assert "SIGKILL" in said[0]
    finally:
        watch.stop()
    assert watch.pids() == {}


def test_what_cannot_live_is_tried_ever_more_rarely(tmp_path: Path) -> None:
    watch = Supervisor(tmp_path)
    watch.add("dying", [sys.executable, "-S", "-c", "print('no'); raise SystemExit(3)"])
    watch.start()
    time.sleep(2.5)
    watch.stop()
    assert 1 <= watch.restarts()["dying"] <= 3
    assert "no" in watch.log("dying").read_text()


def test_a_program_that_is_not_there_is_said_and_harms_no_neighbour(tmp_path: Path) -> None:
    watch = Supervisor(tmp_path)
    watch.add("absent", ["/nowhere/program"])
    watch.add("sleeper", SLEEPER)
    watch.start()
    until(lambda: "/nowhere/program: No such file" in watch.log("absent").read_text())
    assert "sleeper" in watch.pids()
    watch.stop()


def test_the_children_of_a_killed_child_go_with_it(tmp_path: Path) -> None:
    watch = Supervisor(tmp_path)
    watch.add("parent", PARENT)
    watch.start()
    until(lambda: bool(watch.log("parent").read_text()))
    first, grandchild = watch.pids()["parent"], int(watch.log("parent").read_text().split()[0])
    os.kill(first, signal.SIGKILL)
    until(lambda: not alive(grandchild))
    watch.stop()
    assert session_members(first) == []


def test_the_deaf_are_killed(tmp_path: Path) -> None:
    watch = Supervisor(tmp_path)
    watch.include(Command(name="deaf", argv=DEAF, grace=0.3))
    watch.start()
    until(lambda: "deaf" in watch.log("deaf").read_text())
    pid = watch.pids()["deaf"]
    watch.stop()
    assert not alive(pid)


def test_all_end_in_the_opposite_order(tmp_path: Path) -> None:
    told = tmp_path / "told"
    farewell = (
        "import pathlib, signal, sys, time\n"
        "def bye(*_):\n    open(sys.argv[2], 'a').write(sys.argv[1]); sys.exit()\n"
        "signal.signal(15, bye); print('up', flush=True); time.sleep(600)"
    )
    watch = Supervisor(tmp_path)
    for name in "abc":
        watch.add(name, [sys.executable, "-S", "-c", farewell, name, str(told)])
    watch.start()
    until(lambda: all("up" in watch.log(name).read_text() for name in "abc"))
    watch.stop()
    assert told.read_text() == "cba"


def test_each_of_the_three_signals_stops_everything(tmp_path: Path) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        with subprocess.Popen([sys.executable, "-c", WAITING, str(tmp_path)], stdout=subprocess.PIPE, text=True) as run:
            assert run.stdout
            pids = [int(pid) for pid in run.stdout.readline().split()]
            time.sleep(0.3)
            run.send_signal(number)
            assert run.stdout.read() == "done\n"
        assert run.returncode == 0
        assert not [pid for pid in pids if alive(pid)]


def test_a_killed_supervisor_takes_all_with_it(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", WAITING, str(tmp_path)], stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout
        pids = [int(pid) for pid in run.stdout.readline().split()]
        assert len(pids) == 2
        run.kill()
    until(lambda: not [pid for pid in pids if alive(pid)])


def alive(pid: int) -> bool:
    """A zombie is dead: it only waits to be counted."""
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    except FileNotFoundError:
        return False


def until(true: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)
