"""Becomes another program that dies with its parent: run by path, knows nothing but the standard library.

launch.py PARENT DEATH_SIGNAL UID GID PROGRAM [ARGUMENT…], where UID and GID are -1 for "stay who you are".
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Drop the user first: the kernel forgets the wish to die when the user changes."""
    parent, death, uid, gid = (int(value) for value in sys.argv[1:5])
    program = sys.argv[5:]
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, death, 0, 0, 0)
        if os.getppid() != parent:
            sys.exit(1)
    try:
        os.execv(program[0], program)
    except OSError as reason:
        sys.exit(f"{program[0]}: {reason.strerror}")


if __name__ == "__main__":
    main()
