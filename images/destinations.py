"""Where an upload by URL may lead: http(s), the usual ports, the public internet and nowhere else.

Nothing here connects. A name is looked up once, and what is connected to is what was checked.
"""

import ipaddress
import logging
import re
import socket
import string
import time
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Any
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from django.conf import settings

from processing.errors import ProcessingError

logger = logging.getLogger(__name__)

DEFAULT_PORTS = {"http": 80, "https": 443}
MOST_CHARACTERS = 2048
_HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?")
_UNSEEN = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\ud800-\udfff\\]")

# Today's whole public internet in IPv6. What lies outside it embeds an IPv4 address (mapped,
# compatible, NAT64), or is local, or is nothing yet.
_PUBLIC_V6 = ipaddress.IPv6Network("2000::/3")
# Within it, and within public IPv4, what leads elsewhere than its address says.
_DETOURS = (
    ipaddress.IPv6Network("2001::/23"),  # Teredo, ORCHID and other protocols
    ipaddress.IPv6Network("2001:db8::/32"),  # documentation
    ipaddress.IPv6Network("2002::/16"),  # 6to4
    ipaddress.IPv6Network("3fff::/20"),  # documentation
    ipaddress.IPv4Network("192.0.0.0/24"),  # protocols
    ipaddress.IPv4Network("192.88.99.0/24"),  # 6to4 relays
)

# A lookup cannot be called off: one that takes too long is left to end by itself.
_LOOKUPS = ThreadPoolExecutor(max_workers=settings.WEB_THREADS, thread_name_prefix="lookup")


@dataclass(frozen=True)
class Destination:
    """One hop of a fetch, taken apart. `sockaddrs` are what socket.connect() takes, all checked."""

    scheme: str
    host: str
    port: int
    target: str
    """Path and query, as they stand in the request; the query may hold a secret."""
    sockaddrs: tuple[tuple[socket.AddressFamily, Any], ...]

    @property
    def authority(self) -> str:
        """The Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


def refused(detail: str) -> ProcessingError:
    """The refusal of an address by its looks, before anything is connected to."""
    return ProcessingError("url_not_allowed", detail, "url")


def too_slow() -> ProcessingError:
    """The refusal of a host that takes longer than a fetch may."""
    detail = f"The picture was not there within {settings.MAX_FETCH_SECONDS} seconds."
    return ProcessingError("url_too_slow", detail, "url")


def destination(url: str, deadline: float) -> Destination:
    """Where this URL leads; `deadline` is of time.monotonic().

    Raises ProcessingError: url_not_allowed, or url_too_slow when the name takes too long.
    """
    parts = _split(url)
    if parts.scheme not in DEFAULT_PORTS:
        raise refused(f"Expected http:// or https://, got {parts.scheme[:20]!r}.")
    if "@" in parts.netloc:
        raise refused("Expected a URL without user name and password.")
    host, port = _host(parts), _port(parts)
    if port not in settings.FETCH_PORTS:
        allowed = ", ".join(map(str, settings.FETCH_PORTS))
        raise refused(f"Port {port} is not fetched from; allowed are {allowed} (FETCH_PORTS).")
    sockaddrs = _look_up(host, port, deadline)
    target = quote(parts.path or "/", safe=string.printable)
    if parts.query:
        target += "?" + quote(parts.query, safe=string.printable)
    return Destination(parts.scheme, host, port, target, sockaddrs)


def joined(url: str, location: str) -> str:
    """Where a redirect from this URL leads. Raises ProcessingError when that is no URL."""
    _check_characters(location)
    try:
        return urljoin(url, location)
    except ValueError as error:
        raise refused(f"This is not a URL: {error}.") from None


def _check_characters(url: str) -> None:
    """Refuse what urllib.parse drops without a word, and what others take for a slash."""
    if len(url) > MOST_CHARACTERS:
        raise refused(f"The URL has {len(url)} characters; the limit is {MOST_CHARACTERS}.")
    if _UNSEEN.search(url):
        raise refused("Expected a URL without spaces, backslashes and control characters.")


def _split(url: str) -> SplitResult:
    _check_characters(url)
    try:
        return urlsplit(url)
    except ValueError as error:
        raise refused(f"This is not a URL: {error}.") from None


def _host(parts: SplitResult) -> str:
    """The host in ASCII: a name, or an address without its brackets."""
    host = parts.hostname or ""
    if parts.netloc.startswith("["):
        try:
            return str(IPv6Address(host if "%" not in host else ""))
        except ValueError:
            raise refused("Expected an IPv6 address in the brackets, without a zone.") from None
    try:
        host = host.encode("idna").decode()
    except UnicodeError:
        host = ""
    if len(host) > 253 or not _HOST.fullmatch(host):
        raise refused("Expected the name of a host, in letters, digits, dots and hyphens.")
    return host


def _port(parts: SplitResult) -> int:
    try:
        port = parts.port
    except ValueError:
        raise refused("Expected a number as the port.") from None
    return DEFAULT_PORTS[parts.scheme] if port is None else port


def _look_up(host: str, port: int, deadline: float) -> tuple[tuple[socket.AddressFamily, Any], ...]:
    """Every address of the host, each of them allowed.

    A name that leads nowhere and one that leads inside are answered alike: which names exist
    inside is nobody's business.
    """
    lookup: Future[list[Any]] = _LOOKUPS.submit(
        socket.getaddrinfo, host, port, type=socket.SOCK_STREAM
    )
    try:
        found = lookup.result(max(0, deadline - time.monotonic()))
    except FutureTimeout:
        lookup.cancel()
        raise too_slow() from None
    except (OSError, UnicodeError):
        found = []
    sockaddrs = tuple((family, sockaddr) for family, *_, sockaddr in found)
    addresses = [ipaddress.ip_address(sockaddr[0]) for _, sockaddr in sockaddrs]
    if not addresses or not all(is_allowed(host, address) for address in addresses):
        if addresses:
            logger.warning("A fetch from %s was refused: its address is not public.", host)
        raise refused(f"{host[:80]} has no address on the public internet.")
    return sockaddrs


def is_allowed(host: str, address: IPv4Address | IPv6Address) -> bool:
    """Whether the address may be connected to: it is public, or FETCH_ALLOW names it or its host.

    One of several addresses that is not public condemns the host.
    """
    return is_public(address) or any(
        _is_meant(listed, host, address) for listed in settings.FETCH_ALLOW
    )


def _is_meant(listed: str, host: str, address: IPv4Address | IPv6Address) -> bool:
    """Whether an entry of FETCH_ALLOW, a network or the name of a host, means this one."""
    try:
        return address in ipaddress.ip_network(listed, strict=False)
    except ValueError:
        return listed.lower() == host.rstrip(".")


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether this is a machine of the public internet, and not a way to another address."""
    if any(address in network for network in _DETOURS) or address.is_multicast:
        return False
    return address.is_global and (address.version == 4 or address in _PUBLIC_V6)
