"""What a side thread sees of a stack while others use it: memory, processes, health."""

import contextlib
import re
import threading
import time
from pathlib import Path
from typing import Self

import requests

from tests.bombs.bomb import MARKER
from tests.servers.server import family
from tests.stack import Process, Stack

PAUSE = 0.1
DEATHS = re.compile(r"WorkerLostError|exited with 'signal|Hard time limit|Timed out waiting for")
"""What a worker says of children that did not end by themselves."""
LEAKS = re.compile(rf"{MARKER.decode()}|Internal Server Error|raised unexpected")
ADDRESSES = ("/health/live/", "/health/")


def peak(pid: int) -> int:
    """The most memory a process has had, in megabytes; 0 when it is gone."""
    with contextlib.suppress(OSError):
        found = re.search(r"VmHWM:\s*(\d+) kB", Path(f"/proc/{pid}/status").read_text())
        return int(found[1]) // 1024 if found else 0
    return 0


class Watch(threading.Thread):
    """To be used as a context manager around whatever the stack is put through."""

    def __init__(self, stack: Stack) -> None:
        super().__init__(daemon=True)
        self.stack = stack
        self.children: dict[int, int] = {}
        """Peak memory of each process of the worker, in megabytes."""
        self.web: dict[int, int] = {}
        """Peak memory of the web process and its parent, in megabytes."""
        self.health: list[float] = []
        """How long /health/ and /health/live/ took, in seconds."""
        self.unwell: list[str] = []
        """Their answers that were not 200."""
        self._over = threading.Event()
        self._logs = {process.name: len(process.log()) for process in (stack.web, stack.worker)}

    def __enter__(self) -> Self:
        for pid in self._pids(self.stack.web) + self._pids(self.stack.worker):
            # Peaks are those from now on.
            with contextlib.suppress(OSError):
                Path(f"/proc/{pid}/clear_refs").write_text("5")
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join()

    def run(self) -> None:
        number = 0
        while not self._over.wait(PAUSE):
            number += 1
            self._ask(ADDRESSES[number % len(ADDRESSES)])
            for seen, process in ((self.children, self.stack.worker), (self.web, self.stack.web)):
                for pid in self._pids(process):
                    seen[pid] = max(seen.get(pid, 0), peak(pid))

    def _ask(self, address: str) -> None:
        begin = time.monotonic()
        try:
            answer = requests.get(self.stack.web.base + address, timeout=20)
        except requests.RequestException as error:
            self.unwell.append(f"{address}: {error}")
            return
        self.health.append(time.monotonic() - begin)
        if answer.status_code != 200:
            self.unwell.append(f"{address}: {answer.status_code} {answer.text}")

    def _pids(self, process: Process) -> list[int]:
        return family(process.process.pid) if process.process else []

    def said(self, process: Process) -> str:
        """What a process has logged since the watch began."""
        return process.log()[self._logs[process.name] :]

    def deaths(self) -> int:
        """How many children of the worker have been killed, or have crashed."""
        return len(DEATHS.findall(self.said(self.stack.worker)))

    def leaks(self) -> list[str]:
        """Lines of the logs that hold what was planted, or tell of a defect of ours."""
        said = self.said(self.stack.web) + self.said(self.stack.worker)
        return [line for line in said.splitlines() if LEAKS.search(line)]
