"""Fetching from a host that answers oddly, slowly, without end, or with redirects."""

import gzip
import itertools
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import RequestDataTooBig
from pytest_django import Settings

from images import fetching
from images.fetching import TooManyFetches, fetch
from processing.errors import ProcessingError
from processing.limits import Limits
from tests.images.elsewhere import Elsewhere, answer, redirect

BODY = b"picture" * 1000
LIMIT = 100_000


@pytest.fixture
def there(settings: Settings) -> Iterator[Elsewhere]:
    """A host that may be fetched from."""
    with Elsewhere().up() as host:
        settings.FETCH_ALLOW = ["127.0.0.1"]
        settings.FETCH_PORTS = (80, 443, host.port)
        settings.LIMITS = Limits(max_bytes=LIMIT)
        host.answers["/picture.png"] = answer(BODY)
        yield host


def code(url: str) -> str:
    with pytest.raises(ProcessingError) as refusal:
        fetch(url)
    assert refusal.value.path == "url"
    assert "secret" not in refusal.value.detail
    return refusal.value.code


def test_the_bytes_are_fetched_with_a_plain_request(there: Elsewhere) -> None:
    with fetch(f"{there.url}/picture.png?sig=secret#part") as found:
        assert found.read() == BODY
    (request,) = there.requests
    assert request.startswith("GET /picture.png?sig=secret HTTP/1.1\r\n")
    assert f"\r\nHost: {there.authority}\r\n" in request
    assert "\r\nAccept-Encoding: identity\r\n" in request
    for name in ("Cookie", "Authorization", "Referer"):
        assert f"\r\n{name}:" not in request


def test_proxies_and_logins_of_the_environment_are_not_used(
    there: Elsewhere, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text("default login a password b\n")
    (tmp_path / "netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    with fetch(f"{there.url}/picture.png") as found:
        assert found.read() == BODY
    assert "Authorization" not in there.requests[0]


@pytest.mark.parametrize("coding", ["chunked", "no length"])
def test_a_body_of_unknown_length_ends_where_it_ends(there: Elsewhere, coding: str) -> None:
    if coding == "chunked":
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        there.answers["/x"] = head + b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)
    else:
        there.answers["/x"] = b"HTTP/1.1 200 OK\r\n\r\n" + BODY
    with fetch(f"{there.url}/x") as found:
        assert found.read() == BODY


def test_redirects_are_followed_three_times(there: Elsewhere) -> None:
    hops = ["/1", f"{there.url}/2", "picture.png"]
    for path, to in zip(("/0", "/1", "/2"), hops, strict=True):
        there.answers[path] = redirect(to)
    with fetch(f"{there.url}/0") as found:
        assert found.read() == BODY
    there.answers["/more"] = redirect("/0")
    assert code(f"{there.url}/more") == "url_unreachable"


@pytest.mark.parametrize(
    "to",
    [
        *("http://169.254.169.254/latest/meta-data/", "http://[::1]:{0}/picture.png", "//[::1]/"),
        *("http://127.0.0.2:{0}/picture.png", "http://localhost:1/", "file:///etc/passwd"),
        *(
            "http://user:pw@127.0.0.1:{0}/picture.png",
            "http://[",
            "/a b",
            "gopher://127.0.0.1:{0}/",
        ),
        *("http://127.0.0.1:22/", "/\tx", "http://127.0.0.1:{0}\\@x/"),
    ],
)
def test_every_hop_of_a_redirect_is_checked(there: Elsewhere, to: str) -> None:
    there.answers["/x"] = redirect(to.format(there.port))
    assert code(f"{there.url}/x") == "url_not_allowed"
    assert there.connections == 1


def test_a_loop_of_redirects_ends(there: Elsewhere) -> None:
    there.answers["/x"] = redirect("/x")
    assert code(f"{there.url}/x") == "url_unreachable"
    assert there.connections == 4


@pytest.mark.parametrize(
    "said",
    [
        *(
            answer(BODY, "206 Partial Content"),
            answer(b"", "204 No Content"),
            answer(b"", "304 Not"),
        ),
        *(answer(BODY, "404 Not Found"), answer(BODY, "500 Oh"), answer(b"", "302 Found")),
        *(b"", b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 abc\r\n\r\n", b"\x00" * 100_000),
        answer(BODY, Content_Encoding="br"),
        answer(BODY, Content_Length=len(BODY) + 1),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"HTTP/1.1 200 OK\r\n" + b"X: " + b"x" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
    ],
    ids=itertools.count(),
)
def test_an_odd_answer_is_refused(there: Elsewhere, said: bytes) -> None:
    there.answers["/x"] = said
    assert code(f"{there.url}/x?secret") == "url_unreachable"


def test_a_gzip_bomb_is_neither_decoded_nor_taken(there: Elsewhere) -> None:
    bomb = gzip.compress(bytes(10 * LIMIT))
    there.answers["/x"] = answer(bomb, Content_Encoding="gzip")
    assert code(f"{there.url}/x") == "url_unreachable"
    there.answers["/x"] = answer(bomb)
    with fetch(f"{there.url}/x") as found:
        assert found.read() == bomb


def endless(head: bytes, piece: bytes, pause: float = 0) -> Iterator[bytes]:
    yield head
    while True:
        yield piece
        time.sleep(pause)


@pytest.mark.parametrize(
    "said",
    [
        answer(BODY, Content_Length=10**12),
        answer(bytes(LIMIT + 1)),
        b"HTTP/1.1 200 OK\r\n\r\n" + bytes(LIMIT + 1),
        endless(b"HTTP/1.1 200 OK\r\n\r\n", bytes(65536)),
        endless(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"ffff\r\n%065535d\r\n" % 0
        ),
        endless(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", bytes(65536)),
    ],
    ids=itertools.count(),
)
def test_too_many_bytes_are_refused_as_they_come(there: Elsewhere, said: Any) -> None:
    there.answers["/x"] = said
    with pytest.raises(RequestDataTooBig, match=f"url: .* limit of {LIMIT} bytes"):
        fetch(f"{there.url}/x")


def test_a_chunk_of_a_negative_length_is_not_read_on_and_on(
    there: Elsewhere, settings: Settings
) -> None:
    """http.client's own read() takes all that comes then, and keeps it in memory."""
    settings.MAX_FETCH_SECONDS = 3
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n"
    there.answers["/x"] = endless(head, b"x" * 65536, 0.01)
    assert code(f"{there.url}/x") == "url_unreachable"


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_a_line_break_in_a_location_reaches_nobody(there: Elsewhere, end: str) -> None:
    there.answers["/x"] = redirect(f"/picture.png{end}X-Smuggled: yes")
    with fetch(f"{there.url}/x"):
        assert all("Smuggled" not in request for request in there.requests)


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (b"", b"H"),
        (b"HTTP/1.1 200 OK\r\nX: ", b"x"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    ],
    ids=itertools.count(),
)
def test_a_drip_is_cut_off_when_the_time_is_over(
    there: Elsewhere, settings: Settings, head: bytes, piece: bytes
) -> None:
    settings.MAX_FETCH_SECONDS = 0.4
    there.answers["/x"] = endless(head, piece, 0.05)
    began = time.monotonic()
    assert code(f"{there.url}/x") == "url_too_slow"
    assert time.monotonic() - began < 5


def test_a_name_that_takes_too_long_is_not_waited_for(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MAX_FETCH_SECONDS = 0.2
    answered = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answered.wait(30))
    assert code("http://slow.example/") == "url_too_slow"
    answered.set()


def test_a_port_nobody_listens_at_is_unreachable(there: Elsewhere, settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    settings.FETCH_PORTS = (port,)
    assert code(f"http://127.0.0.1:{port}/") == "url_unreachable"


def test_it_can_be_switched_off(there: Elsewhere, settings: Settings) -> None:
    settings.FETCH_URLS = False
    assert code(f"{there.url}/picture.png") == "url_not_allowed"
    assert there.connections == 0


def test_no_more_than_a_quarter_of_the_threads_fetch(there: Elsewhere, settings: Settings) -> None:
    slots = settings.WEB_THREADS // 4
    free = fetching._FETCHES
    held = [free.acquire(blocking=False) for _ in range(slots + 1)]
    try:
        assert held == [True] * slots + [False]
        with pytest.raises(TooManyFetches):
            fetch(f"{there.url}/picture.png")
        assert there.connections == 0
    finally:
        free.release(slots)
    for _ in range(slots + 2):  # A slot comes back, whatever becomes of the fetch.
        assert code(f"{there.url}/missing") == "url_unreachable"
    with fetch(f"{there.url}/picture.png") as found:
        assert found.read() == BODY
