"""How a test says where to kill, and the service does: a file of the stage's name, in KILL_FOLDER.

It holds which passing of the stage is meant, and who is to die: the child that passes it, or the
whole of its worker or web process, at once. It is renamed to STAGE.reached right before.
"""

import contextlib
import fcntl
import os
import signal
from pathlib import Path
from typing import Literal

Victim = Literal["child", "worker", "web"]


def arm(folder: Path, stage: str, victim: Victim, passing: int = 1) -> Path:
    """Have the victim killed at that passing of the stage; the file that will tell of it."""
    reached = folder / f"{stage}.reached"
    reached.unlink(missing_ok=True)
    draft = folder / f"{stage}.draft"
    draft.write_text(f"{passing} {victim}")
    draft.rename(folder / stage)
    return reached


def reach(stage: str, *, child: int | None = None, parent: int | None = None) -> None:
    """Called where a stage is passed: die, if so ordered."""
    path = Path(os.environ["KILL_FOLDER"]) / stage
    with contextlib.suppress(FileNotFoundError), path.open("r+") as order:
        fcntl.flock(order, fcntl.LOCK_EX)
        passing, victim = order.read().split()
        order.seek(0)
        # Whoever waited for this lock finds 0, which nobody ever is.
        order.write(f"{int(passing) - 1} {victim}")
        order.truncate()
        order.flush()
        if int(passing) == 1:
            path.rename(path.with_name(f"{stage}.reached"))
            child = child or os.getpid()
            kill([child] if victim == "child" else [*family(parent or os.getppid()), child])


def family(parent: int) -> list[int]:
    """A process, then its children."""
    lists = Path(f"/proc/{parent}/task").glob("*/children")
    return [parent, *(int(pid) for one in lists for pid in one.read_text().split())]


def kill(pids: list[int]) -> None:
    """End them all, this process last."""
    for pid in sorted(set(pids), key=lambda pid: (pid == os.getpid(), pids.index(pid))):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
