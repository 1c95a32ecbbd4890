"""Clients that vanish in mid-upload, or take for ever: they keep nothing and hold up nobody."""

import socket
import threading
import time
from pathlib import Path

import pytest

from tests.campaign import Tally
from tests.client import Client
from tests.faults.conftest import MakeFragile
from tests.pictures import file, gradient, noise
from tests.stack import Stack, eventually

PICTURE = file(gradient()).getvalue()
LARGE = file(noise(2000, 1700, 120), "png").getvalue()
"""More than is kept in memory."""
BEGIN = (
    b'--x\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n'
    b"Content-Type: image/png\r\n\r\n"
)
END = b"\r\n--x--\r\n"


def head(alice: Client) -> bytes:
    """What stands before the body of an upload of the large picture."""
    length = len(BEGIN) + len(LARGE) + len(END)
    return (
        "POST /api/v1/images/ HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: Bearer {alice.token}\r\nContent-Length: {length}\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\n\r\n"
    ).encode()


def begun(stack: Stack, sent: bytes) -> socket.socket:
    """A connection on which that much has been said."""
    connection = socket.create_connection(("127.0.0.1", stack.web.port), timeout=30)
    connection.sendall(sent)
    return connection


def drip(connection: socket.socket, done: threading.Event) -> None:
    """A byte a second, until it is over."""
    while not done.wait(1):
        try:
            connection.sendall(b"x")
        except OSError:
            return


def assert_nothing_is_kept(stack: Stack, temporary: Path) -> None:
    eventually(lambda: not list(temporary.glob("*.upload*")), 60, "no temporary file is left")
    assert not stack.images.exists()
    assert not stack.files.exists()
    assert stack.objects() == set()


@pytest.mark.fault("F15", "client gone in mid-upload", long=200, short=5)
@pytest.mark.timeout(180)
def test_gone(fragile: MakeFragile, tmp_path: Path, rounds: int, tally: Tally) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    stack = fragile("sqlite-files", TMPDIR=str(temporary))
    alice = stack.user()
    body = BEGIN + LARGE + END
    for number in range(rounds):
        # The last of them lack but the end of the form.
        sent = len(body) - 1 - (rounds - 1 - number) * len(body) // rounds
        begun(stack, head(alice) + body[:sent]).close()
        tally.add()
    time.sleep(1)
    assert_nothing_is_kept(stack, temporary)
    assert "Traceback" not in stack.web.log()
    assert alice.upload(LARGE).status_code == 201


@pytest.mark.fault("F15", "clients that send or read a byte a second, or nothing", long=5)
@pytest.mark.timeout(200)
def test_slow(fragile: MakeFragile, tmp_path: Path, rounds: int, tally: Tally) -> None:
    """Twice as many as there are threads; everybody else waits for a few seconds, not for ever."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    stack = fragile("sqlite-files", TMPDIR=str(temporary), WEB_THREADS="3")
    alice = stack.user()
    for _ in range(rounds):
        done = threading.Event()
        half = head(alice) + BEGIN + LARGE[: len(LARGE) // 2]
        slow = [begun(stack, sent) for sent in (half, half, head(alice), b"GET /heal", b"P", half)]
        for connection in slow:
            threading.Thread(target=drip, args=(connection, done), daemon=True).start()
        time.sleep(1)
        since = time.monotonic()
        assert alice.get("/health/live/", timeout=60).status_code == 200
        waited = time.monotonic() - since
        assert waited < 50
        for connection in slow:
            assert b"408" in (answer := rest(connection)) or answer == b"", answer
            connection.close()
        done.set()
        tally.add(seconds=waited)
    assert_nothing_is_kept(stack, temporary)
    assert alice.upload(PICTURE).status_code == 201


def rest(connection: socket.socket) -> bytes:
    """All that is said on it until it is closed."""
    said = b""
    try:
        while data := connection.recv(10_000):
            said += data
    except ConnectionResetError:
        pass
    return said
