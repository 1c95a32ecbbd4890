"""Clients that are slow, or gone: gunicorn's threads would wait for them for ever.

A client that sends or takes a byte a second would hold a thread as long as it likes, and there are
few of them. A buffering proxy in front has more patience to give; without one the service has this.
"""

import errno
import socket
import time
from typing import Any

from gunicorn import http
from gunicorn.workers.gthread import TConn, ThreadWorker

IDLE_SECONDS = 10
"""How long a client may send nothing, or take nothing of what is sent to it."""
SPARE_SECONDS = 15
"""How long one request may be waited for; what it sends earns it further time, up to this much."""
SLOWEST = 10_000
"""Bytes that earn a second: whoever sends them no more slowly may go on for ever."""


class TimedSocket:
    """The reading side of a connection, which counts as reset once its client is too slow."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self.begin()

    def begin(self) -> None:
        """The next request may take as long as any."""
        self._left = float(SPARE_SECONDS)

    def recv(self, size: int) -> bytes:
        """What the client has sent."""
        begun = time.monotonic()
        try:
            self._sock.settimeout(max(0.001, min(self._left, IDLE_SECONDS)))
            data = self._sock.recv(size)
        except TimeoutError:
            raise ConnectionResetError(errno.ECONNRESET, "the client is too slow") from None
        finally:
            # For what is written next: that much for each piece.
            self._sock.settimeout(IDLE_SECONDS)
        earned = len(data) / SLOWEST - (time.monotonic() - begun)
        self._left = min(self._left + earned, SPARE_SECONDS)
        return data


class Worker(ThreadWorker):  # type: ignore[misc]
    """gunicorn's threads, which give up clients that are too slow."""

    def handle(self, conn: TConn) -> Any:
        """Answer the next request on a connection."""
        if conn.parser is None:
            conn.parser = http.get_parser(self.cfg, TimedSocket(conn.sock), conn.client)
        else:
            conn.parser.unreader.sock.begin()
        return super().handle(conn)


class WholeBody:
    """A request's body, which raises when it ends early instead of passing for a shorter one."""

    def __init__(self, stream: Any, length: int) -> None:
        self._stream = stream
        self._left = length

    def read(self, size: int) -> bytes:
        """That many bytes, as gunicorn gives them: fewer only at the end."""
        return self._counted(self._stream.read(size), min(size, self._left))

    def readline(self, size: int) -> bytes:
        """A line, or that many bytes of it."""
        return self._counted(self._stream.readline(size), min(1, self._left))

    def _counted(self, data: bytes, least: int) -> bytes:
        self._left -= len(data)
        if len(data) < least:
            raise ConnectionResetError(errno.ECONNRESET, "the client is gone")
        return data
