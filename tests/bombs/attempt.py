"""One hostile request, what may be answered to it, and means to send what no library does."""

import json
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from http.client import HTTPException, HTTPResponse
from typing import Self
from urllib.parse import urlsplit

import requests

from tests.client import Client
from tests.pictures import file, gradient

BOUNDARY = "limit-of-a-part"
UPLOADS = "/api/v1/images/"


@dataclass(frozen=True)
class Answer:
    """What came back, however it was sent."""

    status: int
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)
    by_hand: bool = False
    """Whether the request may have been so wrong that the service never saw it."""

    @classmethod
    def of(cls, answer: requests.Response) -> Self:
        """From a library's."""
        return cls(answer.status_code, answer.text, answer.headers)

    @property
    def is_problem(self) -> bool:
        """Tell whether it is a refusal in the one shape of errors, with a code."""
        kind = self.headers.get("content-type", "")
        if not 400 <= self.status < 500 or kind != "application/problem+json":
            return False
        return bool(json.loads(self.text)["code"])


@dataclass(frozen=True)
class Attempt:
    """Something that a hostile client does."""

    recipe: int
    name: str
    send: Callable[[Client], Answer | None]
    """None where the server closes the connection without a word."""
    statuses: tuple[int, ...] = (400,)
    """What may be answered."""


@cache
def photo() -> bytes:
    """A picture nothing is wrong with."""
    return file(gradient(64, 48)).getvalue()


def form(*fields: tuple[str, bytes], boundary: str = BOUNDARY) -> bytes:
    """A form of headers and contents as they are given."""
    parts = [
        f"--{boundary}\r\n{head}\r\n\r\n".encode("utf-8", "surrogateescape") + body + b"\r\n"
        for head, body in fields
    ]
    return b"".join(parts) + f"--{boundary}--\r\n".encode()


def named(name: str, filename: str | None = None) -> str:
    """The header of a field."""
    more = "" if filename is None else f'; filename="{filename}"'
    return f'Content-Disposition: form-data; name="{name}"{more}'


def post_form(client: Client, body: bytes, kind: str = "") -> Answer:
    """Upload a form that was written by hand."""
    headers = {"Content-Type": kind or f"multipart/form-data; boundary={BOUNDARY}"}
    return Answer.of(client.post(UPLOADS, data=body, headers=headers))


def raw(client: Client, head: str, body: bytes, *, seconds: float = 20) -> Answer | None:
    """Send a request byte for byte; `head` is without Host and token, and ends in no line."""
    place = urlsplit(client.base)
    lines = [head, f"Authorization: Bearer {client.token}", "Connection: close"]
    if "\r\nHost:" not in head:
        lines.append(f"Host: {place.netloc}")
    with socket.create_connection((place.hostname, place.port), timeout=seconds) as link:
        try:
            link.sendall("\r\n".join([*lines, "", ""]).encode() + body)
            link.shutdown(socket.SHUT_WR)
        except OSError:
            # It has heard enough; its answer may be there all the same.
            pass
        return _read(link)


def _read(link: socket.socket) -> Answer | None:
    answer = HTTPResponse(link)
    try:
        answer.begin()
        text = answer.read().decode(errors="replace")
    except (HTTPException, ConnectionError):
        return None
    headers = {name.lower(): value for name, value in answer.getheaders()}
    return Answer(answer.status, text, headers, by_hand=True)
