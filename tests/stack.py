"""The service as it runs: web and worker processes over real servers, one stack a flavour and run.

`stack` runs every test that asks for it twice: on SQLite with local files, and on PostgreSQL with
S3. Afterwards the oracle looks over what the test has left behind.
"""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from celery import Celery
from django.db import connections

from tests.client import Client

ROOT = Path(__file__).parent.parent
ALIAS = "stack"


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(true: Callable[[], Any], seconds: float = 30, what: str = "") -> Any:
    """Wait until the question is answered with something true, and return that."""
    deadline = time.monotonic() + seconds
    while not (answer := true()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what or true}"
        time.sleep(0.05)
    return answer


class Stack:
    """Processes, and windows onto their rows and objects.

    `environment` is what the processes are started with besides what this machine has.
    """

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.environment = {
            "DATA_DIR": str(folder),
            "SECRET_KEY": "the-secret-key-of-the-tests-and-of-nothing-else",
            "PORT": str(self.port),
            "WORKER_CONCURRENCY": "2",
            **environment,
        }
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    # --- Processes ---------------------------------------------------------------------------

    def run(self, *task: str) -> None:
        """Run a task of ./run to its end."""
        subprocess.run(["./run", *task], cwd=ROOT, env=os.environ | self.environment, check=True)

    def start(self, name: str) -> None:
        """Start web, worker or beat in a process group of its own."""
        log = (self.folder / f"{name}.log").open("ab")
        self.processes[name] = subprocess.Popen(
            ["./run", name],
            cwd=ROOT,
            env=os.environ | self.environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        if name == "web":
            eventually(self.answers, 30, "web answers")

    def stop(self, name: str, how: signal.Signals = signal.SIGTERM) -> None:
        """End a process with all its children; SIGKILL leaves them no last word."""
        process = self.processes.pop(name)
        if how == signal.SIGKILL:
            os.killpg(process.pid, how)
        else:
            process.send_signal(how)
        process.wait(30)

    def stop_all(self) -> None:
        """End whatever runs."""
        for name in list(self.processes):
            self.stop(name, signal.SIGKILL)

    @contextmanager
    def running(self, name: str) -> Iterator[None]:
        """Have a process for a while."""
        self.start(name)
        try:
            yield
        finally:
            if name in self.processes:
                self.stop(name)

    def answers(self) -> bool:
        """Whether web does."""
        try:
            return requests.get(f"{self.base}/health/live/", timeout=2).ok
        except requests.ConnectionError:
            return False

    def log(self, name: str) -> str:
        """What a process has said."""
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def task(self, name: str) -> None:
        """Have the worker do a maintenance task, as beat would."""
        with Celery(broker=self.setting("CELERY_BROKER_URL")) as app:
            app.send_task(f"processing.tasks.{name}", queue="maintenance", ignore_result=True)

    # --- Users -------------------------------------------------------------------------------

    def user(self) -> Client:
        """A fresh user, signed in."""
        return Client(self.base).register()
