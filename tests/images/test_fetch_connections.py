"""What is connected to when a picture is fetched: the address that was checked, by its name."""

import itertools
import socket
import ssl
import subprocess
from pathlib import Path

import pytest
from pytest_django import Settings

from images.fetching import fetch
from tests.images.elsewhere import Elsewhere, answer, redirect
from tests.images.test_fetch import BODY, code


def test_what_is_connected_to_is_what_was_checked(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name server that says one address to the check and another to whoever connects."""
    real = socket.getaddrinfo
    with Elsewhere("::1").up() as checked, Elsewhere().up() as inside:
        settings.FETCH_ALLOW = ["::1"]
        settings.FETCH_PORTS = (checked.port, inside.port)
        turns = itertools.chain(["::1"], itertools.repeat("127.0.0.1"))
        monkeypatch.setattr(
            socket, "getaddrinfo", lambda _, port, **how: real(next(turns), port, **how)
        )
        checked.answers["/x"] = answer(BODY)
        with fetch(f"http://rebound.example:{checked.port}/x") as found:
            assert found.read() == BODY
        assert code(f"http://rebound.example:{inside.port}/x") == "url_not_allowed"
        assert (checked.connections, inside.connections) == (1, 0)
        assert f"Host: rebound.example:{checked.port}" in checked.requests[0]


def certificate(folder: Path, name: str) -> tuple[Path, ssl.SSLContext]:
    """A certificate nobody else has signed, and a server's context with it."""
    key, cert = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-keyout", key, "-out", cert, "-days", "2", "-subj", f"/CN={name}"),
            *("-addext", f"subjectAltName=DNS:{name}"),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return cert, context


def test_tls_is_verified_for_the_name_and_is_not_given_up(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda _, port, **how: real("127.0.0.1", port, **how)
    )
    trusted, context = certificate(tmp_path, "pictures.example")
    with Elsewhere(tls=context).up() as host, Elsewhere().up() as plain:
        settings.FETCH_ALLOW = ["127.0.0.1"]
        settings.FETCH_PORTS = (host.port, plain.port)
        host.answers["/x"] = answer(BODY)
        host.answers["/down"] = redirect(f"http://pictures.example:{plain.port}/x")
        good = f"https://pictures.example:{host.port}"
        assert code(f"{good}/x") == "url_unreachable"  # signed by nobody known
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        with fetch(f"{good}/x") as found:
            assert found.read() == BODY
        assert code(f"https://other.example:{host.port}/x") == "url_unreachable"
        assert code(f"https://pictures.example:{plain.port}/x") == "url_unreachable"
        assert code(f"{good}/down") == "url_not_allowed"
        assert plain.requests == [] or plain.requests[0].startswith("\x16")
