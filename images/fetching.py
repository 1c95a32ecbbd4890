"""Uploads by URL: one GET to a checked address, capped in bytes, seconds and hops.

The standard library's client is used bare, on a socket connected here: nothing of the environment
(proxies, netrc), no cookies, no redirect or decoding behind our back, and no log of the query.
"""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from tempfile import SpooledTemporaryFile
from threading import BoundedSemaphore
from typing import BinaryIO, cast

from django.conf import settings

from images.destinations import Destination, destination, joined, refused, too_slow
from images.uploads import too_many_bytes
from processing.errors import ProcessingError
from processing.limits import MEGABYTE

MOST_REDIRECTS = 3
CHUNK = 64 * 1024
IN_MEMORY = 2 * MEGABYTE
REDIRECTS = (301, 302, 303, 307, 308)
# A fetch holds a thread while another host thinks. Waiters hold up to half of them: together they
# leave a quarter to everybody else.
_FETCHES = BoundedSemaphore(max(1, settings.WEB_THREADS // 4))


class TooManyFetches(Exception):
    """As many uploads by URL are under way as may be."""


def unreachable(detail: str) -> ProcessingError:
    """The refusal of what the other host says, or of its silence."""
    return ProcessingError("url_unreachable", detail, "url")


def fetch(url: str) -> BinaryIO:
    """The bytes at this URL, at most LIMITS.max_bytes of them.

    Raises ProcessingError (url_not_allowed, url_unreachable, url_too_slow), RequestDataTooBig,
    TooManyFetches.
    """
    if not settings.FETCH_URLS:
        raise refused("This install fetches no URLs (FETCH_URLS); send the picture itself.")
    if not _FETCHES.acquire(blocking=False):
        raise TooManyFetches
    content = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - it is handed on
    try:
        _follow(url, time.monotonic() + settings.MAX_FETCH_SECONDS, cast(BinaryIO, content))
        content.seek(0)
    except BaseException:
        content.close()
        raise
    finally:
        _FETCHES.release()
    return cast(BinaryIO, content)


def _follow(url: str, deadline: float, content: BinaryIO) -> None:
    """Fetch, and go where redirects lead; each hop is checked from the start, as if it were new."""
    before = ""
    for _ in range(MOST_REDIRECTS + 1):
        there = destination(url, deadline)
        if before == "https" and there.scheme == "http":
            raise refused("A redirect from https to http is not followed.")
        location = _get(there, deadline, content)
        if not location:
            return
        before, url = there.scheme, joined(url, location)
    raise unreachable(f"There are more than {MOST_REDIRECTS} redirects.")


def _get(there: Destination, deadline: float, content: BinaryIO) -> str:
    """Write the bytes at one address to `content`, or return the address it redirects to."""
    with _connection(there, deadline) as connection:
        connection.request(
            "GET",
            there.target,
            headers={
                "Host": there.authority,
                "Accept": "image/*, */*;q=0.1",
                "Accept-Encoding": "identity",
                "User-Agent": "ImagePro",
                "Connection": "close",
            },
        )
        with connection.getresponse() as answer:
            location = answer.headers.get("Location", "")
            if answer.status in REDIRECTS and location:
                return str(location)
            if answer.status != HTTPStatus.OK:
                what = f"answered with status {answer.status}, not 200"
                raise unreachable(f"{there.host[:80]} {what}.")
            _copy(answer, content)
    return ""


def _copy(answer: http.client.HTTPResponse, content: BinaryIO) -> None:
    """Write down the body, counted as it comes in: what was announced binds nobody."""
    limit = settings.LIMITS.max_bytes
    encoding = answer.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding != "identity":
        raise unreachable("The bytes came compressed (Content-Encoding), which was not asked for.")
    announced = answer.length
    received = 0
    # Not read(): a chunk of the length -1 would have it read on without end.
    chunk = memoryview(bytearray(CHUNK))
    while max(received, announced or 0) <= limit and (size := answer.readinto(chunk)):
        content.write(chunk[:size])
        received += size
    if max(received, announced or 0) > limit:
        raise too_many_bytes("url")
    if announced is not None and received < announced:
        raise unreachable(f"The answer broke off after {received} of {announced} bytes.")


@contextmanager
def _connection(there: Destination, deadline: float) -> Iterator[http.client.HTTPConnection]:
    """An HTTP connection to one of the checked addresses, cut off at the deadline.

    Raises ProcessingError for all that can go wrong on it.
    """
    connection = http.client.HTTPConnection(there.host, there.port)
    failure: ProcessingError | None = None
    try:
        plain = _connected(there, deadline)
        with plain, _cut_off(plain, deadline):
            connection.sock = _with_tls(plain, there) if there.scheme == "https" else plain
            yield connection
    except (OSError, http.client.HTTPException, ValueError) as error:
        detail = f"{there.host[:80]} could not be read from: {_reason(error)}."
        failure = unreachable(detail)
    except ProcessingError as error:
        failure = error
    finally:
        connection.close()
    # A connection that was cut off looks like an answer that has ended, or broke off.
    if time.monotonic() >= deadline:
        raise too_slow()
    if failure:
        raise failure


def _connected(there: Destination, deadline: float) -> socket.socket:
    """A connection to the first address that takes one."""
    failure: OSError = TimeoutError()
    for family, sockaddr in there.sockaddrs:
        left = deadline - time.monotonic()
        if left <= 0:
            break
        plain = socket.socket(family, socket.SOCK_STREAM)
        try:
            plain.settimeout(left)
            plain.connect(sockaddr)
        except OSError as error:
            plain.close()
            failure = error
        else:
            return plain
    raise failure


def _with_tls(plain: socket.socket, there: Destination) -> ssl.SSLSocket:
    return ssl.create_default_context().wrap_socket(plain, server_hostname=there.host.rstrip("."))


@contextmanager
def _cut_off(plain: socket.socket, deadline: float) -> Iterator[None]:
    """Shut the connection at the deadline, whatever is being waited for.

    A timeout of the socket begins anew with every byte.
    """
    handle = plain.dup()  # TLS takes the other one over.

    def shut() -> None:
        with suppress(OSError):
            handle.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(max(0, deadline - time.monotonic()), shut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        handle.close()


def _reason(error: Exception) -> str:
    """What went wrong, in words that hold nothing of the other host's."""
    match error:
        case ssl.SSLCertVerificationError():
            return "its certificate is not valid for this name"
        case ssl.SSLError():
            return "TLS failed"
        case http.client.HTTPException() | ValueError():
            return "this is not HTTP"
    return "it does not answer"
