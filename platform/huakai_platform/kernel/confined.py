"""Confines its own process, then runs the reader that it is given; imports nothing of ours, so it starts fast.

confined.py MEMORY SECONDS LIBRARIES READER [ARGUMENT…], where LIBRARIES are the folders in which packages are found:
the interpreter was started without looking for any.
"""

import os
import resource
import sys
from importlib.machinery import SourceFileLoader


def confine(memory: int, cpu: int) -> None:
    """Bound memory in bytes and processor time in seconds; no file can be written and no core is left."""
    for kind, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, most))


if __name__ == "__main__":
    memory, cpu, libraries = sys.argv[1:4]
    del sys.argv[:4]
    sys.path += libraries.split(os.pathsep)
    code = SourceFileLoader("reader", sys.argv[0]).get_code("reader")  # kept compiled, which must be written first
    confine(int(memory), int(cpu))
    exec(code or "", {"__name__": "__main__"})
