"""Reads uploaded files in a process of its own, bounded in memory and time, whose end harms nobody."""

import os
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore

CONFINED = Path(__file__).with_name("confined.py")
PACKAGES = ("site-packages", "dist-packages")
PASSED_ON = ("PATH", "LD_LIBRARY_PATH")
AT_ONCE = BoundedSemaphore(3)
"""Readers of one process; their memory together stays bounded whatever arrives."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a reader may use: memory in bytes, processor time and time by the clock in seconds."""

    memory: int
    cpu: int
    wall: float


class Died(Exception):
    """The reader crashed, took too much or took too long."""


def ask(reader: Path, *arguments: str, data: bytes, bounds: Bounds) -> bytes:
    """Run a reader that takes `data` on its input; gives its output. Raises Died."""
    confined = [str(CONFINED), str(bounds.memory), str(bounds.cpu), _libraries(), str(reader)]
    command = [sys.executable, "-I", "-S", *confined, *arguments]
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    try:
        with AT_ONCE:
            done = subprocess.run(
                command, input=data, capture_output=True, timeout=bounds.wall, env=environment, check=True
            )
    except (subprocess.SubprocessError, OSError) as error:
        raise Died from error
    return done.stdout


@cache
def _libraries() -> str:
    """The folders in which this process finds packages."""
    return os.pathsep.join(one for one in sys.path if Path(one).name in PACKAGES)
