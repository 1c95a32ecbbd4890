"""URLs that would turn an upload inward are refused before anything is connected to."""

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import Settings

from images.destinations import destination
from images.fetching import fetch
from processing.errors import ProcessingError
from tests.images.elsewhere import Elsewhere

NAMES = {
    "localhost": ["127.0.0.1", "::1"],
    "inside.example": ["10.1.2.3"],
    "both.example": ["93.184.216.34", "192.168.0.1"],
    "both6.example": ["93.184.216.34", "fd00::1"],
    "metadata.google.internal": ["169.254.169.254"],
    "127.0.0.1.nip.io": ["127.0.0.1"],
    "public.example": ["93.184.216.34", "2606:4700:4700::1111"],
    "xn--bcher-kva.example": ["93.184.216.34"],
}
# {0} is a port on which somebody listens, at 127.0.0.1 and at ::1.
INWARD = [
    # IPv4 in every spelling the system's resolver knows.
    *("http://127.0.0.1:{0}/", "http://127.1:{0}/", "http://127.0.1:{0}/"),
    *("http://2130706433:{0}/", "http://0x7f000001:{0}/", "http://0x7f.1:{0}/"),
    *("http://0177.0.0.1:{0}/", "http://017700000001:{0}/", "http://127.0.0.1.:{0}/"),
    *("http://0:{0}/", "http://0.0.0.0:{0}/", "http://127.255.255.254:{0}/"),
    *("http://①②⑦.⓪.⓪.①:{0}/", "http://127。0。0。1:{0}/"),
    # What is no host of the public internet.
    *("http://10.0.0.1/", "http://172.16.0.1/", "http://192.168.1.1/", "http://100.64.0.1/"),
    *("http://169.254.169.254/latest/meta-data/", "http://224.0.0.1/", "http://239.255.255.250/"),
    *("http://255.255.255.255/", "http://240.0.0.1/", "http://192.0.0.8/", "http://192.0.2.1/"),
    *("http://198.18.0.1/", "http://198.51.100.1/", "http://203.0.113.1/", "http://0.1.2.3/"),
    "http://192.88.99.1/",
    # IPv6, and IPv4 inside IPv6.
    *("http://[::1]:{0}/", "http://[0:0:0:0:0:0:0:1]:{0}/", "http://[::]:{0}/"),
    *("http://[::ffff:127.0.0.1]:{0}/", "http://[::ffff:7f00:1]:{0}/"),
    *("http://[::127.0.0.1]:{0}/", "http://[::ffff:0:127.0.0.1]:{0}/"),
    *("http://[64:ff9b::7f00:1]:{0}/", "http://[64:ff9b:1::a00:1]/", "http://[2002:7f00:1::]/"),
    *("http://[2001:0:7f00:1::]/", "http://[fe80::1]/", "http://[fec0::1]/", "http://[fd00::1]/"),
    *("http://[ff02::1]/", "http://[2001:db8::1]/", "http://[3fff::1]/", "http://[100::1]/"),
    *("http://[5f00::1]/", "http://[2001:20::1]/", "http://[4000::1]/"),
    # Names that lead inside, if only with one of their addresses; and one that leads nowhere.
    *("http://localhost:{0}/", "http://LOCALHOST:{0}/", "http://inside.example/"),
    *("http://both.example/", "http://both6.example/", "http://metadata.google.internal/"),
    *("http://127.0.0.1.nip.io:{0}/", "http://nowhere.example/"),
]
MISSHAPEN = [
    *("file:///etc/passwd", "ftp://127.0.0.1:{0}/", "gopher://127.0.0.1:{0}/_x", "data:,x"),
    *("//127.0.0.1:{0}/", "127.0.0.1:{0}", "/etc/passwd", "http:", "http://", "http:///x", "jar:x"),
    *("http://:{0}/", "http://user@public.example/", "http://user:pw@127.0.0.1:{0}/"),
    *("http://public.example@127.0.0.1:{0}/", "http://public.example%40127.0.0.1:{0}/"),
    *("http://127.0.0.1%2f@public.example/", "http://%31%32%37.0.0.1:{0}/", "http://a..b/"),
    *("http://public.example\\@127.0.0.1:{0}/", "http:\\\\127.0.0.1:{0}/", "http://.example/"),
    *("http://[fe80::1%25lo]:{0}/", "http://[::1%lo]:{0}/", "http://[::1", "http://[]:{0}/"),
    *("http://[127.0.0.1]:{0}/", "http://public.example:99999/", "http://public.example:x/"),
    *("http://public.example:-1/", "http://public.example:22/", "https://public.example:6379/"),
    *("http://127.0.0.1:{0}/\r\nX: y", "http://127.0.0.1:{0}/\tx", "http://127.0.0.1 :{0}/"),
    *("http://public.example/\x00", "http://a b/", "http://public.example/" + "x" * 2050),
    *("http://" + "a" * 64 + ".example/", "http://" + "a." * 130 + "example/", "http://a\u2028b/"),
    *("http://exa$mple/", "http://*/", "http://public.example:80:{0}/", "http://\ud800/"),
]
PUBLIC = [
    *(
        "http://93.184.216.34/",
        "https://[2606:4700:4700::1111]/",
        "http://public.example:443/x?y#z",
    ),
    *(
        "https://PUBLIC.example./",
        "http://bücher.example/grün",
        "http://1.1.1.1/",
        "http://9.9.9.9/",
    ),
]


@pytest.fixture(autouse=True)
def resolver(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's own for addresses in figures; for names the table above."""
    real = socket.getaddrinfo

    def look_up(host: str, port: int, **options: Any) -> list[Any]:
        found = NAMES.get(host.rstrip(".") if host[-2:-1].isalpha() else host, [host])
        numeric = socket.AI_NUMERICHOST
        return [row for one in found for row in real(one, port, flags=numeric, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


@pytest.fixture(scope="module")
def listeners() -> Iterator[list[Elsewhere]]:
    with Elsewhere().up() as four, Elsewhere("::1").up() as six:
        yield [four, six]


@pytest.mark.parametrize("url", [*INWARD, *MISSHAPEN])
def test_it_is_refused_and_nobody_is_called(
    url: str, listeners: list[Elsewhere], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Any] = []
    connect = socket.socket.connect

    def recorded(self: socket.socket, address: Any) -> None:
        calls.append(address)
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", recorded)
    settings.FETCH_PORTS = (80, 443, *(one.port for one in listeners))
    for listener in listeners:
        with pytest.raises(ProcessingError) as refusal:
            fetch(url.format(listener.port))
        assert (refusal.value.code, refusal.value.path) == ("url_not_allowed", "url")
    assert calls == []
    assert [one.connections for one in listeners] == [0, 0]


def test_there_are_many_of_them() -> None:
    assert len({*INWARD, *MISSHAPEN}) >= 100


@pytest.mark.parametrize("url", PUBLIC)
def test_the_public_internet_is_not(url: str) -> None:
    there = destination(url, time.monotonic() + 20)
    assert there.sockaddrs
    assert there.target.isascii()


def test_a_name_that_leads_inside_is_answered_like_one_that_leads_nowhere() -> None:
    said = {fetch_refusal(f"http://{host}.example/") for host in ("inside", "nowhere")}
    assert said == {"url_not_allowed: … has no address on the public internet."}


def fetch_refusal(url: str) -> str:
    with pytest.raises(ProcessingError) as refusal:
        fetch(url)
    host = url.split("/")[2]
    return f"{refusal.value.code}: {refusal.value.detail.replace(host, '…')}"


@pytest.mark.parametrize("listed", ["10.0.0.0/8", "10.1.2.3", "Inside.example", "10.1.2.9/24"])
def test_what_is_listed_is_allowed_and_nothing_beside_it(listed: str, settings: Settings) -> None:
    settings.FETCH_ALLOW = [listed]
    deadline = time.monotonic() + 20
    assert destination("http://inside.example/", deadline).sockaddrs[0][1][0] == "10.1.2.3"
    for other in ("http://127.0.0.1/", "http://[::ffff:10.1.2.3]/", "http://xinside.example/"):
        with pytest.raises(ProcessingError, match="no address on the public internet"):
            destination(other, deadline)
