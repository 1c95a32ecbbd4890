"""Where a request comes from, as far as that can be believed."""

import re
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

from django.conf import settings

WITH_PORT = re.compile(r"\[(?P<v6>[^\]]+)\](?::\d+)?|(?P<v4>[\d.]+):\d+")
IPV6_PREFIX = 64

Address = IPv4Address | IPv6Address


def client_network(meta: Mapping[str, Any]) -> str:
    """Whom a request without an account is counted for: an IPv4 address, or an IPv6 network.

    One customer has a whole IPv6 /64, so addresses in it are one client. `meta` is that of the
    request.
    """
    address = client_address(meta)
    if isinstance(address, IPv6Address):
        return str(ip_network((int(address), IPV6_PREFIX), strict=False))
    return str(address or "")


def client_address(meta: Mapping[str, Any]) -> Address | None:
    """The address that connected, unless that is a proxy in TRUSTED_PROXIES.

    Then the last address in X-Forwarded-For that is no such proxy: what stands before it, the
    client may have made up. An entry that is no address ends the search at the proxy that sent it.
    """
    found = _parsed(str(meta.get("REMOTE_ADDR", "")))
    hops = str(meta.get("HTTP_X_FORWARDED_FOR", "")).split(",")
    while hops and _is_trusted(found):
        hop = _parsed(hops.pop())
        if hop is None:
            break
        found = hop
    return found


def _is_trusted(address: Address | None) -> bool:
    return address is not None and any(address in one for one in settings.TRUSTED_PROXIES)


def _parsed(text: str) -> Address | None:
    """The address, without the port some proxies add; None if it is none."""
    text = text.strip()
    if ported := WITH_PORT.fullmatch(text):
        text = ported["v6"] or ported["v4"]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        return address.ipv4_mapped or IPv6Address(int(address))
    return address
