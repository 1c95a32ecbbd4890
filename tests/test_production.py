"""PRODUCTION=on: what it refuses, and that Django's own checks find nothing then."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from imagepro.production import host_of, origin_of, require
from tests.production import ENVIRONMENT, PUBLIC

ROOT = Path(__file__).parent.parent
GOOD: dict[str, Any] = {
    "keys": {"SECRET_KEY": ENVIRONMENT["SECRET_KEY"]},
    "debug": False,
    "allowed_hosts": ["images.example.com"],
    "base_url": PUBLIC,
    "behind_tls_proxy": True,
}


def key(value: str) -> dict[str, Any]:
    return {"keys": {"SECRET_KEY": value}}


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (key("changeme"), "SECRET_KEY is one that others know"),
        (key("django-insecure-" + "k3Jx9" * 12), "SECRET_KEY is one that others know"),
        (key(os.environ["SECRET_KEY"] * 2), "SECRET_KEY is one that others know"),
        (key("k3Jx9" * 9), "SECRET_KEY is 45 characters long, shorter than 50"),
        (key("abab" * 20), "SECRET_KEY is made of fewer than 5 different characters"),
        ({"keys": {"JWT_SIGNING_KEY": "short"}}, "JWT_SIGNING_KEY is 5 characters long"),
        ({"debug": True}, "DEBUG"),
        ({"allowed_hosts": ["images.example.com", "*"]}, "ALLOWED_HOSTS"),
        ({"base_url": ""}, "PUBLIC_BASE_URL is not set"),
        ({"behind_tls_proxy": False}, "BEHIND_TLS_PROXY=on"),
    ],
)
def test_it_refuses_what_is_not_fit_for_strangers(bad: dict[str, Any], reason: str) -> None:
    require(**GOOD)
    with pytest.raises(ImproperlyConfigured, match="PRODUCTION=on refuses to start") as refusal:
        require(**GOOD | bad)
    assert reason in str(refusal.value)


@pytest.mark.parametrize(
    "url",
    ["images.example.com", "ftp://a.example", "https://", "https://a:b@c.example", "http:///x"],
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="PUBLIC_BASE_URL"):
        origin_of(url)


def test_an_address_is_taken_apart() -> None:
    assert origin_of("https://images.example.com:8443/pro") == "https://images.example.com:8443"
    assert host_of("https://images.example.com:8443") == "images.example.com"
    assert host_of("http://[::1]:8000") == "[::1]"


def started(program: list[str], folder: Path, **environment: str) -> Any:
    """A command in a production environment, changed as said, run to its end."""
    return subprocess.run(
        program,
        env=os.environ | ENVIRONMENT | {"DATA_DIR": str(folder)} | environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
    )


def test_a_process_with_a_default_secret_does_not_start(tmp_path: Path) -> None:
    done = started(["./run", "web"], tmp_path, SECRET_KEY="changeme")
    assert done.returncode != 0
    sentence = "PRODUCTION=on refuses to start: SECRET_KEY is one that others know."
    assert done.stderr.strip().endswith(sentence)


def test_the_checks_of_django_find_nothing_and_forms_are_off(tmp_path: Path) -> None:
    program = """
import django
from django.conf import settings
from django.core.management import call_command
django.setup()
call_command("check", deploy=True, fail_level="WARNING")
assert not settings.BROWSABLE_API
assert settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE
"""
    done = started([sys.executable, "-c", program], tmp_path)
    assert done.returncode == 0, done.stderr
    assert "no issues (2 silenced)" in done.stdout
