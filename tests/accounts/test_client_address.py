"""For whom a request without an account is counted."""

from ipaddress import ip_network

import pytest
from pytest_django import Settings

from accounts.client_address import client_network

PROXIES = ["10.0.0.0/8", "192.168.1.1/32", "fd00::/16"]
CLIENT = "203.0.113.7"

DIRECT = [
    # REMOTE_ADDR, X-Forwarded-For, who it is
    (CLIENT, "", CLIENT),
    (CLIENT, "198.51.100.1", CLIENT),
    (CLIENT, "10.0.0.1, 198.51.100.1", CLIENT),
    ("::ffff:203.0.113.7", "", CLIENT),
    ("2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::/64"),
    ("2001:db8:1:2:ffff::1", "", "2001:db8:1:2::/64"),
    ("fe80::1%eth0", "", "fe80::/64"),
    ("", "198.51.100.1", ""),
]
PROXIED = [
    ("10.1.1.1", "", "10.1.1.1"),
    ("10.1.1.1", CLIENT, CLIENT),
    ("10.1.1.1", f"198.51.100.1, {CLIENT}", CLIENT),
    ("10.1.1.1", f"198.51.100.1,{CLIENT} , 192.168.1.1,10.9.9.9", CLIENT),
    ("10.1.1.1", "10.2.2.2, 10.3.3.3", "10.2.2.2"),
    ("fd00::1", CLIENT, CLIENT),
    ("::ffff:10.1.1.1", f"::ffff:{CLIENT}", CLIENT),
    ("10.1.1.1", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
    # Some proxies write the port down too.
    ("10.1.1.1", f"{CLIENT}:51234", CLIENT),
    ("10.1.1.1", "[2001:db8:1:2::9]:51234", "2001:db8:1:2::/64"),
    ("10.1.1.1", "[2001:db8:1:2::9]", "2001:db8:1:2::/64"),
    # What is no address ends the search where it came from, whatever stands before it.
    ("10.1.1.1", f"{CLIENT}, unknown", "10.1.1.1"),
    ("10.1.1.1", f"{CLIENT}, unknown, 10.9.9.9", "10.9.9.9"),
    ("10.1.1.1", f"{CLIENT},", "10.1.1.1"),
    ("10.1.1.1", f"{CLIENT}, 10.0.0", "10.1.1.1"),
    ("10.1.1.1", f"{CLIENT}, 010.0.0.1", "10.1.1.1"),
    ("10.1.1.1", f"{CLIENT}, \0\ud800,", "10.1.1.1"),
    ("10.1.1.1", "," * 8000, "10.1.1.1"),
    # Somebody else than the proxy connected.
    ("11.1.1.1", CLIENT, "11.1.1.1"),
    ("192.168.1.2", CLIENT, "192.168.1.2"),
]


def found(remote: str, forwarded: str) -> str:
    return client_network({"REMOTE_ADDR": remote, "HTTP_X_FORWARDED_FOR": forwarded})


@pytest.mark.parametrize(("remote", "forwarded", "expected"), DIRECT)
def test_without_proxies_only_the_connection_counts(
    remote: str, forwarded: str, expected: str
) -> None:
    assert found(remote, forwarded) == expected


@pytest.mark.parametrize(("remote", "forwarded", "expected"), [*PROXIED, *DIRECT])
def test_proxies_are_believed_and_nobody_else(
    settings: Settings, remote: str, forwarded: str, expected: str
) -> None:
    settings.TRUSTED_PROXIES = [ip_network(text) for text in PROXIES]
    assert found(remote, forwarded) == expected
