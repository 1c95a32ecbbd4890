"""A TCP proxy that goes wrong the way networks do, between the service and a real server."""

import contextlib
import random
import socket
import threading
import time
from collections.abc import Callable
from typing import Self

CHUNK = 16 * 1024
ABRUPT = b"\1\0\0\0\0\0\0\0"
"""SO_LINGER that makes close() send a reset instead of a farewell."""
METHODS = (b"GET ", b"HEAD ", b"PUT ", b"POST ", b"DELETE ")


def http_error(status: str, code: str) -> bytes:
    """An answer of S3 that refuses."""
    body = f"<Error><Code>{code}</Code><Message>{status}</Message></Error>".encode()
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nContent-Type: application/xml"
    return head.encode() + b"\r\nConnection: close\r\n\r\n" + body


class Proxy:
    """Listens at `port` and forwards to `target`; the attributes below may change at any time."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.well()

    def well(self) -> None:
        """Forward everything."""
        self.refuse = False
        """Reset every new connection."""
        self.silent = False
        """Forward nothing, in neither direction, and close nothing."""
        self.rate = 0
        """Bytes a second, in either direction; 0 for all there are."""
        self.delay = 0.0
        """Seconds before every request is forwarded."""
        self.cut_after = 0
        """Reset the connection after that many bytes of one request; 0 for never."""
        self.cut_answer_after = 0
        """The same for what a connection has answered."""
        self.cut_behind = b""
        """Reset the connection once the server has had these bytes, before it can answer."""
        self.answer: Callable[[bytes], bytes | None] = lambda head: None  # noqa: ARG005
        """What to say instead of the server to a request that begins so; None to forward it."""
        self.requests = 0
        """How many HTTP requests there were."""

    def fail(self, share: float, answer: bytes) -> None:
        """Answer so to this share of HTTP requests."""
        self.answer = lambda _: answer if random.random() < share else None

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._open: set[socket.socket] = {self._listener}
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()
        _end(self._listener)

    def cut(self) -> None:
        """Reset every connection there is."""
        for one in list(self._open - {self._listener}):
            _end(one)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client = self._listener.accept()[0]
                # Not create_connection(), whose look-up of names other tests replace.
                server = socket.socket()
                try:
                    if self.refuse:
                        raise ConnectionRefusedError
                    server.connect(("127.0.0.1", self.target))
                except OSError:
                    server.close()
                    _reset(client)
                    continue
                self._open |= {client, server}
                for way in ((client, server, True), (server, client, False)):
                    threading.Thread(target=self._forward, args=way, daemon=True).start()

    def _forward(self, source: socket.socket, sink: socket.socket, asks: bool) -> None:
        sent = 0
        with contextlib.suppress(OSError):
            while data := source.recv(min(CHUNK, self.rate or CHUNK)):
                while self.silent:
                    time.sleep(0.02)
                if self.rate:
                    time.sleep(len(data) / self.rate)
                if asks and data.startswith(METHODS):
                    sent = 0
                    self.requests += 1
                    time.sleep(self.delay)
                    if said := self.answer(data):
                        source.sendall(said)
                        source.shutdown(socket.SHUT_WR)
                        sink.close()
                        continue
                sink.sendall(data)
                sent += len(data)
                behind = self.cut_behind and self.cut_behind in data
                limit = self.cut_after if asks else self.cut_answer_after
                if (asks and behind) or 0 < limit <= sent:
                    break
        _reset(source)
        _end(sink)
        self._open -= {source, sink}


def _reset(one: socket.socket) -> None:
    """Close it without a farewell."""
    with contextlib.suppress(OSError):
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABRUPT)
    one.close()


def _end(one: socket.socket) -> None:
    """Close it, under the eyes of a thread that may be reading it."""
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
