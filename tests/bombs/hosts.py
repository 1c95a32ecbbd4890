"""Recipe 24: headers that claim to be another host, or to come from another address."""

import re
from collections.abc import Iterator
from functools import partial

from tests.bombs.attempt import BOUNDARY, UPLOADS, Answer, Attempt, form, named, photo, raw
from tests.client import Client

EVIL = "evil.example"
HOSTS: tuple[str, ...] = (
    EVIL,
    f"{EVIL}:80",
    f"localhost@{EVIL}",
    "localhost#",
    "a b",
    "",
    "localhost:http",
)
HOSTS += (f"localhost,{EVIL}", "[::1", "../", "\u00e9vil", f"127.0.0.1.{EVIL}")
FORWARDED = {
    "X-Forwarded-Host": EVIL,
    "X-Forwarded-Server": EVIL,
    "X-Forwarded-Port": "99",
    "X-Forwarded-Proto": "https",
    "X-Original-URL": "/admin/",
    "X-Rewrite-URL": "/admin/",
    "X-HTTP-Method-Override": "DELETE",
    "Forwarded": f"host={EVIL};proto=https;for=10.0.0.1",
    "X-Forwarded-For": "127.0.0.1, 10.0.0.1, \u0661",
    "X-Real-IP": "127.0.0.1",
    "SCRIPT_NAME": f"/{EVIL}",
    "PATH_INFO": "/admin/",
}


def attempts() -> Iterator[Attempt]:
    for host in HOSTS:
        for method, path in (("GET", UPLOADS), ("POST", UPLOADS), ("GET", "/accounts/me/")):
            send = partial(with_header, method, path, f"Host: {host}")
            yield Attempt(24, f"{method} {path} at {host!r}", send, (400,))
    for name, value in FORWARDED.items():
        for method, path in (("GET", UPLOADS), ("POST", UPLOADS), ("GET", "/accounts/me/")):
            send = partial(with_header, method, path, f"{name}: {value}")
            yield Attempt(24, f"{method} {path} with {name}", send, (200, 202))


def with_header(method: str, path: str, header: str, client: Client) -> Answer | None:
    """Send a request with this header; no address in the answer may be made from it."""
    body = form((named("image", "x.png"), photo())) if method == "POST" else b""
    lines = f"{method} {path} HTTP/1.1\r\n{header}\r\nContent-Length: {len(body)}"
    kind = f"\r\nContent-Type: multipart/form-data; boundary={BOUNDARY}" if body else ""
    answer = raw(client, lines + kind, body)
    if answer is not None and answer.status < 300:
        assert EVIL not in answer.text, answer.text
        assert EVIL not in str(answer.headers), answer.headers
        assert "https://" not in answer.headers.get("location", "")
        for address in re.findall(r"https?://[^/\"]+", answer.text):
            assert address == client.base, address
    return answer
