"""Recipe 21: requests that are too much, too little, or other than they say."""

import base64
from collections.abc import Iterator
from functools import partial
from itertools import repeat

from tests.bombs.attempt import (
    BOUNDARY,
    UPLOADS,
    Answer,
    Attempt,
    form,
    named,
    photo,
    post_form,
    raw,
)
from tests.bombs.bomb import MEGABYTE
from tests.client import Client

FORM = f"multipart/form-data; boundary={BOUNDARY}"
PICTURE = (named("image", "x.png"), b"")


def attempts() -> Iterator[Attempt]:
    for name, body, statuses in _forms():
        yield Attempt(21, name, partial(_post, body), statuses)
    for name, kind in {
        "no boundary": "multipart/form-data",
        "an empty boundary": "multipart/form-data; boundary=",
        "a boundary of 1,000 characters": f"multipart/form-data; boundary={'b' * 1000}",
        "a boundary of another form": "multipart/form-data; boundary=other",
        "a boundary with a null": 'multipart/form-data; boundary="a\\0b"',
        "another charset": f"{FORM}; charset=utf-7",
        "a charset that is none": f"{FORM}; charset=zlib",
    }.items():
        body = form((PICTURE[0], photo()))
        may = (202, 400, 415) if "char" in name else (400,)
        yield Attempt(21, name, partial(_post_as, kind, body), may)
    yield from _by_hand()


def _forms() -> Iterator[tuple[str, bytes, tuple[int, ...]]]:
    picture = (PICTURE[0], photo())
    yield "10,000 fields", form(*repeat((named("a"), b"1"), 10_000), picture), (400,)
    yield "10,000 files", form(*repeat((named("a", "x"), b"1"), 10_000), picture), (400,)
    yield "two files", form(picture, picture), (202, 400)
    yield "image and file", form(picture, (named("file", "y.png"), photo())), (400,)
    yield "a field as picture", form((named("image"), photo())), (400,)
    yield "no end", form(picture)[:-8], (202, 400)
    yield "cut in the picture", form(picture)[: 200 + len(photo()) // 2], (202, 400, 422)
    yield "an empty body", b"", (400,)
    yield "only an end", f"--{BOUNDARY}--\r\n".encode(), (400,)
    yield "no name", form(("Content-Disposition: form-data", b"x"), picture), (202, 400)
    yield "a name of 1 MB", form((named("a" * MEGABYTE), b"x"), picture), (202, 400)
    yield (
        "a header of 1 MB",
        form((f"{named('a')}\r\nX-A: {'a' * MEGABYTE}", b"x"), picture),
        (202, 400),
    )
    yield (
        "10,000 headers",
        form(("\r\n".join([named("a"), *repeat("X-A: a", 10_000)]), b"x")),
        (400,),
    )
    encoded = f"{PICTURE[0]}\r\nContent-Transfer-Encoding: base64"
    white = b" \r\n" * MEGABYTE
    yield (
        "base64 with 3 MB of white space",
        form((encoded, base64.b64encode(photo()) + white)),
        (*(202, 400, 422),),
    )
    yield "base64 that is white space alone", form((encoded, white * 3)), (400, 415, 422)
    yield "base64 that is none", form((encoded, b"\xff\xfe!?" * 1000)), (400, 415, 422)
    yield "operations of 2 MB", form((named("operations"), b"[" * 2 * MEGABYTE), picture), (400,)


def _post(body: bytes, client: Client) -> Answer:
    return post_form(client, body)


def _post_as(kind: str, body: bytes, client: Client) -> Answer:
    return post_form(client, body, kind)


def _by_hand() -> Iterator[Attempt]:
    body = form((PICTURE[0], photo()))
    head = f"POST {UPLOADS} HTTP/1.1\r\nContent-Type: {FORM}"
    cases = {
        "no length": ("", (400, 411)),
        "an understated length": (f"\r\nContent-Length: {len(body) // 2}", (202, 400, 422)),
        "an overstated length": (f"\r\nContent-Length: {len(body) + 1000}", (202, 400, 422)),
        "a length of 2 GB": ("\r\nContent-Length: 2147483648", (413,)),
        "a length of 2^64": ("\r\nContent-Length: 18446744073709551616", (400, 413)),
        "a negative length": ("\r\nContent-Length: -1", (400,)),
        "a length that is none": ("\r\nContent-Length: many", (400,)),
        "two lengths": (f"\r\nContent-Length: {len(body)}\r\nContent-Length: 5", (400,)),
        "chunks and a length": ("\r\nContent-Length: 5\r\nTransfer-Encoding: chunked", (400, 411)),
        "chunks without end": ("\r\nTransfer-Encoding: chunked", (400, 411)),
        "another coding": ("\r\nTransfer-Encoding: gzip", (400, 411, 501)),
        "a header of 10 KB": (f"\r\nContent-Length: 0\r\nX-A: {'a' * 10_000}", (400, 431)),
        "1,000 headers": ("\r\nContent-Length: 0" + "\r\nX-A: a" * 1000, (400, 431)),
        "a header without a name": ("\r\nContent-Length: 0\r\n: a", (400,)),
    }
    for name, (lines, statuses) in cases.items():
        yield Attempt(21, name, partial(_raw, head + lines, body), statuses)
    for first in (f"POST {'/a' * 5000} HTTP/1.1", "POST", "\x16\x03\x01", "GET / HTTP/9.9"):
        yield Attempt(21, f"first line {first[:20]!r}", partial(_raw, first, b""), (400, 414, 505))


def _raw(head: str, body: bytes, client: Client) -> Answer | None:
    return raw(client, head, body)
