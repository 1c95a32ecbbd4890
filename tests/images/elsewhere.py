"""Another host on the network, which answers whatever a test would have it answer."""

import socket
import ssl
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

Answer = bytes | Iterable[bytes]


def answer(body: bytes = b"", status: str = "200 OK", **headers: object) -> bytes:
    """An HTTP answer, honest about its length unless it is told otherwise."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{name}: {value}" for name, value in ({"Content-Length": len(body)} | named).items()]
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode("latin-1") + body


def redirect(to: str) -> bytes:
    return answer(status="302 Found", Location=to)


class Elsewhere:
    """A listener that gives each path the same answer, and remembers who has asked for what."""

    def __init__(self, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.listener = socket.create_server((host, 0), family=family)
        self.port = self.listener.getsockname()[1]
        self.authority = f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"
        self.url = f"http{'s' if tls else ''}://{self.authority}"
        self.tls = tls
        self.answers: dict[str, Answer] = {}
        self.connections = 0
        self.requests: list[str] = []

    @contextmanager
    def up(self) -> Iterator["Elsewhere"]:
        threading.Thread(target=self._serve, daemon=True).start()
        try:
            yield self
        finally:
            self.listener.close()

    def _serve(self) -> None:
        with suppress(OSError):  # closed
            while True:
                connection, _ = self.listener.accept()
                self.connections += 1
                threading.Thread(target=self._answer, args=[connection], daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            with connection:
                request = connection.recv(65536).decode("latin-1")
                self.requests.append(request)
                path = request.split(" ")[1].partition("?")[0]
                said = self.answers.get(path, answer(status="404 Not Found"))
                for part in [said] if isinstance(said, bytes) else said:
                    connection.sendall(part)
