"""What every server here can do: start, stop, and go wrong the way servers go wrong."""

import contextlib
import fcntl
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import IO, Any, ClassVar, Self

import pytest

# Below the range the kernel takes outgoing ports from, so that only other tests compete for them.
PORTS = range(20000, 30000)

# Outlives the test process by a moment: when its standard input ends without a line, the test
# process died, and the server's process group and its folder go with it.
REAPER = 'read -r _ || { kill -s KILL -- "-$0"; sleep 0.2; rm -rf "$1"; }'


def reserve_port() -> tuple[int, IO[str]]:
    """A free port on 127.0.0.1, kept from other test processes while the returned file is open."""
    folder = Path(tempfile.gettempdir()) / f"imagepro-test-ports-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    for port in random.sample(PORTS, len(PORTS)):
        lock = (folder / str(port)).open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            lock.close()
        else:
            return port, lock
    raise RuntimeError(f"no free port from {PORTS.start} to {PORTS.stop - 1}")


def family(pid: int) -> list[int]:
    """A process and all its living descendants, as pids."""
    pids = [pid]
    for listing in Path(f"/proc/{pid}/task").glob("*/children"):
        # A thread may end between being listed and being read.
        with contextlib.suppress(OSError):
            pids += [pid for child in listing.read_text().split() for pid in family(int(child))]
    return pids


class Server(ABC):
    """One server process on 127.0.0.1, in a folder of its own, that dies with the test process.

    With `given` (an address from the environment) that server is used instead; it is not ours
    to break, so a test that wants to is skipped.
    """

    name: ClassVar[str]
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM
    start_seconds: ClassVar[float] = 180
    stop_seconds: ClassVar[float] = 10
    reaper: ClassVar[str] = REAPER

    def __init__(self, given: str = "") -> None:
        self.given = given
        self.process: subprocess.Popen[bytes] | None = None
        if given:
            return
        self.folder = Path(tempfile.mkdtemp(prefix=f"imagepro-{self.name}-"))
        self.data = self.folder / "data"
        self.port, self._port_lock = reserve_port()

    @abstractmethod
    def command(self) -> list[str]:
        """The program and its arguments."""

    @abstractmethod
    def ping(self) -> None:
        """Return when the server answers; raise any exception while it does not."""

    def prepare(self) -> None:
        """Make what the server needs in `data`; called before every start."""
        self.data.mkdir(exist_ok=True)

    def popen_options(self) -> dict[str, Any]:
        """Further arguments of subprocess.Popen: the environment, the user."""
        return {}

    def start(self) -> Self:
        """Run the server and wait until it answers.

        Raises: RuntimeError with the end of the server's log when it does not.
        """
        if self.given:
            return self
        self.prepare()
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command(),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **self.popen_options(),
            )
        self._reaper = subprocess.Popen(
            ["sh", "-c", self.reaper, str(self.process.pid), self.folder],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        self.wait_until_ready()
        return self

    def wait_until_ready(self) -> None:
        """Return when the server answers."""
        assert self.process
        give_up = time.monotonic() + self.start_seconds
        while True:
            try:
                return self.ping()
            except Exception as error:  # noqa: BLE001 - every client library has its own
                ended = self.process.poll() is not None
                if not ended and time.monotonic() < give_up:
                    time.sleep(0.02)
                    continue
                log = (self.folder / "log").read_text(errors="replace")[-2000:]
                self.kill9()
                raise RuntimeError(f"{self.name} does not answer ({error}):\n{log}") from error

    def stop(self) -> None:
        """End the server the way an operator would, and remove its data."""
        if self.given:
            return
        self._end(self.stop_signal)
        shutil.rmtree(self.folder, ignore_errors=True)
        self._port_lock.close()

    def kill9(self) -> None:
        """End the server at once, as a power cut would; its data stays for restart()."""
        self._refuse_given()
        self._end(signal.SIGKILL)

    def freeze(self) -> None:
        """Stop the server's clock: connections are accepted by the kernel and never answered."""
        self._refuse_given()
        self._signal_family(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen server go on."""
        self._refuse_given()
        self._signal_family(signal.SIGCONT)

    def restart(self, *, keep_data: bool = True) -> None:
        """Start again on the same port, with what was stored or with nothing."""
        self._refuse_given()
        self._end(self.stop_signal)
        if not keep_data:
            shutil.rmtree(self.data)
        self.start()

    def _refuse_given(self) -> None:
        if self.given:
            pytest.skip(f"the {self.name} server named in the environment is not ours to break")

    def _signal_family(self, number: signal.Signals) -> None:
        assert self.process
        for pid in family(self.process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def _end(self, number: signal.Signals) -> None:
        if self.process is None:
            return
        # Children may have sessions of their own: list them while they can still be found.
        pids = family(self.process.pid)
        if number == signal.SIGKILL:
            self._signal_family(number)
        else:
            self.process.send_signal(number)
            self._signal_family(signal.SIGCONT)
        try:
            self.process.wait(self.stop_seconds)
        except subprocess.TimeoutExpired:
            self._signal_family(signal.SIGKILL)
            self.process.wait()
        for pid in pids[1:]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process = None
        self._reaper.communicate(b"done\n")

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
