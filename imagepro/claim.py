"""Become the one process of a name in a DATA_DIR: `claim.py FILE ARGUMENT...`.

Ends whoever holds the lock on FILE, takes it, and becomes `python ARGUMENT...`. The lock passes on
to every process that one starts, so it tells orphans of a run whose supervisor was killed from
strangers that happen to have the same number. Standard library only: it is part of every start.
"""

import contextlib
import fcntl
import os
import signal
import sys
import time
from pathlib import Path


def locked(path: Path) -> int | None:
    """A descriptor that holds the lock on this file, or None when another process does."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    os.ftruncate(descriptor, 0)
    return descriptor


def taken(path: Path) -> int:
    """The lock on this file, after its holder's process group was ended."""
    while (descriptor := locked(path)) is None:
        leader = path.read_text()
        if leader:
            with contextlib.suppress(ProcessLookupError):  # It may have ended by itself.
                os.killpg(int(leader), signal.SIGKILL)
        time.sleep(0.02)
    return descriptor


def claim(path: Path, arguments: list[str]) -> None:
    """Replace this process by `python arguments`, holding the lock."""
    descriptor = taken(path)
    # The supervisor makes each of its children the leader of a group.
    os.write(descriptor, str(os.getpgrp()).encode())
    os.set_inheritable(descriptor, True)
    os.execv(sys.executable, [sys.executable, *arguments])  # noqa: S606


if __name__ == "__main__":
    claim(Path(sys.argv[1]), sys.argv[2:])
