"""Keeps named processes alive: each dies with us, is started again when it dies alone, and is stopped in order."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

LAUNCH = Path(__file__).with_name("launch.py")
TICK = 0.1
FIRST_DELAY, LONGEST_DELAY, CALM = 0.2, 5.0, 10.0
LOG_LIMIT = 10_000_000


@dataclass(frozen=True, kw_only=True)
class Command:
    """What is run under one name, and how it wants to end."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] | None = None
    keeps: Sequence[int] = ()
    """Open files of ours that it goes on with."""
    folder: Path | None = None
    user: tuple[int, int] | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGTERM
    grace: float = 10.0
    before: Callable[[], None] = lambda: None


@dataclass
class Running:
    """A command's present process and its history."""

    command: Command
    process: subprocess.Popen[bytes] | None = None
    since: float = 0.0
    due: float = 0.0
    delay: float = FIRST_DELAY
    restarts: int = 0


class Supervisor:
    """Starts commands in the order they were added and stops them in the opposite one."""

    def __init__(self, logs: Path, *, echo: Callable[[str], None] = lambda line: None) -> None:
        self.logs = logs
        self._echo = echo
        self._all: list[Running] = []
        self._stopping = threading.Event()
        self._started = threading.Event()
        self._thread: threading.Thread | None = None

    def add(
        self, name: str, argv: Sequence[str], env: Mapping[str, str] | None = None, *, keeps: Sequence[int] = ()
    ) -> None:
        """Name a command that ends on SIGTERM, as ours all do."""
        self.include(Command(name=name, argv=argv, env=env, keeps=keeps))

    def include(self, command: Command) -> None:
        """Name a command with wishes of its own."""
        if self._thread:
            raise RuntimeError("Commands are named before the start.")
        self._all.append(Running(command))

    def start(self) -> None:
        """Start everything and watch over it from a thread; children live as long as that thread."""
        self.logs.mkdir(parents=True, exist_ok=True)
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)
        self._thread.start()
        self._started.wait()

    def wait(self) -> None:
        """Stay until Ctrl-C, SIGTERM or a closed terminal, then stop everything."""
        signals_like_ctrl_c()
        try:
            while not self._stopping.wait(0.5):
                pass
        except KeyboardInterrupt:
            pass
        finally:
            self.stop()

    def stop(self) -> None:
        """Stop everything, last first; what does not listen is killed, and all of it on a second Ctrl-C."""
        self._stopping.set()
        if not self._thread:
            return
        try:
            self._thread.join()
        except KeyboardInterrupt:
            for pid in self.pids().values():
                os.kill(pid, signal.SIGKILL)
            self._thread.join()

    def pids(self) -> dict[str, int]:
        """Name the processes that run at present."""
        return {one.command.name: one.process.pid for one in self._all if one.process and one.process.poll() is None}

    def restarts(self) -> dict[str, int]:
        """Count how often each had to be started again."""
        return {one.command.name: one.restarts for one in self._all}

    def log(self, name: str) -> Path:
        """Say where a command writes."""
        return self.logs / f"{name}.log"

    def _watch(self) -> None:
        try:
            for one in self._all:
                self._spawn(one)
            self._started.set()
            while not self._stopping.wait(TICK):
                for one in self._all:
                    self._tend(one)
        finally:
            self._started.set()
            for one in reversed(self._all):
                self._end(one)

    def _tend(self, one: Running) -> None:
        now = time.monotonic()
        if one.process is None:
            if now >= one.due:
                one.restarts += 1
                self._spawn(one)
        elif (code := one.process.poll()) is not None:
            _sweep(one)
            one.delay = FIRST_DELAY if now - one.since > CALM else min(one.delay * 2, LONGEST_DELAY)
            one.process, one.due = None, now + one.delay
            self._echo(f"{one.command.name}: {_ending(code)}; ↻ {one.delay:.1f} s")
        elif now - one.since > CALM:
            one.delay = FIRST_DELAY

    def _spawn(self, one: Running) -> None:
        command, one.since = one.command, time.monotonic()
        try:
            command.before()
            one.process = _launch(command, self.log(command.name))
        except (OSError, RuntimeError) as reason:
            self._echo(f"{command.name}: {reason}")
            one.due, one.delay = one.since + one.delay, min(one.delay * 2, LONGEST_DELAY)

    def _end(self, one: Running) -> None:
        process, command = one.process, one.command
        if process and process.poll() is None:
            process.send_signal(command.stop_signal)
            try:
                process.wait(command.grace)
            except subprocess.TimeoutExpired:
                self._echo(f"{command.name}: SIGKILL")
                process.kill()
                process.wait()
        _sweep(one)


def signals_like_ctrl_c() -> None:
    """Let SIGTERM and a closed terminal end the program the way Ctrl-C does, which a background job may have been
    born deaf to, through every `finally`."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)


def launcher(argv: Sequence[str], *, user: tuple[int, int] | None, death_signal: signal.Signals) -> list[str]:
    """Wrap a program so that it runs as a user and dies with this process."""
    program = shutil.which(argv[0]) or argv[0]
    wishes = [str(value) for value in (os.getpid(), int(death_signal), *(user or (-1, -1)))]
    return [sys.executable, "-I", "-S", str(LAUNCH), *wishes, program, *argv[1:]]


def _launch(command: Command, log: Path) -> subprocess.Popen[bytes]:
    _rotate(log)
    with log.open("ab") as output:
        return subprocess.Popen(
            launcher(command.argv, user=command.user, death_signal=command.death_signal),
            env=None if command.env is None else dict(command.env),
            cwd=command.folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=command.keeps,
        )


def _rotate(log: Path) -> None:
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))


def _ending(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit {code}"


def _sweep(one: Running) -> None:
    """Kill what a dead process left behind in its session: it would hold ports and files."""
    if one.process is None:
        return
    for pid in session_members(one.process.pid):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def session_members(session: int) -> list[int]:
    """List the living processes of a session (Linux; elsewhere none are found)."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _parent, _group, own = stat.read_text("utf-8", "replace").rpartition(")")[2].split()[:4]
        except OSError:
            continue
        if int(own) == session and state != "Z":
            found.append(int(stat.parent.name))
    return found
